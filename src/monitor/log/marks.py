"""Marks: what a copy of an erased text is known by, without keeping the text.

A mark is a shortened SHA-256 of a summary, letters and digits alone, case folded; of the title only where there is no
summary to speak of. Short ones are shared by texts that have nothing to do with each other ("Weekly briefing"), so they
have no mark: better a copy that comes back than a report that is hidden.
"""

from __future__ import annotations

from hashlib import sha256

from monitor.errors import LogBrokenError
from monitor.log.payloads import read_entry_payload

# Letters and digits a title or a summary must have. Scripts without spaces say in 12 what others say in 30.
MIN_TITLE, MIN_SUMMARY = 24, 60
_MIN_UNSPACED = 12
_DIGITS = 24


def marks_of(payload: bytes | None) -> list[str]:
    """Return what copies of an erased text are known by: its summary, else its title; nothing where both are short."""
    return all_marks_of(payload)[:1]


def all_marks_of(payload: bytes | None) -> list[str]:
    """Return every mark of a text, the summary's first: what a text that comes in is compared by."""
    try:
        text = read_entry_payload(payload)
    except LogBrokenError:  # bytes that are no entry's text have none
        return []
    if text is None:
        return []
    found = [_mark("summary", text.summary, MIN_SUMMARY), _mark("title", text.title, MIN_TITLE)]
    return [mark for mark in found if mark]


def _mark(kind: str, text: str, least: int) -> str:
    folded = "".join(filter(str.isalnum, text.casefold()))
    weight = sum(least / _MIN_UNSPACED if "\u2e80" <= letter <= "\ud7ff" else 1 for letter in folded)
    return sha256(f"{kind}\n{folded}".encode()).hexdigest()[:_DIGITS] if weight >= least else ""
