"""The structure in figures: what the house promises about its rooms, files and words, and where it stands.

    python3 dev.py bench house

The rules are bench/_house.py's, which tests/test_architecture.py holds too. What misses its figure is named below it;
exits 1 where something does.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec

from bench._house import (
    DOORS,
    MAX_FILE_LINES,
    MAX_FOLDER_FILES,
    MAX_FUNCTION_LINES,
    PACKAGE,
    calls_between_files,
    circles,
    folder_sizes,
    function_lengths,
    parsed,
    reaches_into_views,
    source_files,
    strangers_that_name,
    words_of_several_meanings,
    wrong_arrows,
)


class Figure(msgspec.Struct, frozen=True):
    """One figure, the most it may be (None: no bound), and what is to blame where it is more."""

    name: str
    value: int
    most: int | None
    blame: tuple[str, ...] = ()

    @property
    def missed(self) -> bool:
        """Whether it is past its bound."""
        return self.most is not None and self.value > self.most


def figures() -> list[Figure]:
    """Measure the package."""
    trees = {path: parsed(path) for path in source_files()}
    n_lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in trees}
    folders = folder_sizes()
    lengths = sorted((length for path, tree in trees.items() for length in function_lengths(path, tree)), reverse=True)
    rings = circles(calls_between_files())
    words = words_of_several_meanings()
    return [
        Figure("files in a folder", max(folders.values()), MAX_FOLDER_FILES, _past(folders, MAX_FOLDER_FILES)),
        _counted(
            "uses of a database outside views", [f for p, tree in trees.items() for f in reaches_into_views(p, tree)]
        ),
        _counted(
            "store classes above log", [f"{name}: {where}" for name in DOORS for where in strangers_that_name(name)]
        ),
        _counted("circles of files", [" ↔ ".join(ring) for ring in rings]),
        _counted("upward arrows", [fault for path, tree in trees.items() for fault in wrong_arrows(path, tree)]),
        Figure("lines of the longest function", lengths[0][0], MAX_FUNCTION_LINES, (lengths[0][1],)),
        Figure("lines of the longest file", max(n_lines.values()), MAX_FILE_LINES),
        _counted("words of several meanings", [f"{word}: {', '.join(files)}" for word, files in words.items()]),
        Figure("files of src", len(trees), None),
        Figure("lines of src", sum(n_lines.values()), None),
    ]


def _past(sizes: dict[str, int], most: int) -> tuple[str, ...]:
    return tuple(f"{name}: {n}" for name, n in sorted(sizes.items()) if n > most)


def _counted(name: str, blame: list[str]) -> Figure:
    return Figure(name, len(blame), 0, tuple(blame))


def show(found: Sequence[Figure]) -> int:
    """Print the figures; return 1 where one is missed."""
    for figure in found:
        bound = "" if figure.most is None else f"   at most {figure.most}"
        print(f"{figure.name:30}{figure.value:5}{bound}{'   MISSED' if figure.missed else ''}")
        for line in figure.blame if figure.missed else ():
            print(f"    {line}")
    return int(any(figure.missed for figure in found))


if __name__ == "__main__":
    print(f"{PACKAGE.name}: the house in figures")
    sys.exit(show(figures()))
