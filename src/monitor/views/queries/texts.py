"""The words of entries, from the views' rows back to the log's payloads: one way, whoever asks.

Who reads many asks for them together: a log on another machine answers hundreds as fast as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol, TypeVar

from monitor.log.payloads import EntryText, read_entry_payload
from monitor.log.store import EventStore
from monitor.views.queries.entries import EntryRow

RUN = 200  # texts held at a time, of some kilobytes each


def read_text(log: EventStore, text_sha: str, lang: str = "") -> EntryText:
    """Return the words of a payload; erased ones come back empty and marked."""
    return _words(log.payload(text_sha), lang)


def text_of(log: EventStore, row: EntryRow) -> EntryText:
    """Return the words of an entry's newest revision."""
    return read_text(log, row.text_sha, row.lang)


def read_texts(log: EventStore, text_shas: Iterable[str]) -> Iterator[EntryText]:
    """Yield the words of many payloads, in order; erased ones come back empty and marked."""
    wanted = iter(text_shas)
    while run := list(islice(wanted, RUN)):
        found = log.payloads(set(run))
        yield from (_words(found.get(sha), "") for sha in run)


class Worded(Protocol):
    """A row that names a text and its language."""

    @property
    def text_sha(self) -> str: ...  # noqa: D102
    @property
    def lang(self) -> str: ...  # noqa: D102


Row = TypeVar("Row", bound=Worded)


def with_texts(log: EventStore, rows: Iterable[Row]) -> Iterator[tuple[Row, EntryText]]:
    """Yield many rows with their words, in order."""
    wanted = iter(rows)
    while run := list(islice(wanted, RUN)):
        found = log.payloads({row.text_sha for row in run})
        yield from ((row, _words(found.get(row.text_sha), row.lang)) for row in run)


def _words(payload: bytes | None, lang: str) -> EntryText:
    return read_entry_payload(payload, lang) or EntryText("", lang=lang, erased=True)
