"""The words of entries, from the views' rows back to the log's payloads: one way, whoever asks."""

from __future__ import annotations

from monitor.log.payloads import EntryText, read_entry_payload
from monitor.log.store import EventStore
from monitor.views.queries.entries import EntryRow


def read_text(log: EventStore, text_sha: str, lang: str = "") -> EntryText:
    """Return the words of a payload; erased ones come back empty and marked."""
    return read_entry_payload(log.payload(text_sha), lang) or EntryText("", lang=lang, erased=True)


def text_of(log: EventStore, row: EntryRow) -> EntryText:
    """Return the words of an entry's newest revision."""
    return read_text(log, row.text_sha, row.lang)
