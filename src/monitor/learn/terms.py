"""Term counts of many texts in flat arrays: what training and replay read instead of texts.

Each text is cleaned, masked and counted once (by classify/features); here its counts become rows of integers, so that
100,000 entries fit in a few hundred MiB and rescoring all of them is one pass of numpy. Owns no weights and no labels.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

Counts = Sequence[Mapping[str, float]]  # one mapping term -> count per view


class View:
    """One view's rows: `indptr` bounds each row's stretch of `columns` and `counts`; `terms[column]` is the term."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._indptr = array("q", [0])
        self._columns = array("i")
        self._counts = array("f")
        self._frozen: tuple[Any, Any, Any] | None = None

    def add(self, counts: Mapping[str, float]) -> None:
        """Append one text's counts as a row, its terms in sorted order."""
        ids = self._ids
        for term in sorted(counts):
            self._columns.append(ids.setdefault(term, len(ids)))
            self._counts.append(counts[term])
        self._indptr.append(len(self._columns))
        self._frozen = None

    @property
    def terms(self) -> list[str]:
        """The terms by column."""
        return list(self._ids)

    @property
    def n_terms(self) -> int:
        """How many columns there are."""
        return len(self._ids)

    def arrays(self) -> tuple[Any, Any, Any]:
        """Return (indptr, columns, counts) as numpy arrays."""
        import numpy as np

        if self._frozen is None:
            self._frozen = (
                np.array(self._indptr, dtype=np.int64),
                np.array(self._columns, dtype=np.int32),
                np.array(self._counts, dtype=np.float64),
            )
        return self._frozen

    def take(self, rows: Ints) -> tuple[Any, Any, Any]:
        """Return (indptr, columns, counts) of the given rows, in that order."""
        import numpy as np

        indptr, columns, counts = self.arrays()
        starts, lengths = indptr[rows], indptr[rows + 1] - indptr[rows]
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        picks = np.repeat(starts - bounds[:-1], lengths) + np.arange(bounds[-1])
        return bounds, columns[picks], counts[picks]


class TermStore:
    """Rows of term counts, one set of columns per view; a text's row number is what `add` returned."""

    def __init__(self, n_views: int) -> None:
        self.views = [View() for _ in range(n_views)]
        self.n_rows = 0

    def add(self, counts: Counts) -> int:
        """Append one text and return its row number."""
        for view, terms in zip(self.views, counts, strict=True):
            view.add(terms)
        self.n_rows += 1
        return self.n_rows - 1

    def add_all(self, texts: Iterable[Counts]) -> range:
        """Append many texts and return their row numbers."""
        first = self.n_rows
        for counts in texts:
            self.add(counts)
        return range(first, self.n_rows)
