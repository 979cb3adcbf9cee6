"""Finding: a query against the index and the views, page by page, with what to mark.

Words are looked up in the index, newest documents first; fields are asked of the views. At most MOST fitting documents
are looked at: of a word that stands everywhere, the newest. With `as-of` views it finds what was known then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from monitor.views.fold import Views
from monitor.views.queries.entries import EntryRow
from monitor.views.queries.search import fitting, newest_fitting, rows_at
from monitor.views.queries.texts import text_of
from monitor.views.search.index import SearchIndex
from monitor.views.search.marks import Highlighted, mark, snippet, terms_to_mark
from monitor.views.search.query import Query, SearchTerm

MOST = 10_000
PER_PAGE = 30
_BATCH = 500


class Hit(msgspec.Struct, frozen=True):
    """One entry found: its row, its headline and a stretch of its text, marked. Erased ones have no words."""

    entry: EntryRow
    title: Highlighted
    snippet: Highlighted
    erased: bool = False


class Found(msgspec.Struct, frozen=True):
    """A page of what was found. `total` counts all pages; with `more`, at least so many: the rest was not counted.

    `n_behind` is the number of events that the index has not read yet: what they brought is not found.
    """

    query: Query
    hits: list[Hit]
    total: int
    more: bool
    page: int
    n_pages: int
    n_behind: int = 0


def find(
    views: Views, index: SearchIndex, query: Query, *, page: int = 1, per_page: int = PER_PAGE, newest: bool = False
) -> Found:
    """Return one page of the entries that fit: best first (bm25, headlines four times), or the newest first.

    A page past the last is the last. `n_behind` is left for the caller, who knows what the index was told to read.
    """
    if query.wanted or query.unwanted:
        positions, more = _matching(views, index, query, ranked=bool(query.wanted) and not newest)
    else:
        positions, more = newest_fitting(views, query.filters, MOST + 1), False
    more, positions = more or len(positions) > MOST, positions[:MOST]
    n_pages = max(1, -(-len(positions) // per_page))
    page = min(max(1, page), n_pages)
    rows = rows_at(views, positions[(page - 1) * per_page : page * per_page])
    hits = [_hit(views, query, row) for row in rows]
    return Found(query, hits, len(positions), more, page, n_pages)


def _hit(views: Views, query: Query, row: EntryRow) -> Hit:
    text = text_of(views.log, row)
    title = mark(text.headline, terms_to_mark(query, title=True))
    return Hit(row, title, snippet(text.words, terms_to_mark(query, title=False)), text.erased)


def _matching(views: Views, index: SearchIndex, query: Query, *, ranked: bool) -> tuple[list[int], bool]:
    """Return the positions of the entries that fit, in order, and whether there may be more."""
    upto = views.position
    if not query.wanted:  # fields, without these words
        return _without(views, index, query, upto)
    found: list[tuple[float, int]] = []
    n_seen = 0
    for chunk in _chunks(_documents(index, query, ranked=ranked)):
        n_seen += len(chunk)
        ranks = dict(chunk)
        live = {entry: ranks[id_] for id_, entry in index.entries_of(list(ranks), upto)}
        found += [(live[position], -position) for position in fitting(views, query.filters, list(live))]
        if n_seen >= MOST:
            break
    ordered = sorted(found) if ranked else sorted(found, key=lambda item: item[1])
    return [-position for _, position in ordered], n_seen >= MOST


def _without(views: Views, index: SearchIndex, query: Query, upto: int) -> tuple[list[int], bool]:
    positions = newest_fitting(views, query.filters, MOST + 1)
    unwanted = Query(wanted=(query.unwanted,))
    out: set[int] = set()
    for chunk in _chunks(_documents(index, unwanted, ranked=False)):
        out.update(entry for _, entry in index.entries_of([id_ for id_, _ in chunk], upto))
    return [position for position in positions if position not in out], len(positions) > MOST


def _documents(index: SearchIndex, query: Query, *, ranked: bool) -> Iterator[tuple[int, float]]:
    match = expression(query)
    for shard in index.shards():
        yield from index.matches(shard, match, ranked=ranked)


def _chunks(found: Iterator[tuple[int, float]]) -> Iterator[Sequence[tuple[int, float]]]:
    chunk: list[tuple[int, float]] = []
    for item in found:
        chunk.append(item)
        if len(chunk) == _BATCH:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def expression(query: Query) -> str:
    """Return the query's words as an FTS5 expression; they hold letters and digits alone, so none is an operator."""
    wanted = " AND ".join(f"({' OR '.join(map(_term, any_of))})" for any_of in query.wanted)
    unwanted = " OR ".join(map(_term, query.unwanted))
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _term(term: SearchTerm) -> str:
    phrase = f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'
    return f"title : {phrase}" if term.title else phrase
