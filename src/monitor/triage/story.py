"""Everything about one story for a person to decide on: its entries, revisions, card, labels and history.

Gathers from the log and the views; judges nothing.
"""

from __future__ import annotations

import difflib
import re
from typing import cast

import msgspec

from monitor.facts.values import Card
from monitor.log.events import EntryRevised, EntrySeen
from monitor.log.payloads import EntryText
from monitor.log.store import EventStore
from monitor.triage.entries import history, labels_of, story_entries
from monitor.triage.queue import queue_row
from monitor.triage.rows import HistoryLine, QueueRow
from monitor.triage.told import StoryFacts, published_by, story_facts
from monitor.views.fold import Views
from monitor.views.queries import entries, stories
from monitor.views.queries.labels import LabelRow
from monitor.views.queries.texts import read_text, text_of

_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # Thai, Japanese, Chinese
_PIECES = re.compile(rf"[{_UNSPACED}]\s*|[^\s{_UNSPACED}]+\s*")
# What would tell a second reader what the machine or the first reader thought.
NOT_FOR_THE_BLIND = ("entry-labelled", "label-withdrawn", "entry-scored", "entry-flagged")


class DiffPiece(msgspec.Struct, frozen=True):
    """One piece of a diff: `how` is same, added or removed."""

    how: str
    words: str


class Revision(msgspec.Struct, frozen=True):
    """One version of an entry's words, as a diff against the version before."""

    revision: int
    at: str
    changes: list[DiffPiece]


class StoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a story."""

    entry_id: str
    text: EntryText
    link: str
    feed: str
    publisher: str
    origin: str
    published_at: str
    seen_at: str
    score: float | None
    flagged: bool
    lang: str
    revisions: list[Revision]


class StoryView(msgspec.Struct, frozen=True, kw_only=True):
    """A story with all its evidence. `position` is the log position it was read at, to be cited by a decision."""

    story_id: str
    case_id: str
    position: int
    row: QueueRow | None
    entries: list[StoryEntry]
    card: Card
    facts: StoryFacts
    labels: list[LabelRow]
    history: list[HistoryLine]
    case: list[str]


def story_view(log: EventStore, views: Views, story_id: str, *, blind_for: str = "") -> StoryView:
    """Return the story with its evidence; the lead entry's history stands for the story's.

    With `blind_for`, the labels of others are left out: that reviewer is to judge without them.
    """
    entry_ids = story_entries(views, story_id)
    found = [item for item in (_entry(log, views, entry_id) for entry_id in entry_ids) if item is not None]
    row = queue_row(log, views, story_id)
    lead = row.entry_id if row else entry_ids[0]
    case_id, facts = stories.case_of(views, story_id), story_facts(log, views, story_id)
    case = [item.story_id for item in stories.stories_of_case(views, case_id)]
    return StoryView(
        story_id=story_id, case_id=case_id, position=views.position, row=row, entries=found,
        card=facts.card, facts=facts,
        labels=[item for item in labels_of(views, lead) if blind_for in ("", item.by)],
        history=[
            item for item in history(log, views, lead)
            if not blind_for or item.type not in NOT_FOR_THE_BLIND
        ],
        case=[item for item in case if item != story_id],
    )  # fmt: skip


def story_card(log: EventStore, views: Views, story_id: str) -> Card:
    """Return the story's card: read from its newest texts, then corrected as reviewers said."""
    return story_facts(log, views, story_id).card


def revisions_of(log: EventStore, entry_id: str) -> list[Revision]:
    """Return every version of an entry's words, each as a word diff against the one before."""
    versions: list[tuple[int, str, EntryText]] = []
    event = log.by_key(f"entry-seen:{entry_id}")
    revision = 0
    while event is not None:
        sha = cast("EntrySeen | EntryRevised", event.data).text_sha
        versions.append((revision, event.recorded_at, read_text(log, sha)))
        revision += 1
        event = log.by_key(f"entry-revised:{entry_id}:{revision}")
    return [Revision(number, at, diff_words(versions[number - 1][2], text)) for number, at, text in versions if number]


def diff_words(before: EntryText, after: EntryText) -> list[DiffPiece]:
    """Return the changes between two versions, word by word; in scripts without blanks, letter by letter."""
    old, new = (_PIECES.findall(f"{text.title}\n{text.summary}\n{text.text}") for text in (before, after))
    keys = [[piece.rstrip() for piece in pieces] for pieces in (old, new)]  # a blank that came is no change
    matcher = difflib.SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    changes = []
    for how, a, b, c, d in matcher.get_opcodes():
        if how == "equal":
            changes.append(DiffPiece("same", "".join(old[a:b])))
            continue
        if b > a:
            changes.append(DiffPiece("removed", "".join(old[a:b])))
        if d > c:
            changes.append(DiffPiece("added", "".join(new[c:d])))
    return changes


def _entry(log: EventStore, views: Views, entry_id: str) -> StoryEntry | None:
    row = entries.entry(views, entry_id)
    if row is None:
        return None
    return StoryEntry(
        entry_id=entry_id, text=text_of(log, row), link=row.link, feed=row.feed, publisher=published_by(row),
        origin=row.origin, published_at=row.published_at, seen_at=row.seen_at, score=row.score, flagged=row.flagged,
        lang=row.lang, revisions=revisions_of(log, entry_id) if row.revision else [],
    )  # fmt: skip
