"""Whether a flagged entry whose words changed comes before a person's eyes again.

Owns that decision and the look into the log it needs. An edit of no weight must not bring an answered row back; a first
report that becomes a charge, or a guid that is used for another matter, must. Compared with every text the entry was
flagged with, so that an edit back and forth is shown once, and many small ones add up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from monitor.log.events import EntryFlagged, EntryRevised, EntrySeen, PageRead
from monitor.log.payloads import EntryText, read_entry_payload
from monitor.log.store import EventStore
from monitor.views.fold import Views
from monitor.views.queries import entries

RISE = 1.0  # log-odds: 0.50 to 0.73, 0.90 to 0.96
REWRITTEN = 0.5  # of the new words (as runs of three letters) stood in no text flagged before
REPLACED = 0.8  # so much is another matter under an old guid
_HEAD_CHARS = 4_000
_RUN = 3


class EarlierFlag(msgspec.Struct, frozen=True):
    """A score the entry was flagged with, and the words it had then."""

    score: float
    words: EntryText


def flag_again(score: float, words: EntryText, earlier: Sequence[EarlierFlag]) -> str:
    """Return `replaced`, `revised` or, where an earlier flag covers these words, an empty string.

    Where all earlier words were erased nothing can be compared, and the entry is shown: better once more than never.
    """
    known = [flag for flag in earlier if not flag.words.erased]
    if earlier and not known:
        return "revised"
    new = min((_share_new(words, flag.words) for flag in known), default=0.0)
    if new >= REPLACED:
        return "replaced"
    if new >= REWRITTEN or all(_log_odds(score) >= _log_odds(flag.score) + RISE for flag in known):
        return "revised"
    return ""


def earlier_flags(log: EventStore, views: Views, entry_id: str) -> list[EarlierFlag]:
    """Return the flags of an entry with the words each was given for; those erased since say only that."""
    found: list[EarlierFlag] = []
    sha = ""
    entry = entries.entry(views, entry_id)
    positions = [entry.position, *entries.noted_positions(views, entry_id)] if entry else []
    for position in positions:
        event = log.get(position)
        data = event.data if event else None
        if isinstance(data, EntrySeen | EntryRevised | PageRead):
            sha = data.text_sha
        elif isinstance(data, EntryFlagged):
            words = read_entry_payload(log.payload(sha))
            found.append(EarlierFlag(data.score, words or EntryText("", erased=True)))
    return found


def _share_new(words: EntryText, old: EntryText) -> float:
    """Return the share of the new text's letter runs that the old one lacks.

    An article that arrives under the same headline is no other text: without one on both sides, only the heads count.
    """
    both = bool(words.text and old.text)
    new_runs, old_runs = _runs(words, whole=both), _runs(old, whole=both)
    return len(new_runs - old_runs) / len(new_runs) if new_runs and old_runs else 0.0


def _runs(words: EntryText, *, whole: bool) -> set[str]:
    text = f"{words.title} {words.summary} {words.text if whole else ''}"[:_HEAD_CHARS].casefold()
    letters = " ".join("".join(c if c.isalnum() else " " for c in text).split())
    return {letters[i : i + _RUN] for i in range(len(letters) - _RUN + 1)}


def _log_odds(score: float) -> float:
    inside = min(max(score, 1e-6), 1.0 - 1e-6)
    return math.log(inside / (1.0 - inside))
