"""True undo: takes back the last act of one reviewer, whatever it was, by a new event; the log keeps both.

An act is a label, labels given together, a skip, merge, split or link to a case, a corrected or confirmed card. Undo
goes back through acts since a moment (a session's beginning), never to another reviewer's, never twice to the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from monitor.errors import NotFoundError, StaleViewError
from monitor.log.codec import iso
from monitor.log.events import (
    CardConfirmed,
    CardCorrected,
    EventData,
    LabelWithdrawn,
    NewEvent,
    RowSkipped,
    StoryLinked,
    StoryMerged,
    StorySplit,
)
from monitor.log.store import EventStore
from monitor.triage.entries import entry_text, story_entries
from monitor.views.fold import Views
from monitor.views.queries import stories
from monitor.views.queries.acts import Act, act_at, acts_by, together_with
from monitor.views.queries.stories import case_of, story_of

Said = TypeVar("Said", bound=EventData)


class Undone(msgspec.Struct, frozen=True):
    """An act that was taken back: in words, its rows, and the position of the last event that says so."""

    what: str
    acts: list[Act]
    entry_ids: list[str]
    position: int


def undo_last(
    log: EventStore,
    views: Views,
    *,
    by: str,
    now: datetime,
    since: str = "",
    position: int | None = None,
    reason: str = "undo",
) -> Undone:
    """Take back the reviewer's newest act since `since` (ISO), or the one at a log position.

    Raises NotFoundError where there is none, StaleViewError where what was done has been changed by others since.
    """
    views.catch_up()
    if position is None:
        newest = acts_by(views, by, since, 1)
        act = newest[0] if newest else None
    else:
        act = act_at(views, position, by)
    if act is None:
        raise NotFoundError(f"nothing to undo: no act of {by} stands" + (f" since {since[:16]}" if since else " there"))
    acts = together_with(views, act)
    what = describe(log, views, acts)
    entry_ids = [item.entry_id or _lead(views, item.story_id) for item in acts]
    events = [new for item in acts for new in _answers(log, views, item, reason)]
    appended = log.append(events, recorded_at=iso(now))
    views.catch_up_if_free()
    if not appended:
        raise StaleViewError(f"{what} was taken back a moment ago")
    return Undone(what, acts, entry_ids, appended[-1].position)


def describe(log: EventStore, views: Views, acts: list[Act]) -> str:
    """Return what was done, with the title of its row: `plot: "Two held over …"`."""
    first = acts[0]
    if len(acts) > 1:
        return f"{first.detail} for {len(acts)} rows"
    title = title_of(log, views, first.entry_id or _lead(views, first.story_id))
    words = {
        "label": first.detail, "skip": "put off", "merge": "merged", "split": "split off",
        "link": "put into a case", "correct": f"{first.detail.replace('_', ' ')} corrected",
        "confirm": "card confirmed",
    }[first.kind]  # fmt: skip
    return f'{words}: "{title}"'


def title_of(log: EventStore, views: Views, entry_id: str) -> str:
    """Return an entry's title as it is now; an erased or unknown one is said to be that."""
    try:
        text = entry_text(log, views, entry_id)
    except NotFoundError:
        return "an unknown entry"
    return "(text erased)" if text.erased else text.headline


def _lead(views: Views, story_id: str) -> str:
    return story_entries(views, story_id)[0]


def _said(log: EventStore, act: Act, kind: type[Said]) -> Said:
    """Return what an act's event says."""
    event = log.get(act.position)
    assert event is not None  # noqa: S101 - the view holds only positions of this log
    assert isinstance(event.data, kind)  # noqa: S101 - the view folded it as one
    return event.data


def _answers(log: EventStore, views: Views, act: Act, reason: str) -> list[NewEvent]:
    """Return the events that take an act back."""
    if act.kind == "label":
        data: EventData = LabelWithdrawn(label_position=act.position, entry_id=act.entry_id, by=act.by, reason=reason)
        return [NewEvent(f"label-withdrawn:{act.position}", data, actor=act.by)]
    undone = {
        "skip": _unskip, "merge": _unmerge, "split": _unsplit, "link": _unlink, "correct": _uncorrect,
        "confirm": _unconfirm,
    }[act.kind](log, views, act)  # fmt: skip
    return [NewEvent(f"undo:{act.position}:{number}", item, actor=act.by) for number, item in enumerate(undone)]


def _unskip(log: EventStore, views: Views, act: Act) -> list[EventData]:
    del log, views
    return [RowSkipped(entry_id=act.entry_id, by=act.by, until="", story_id=act.story_id, undoes=act.position)]


def _unmerge(log: EventStore, views: Views, act: Act) -> list[EventData]:
    """Take the merged story's entries out again, those that are still together; its case comes back too."""
    entry_ids = _said(log, act, StoryMerged).entry_ids
    homes = {story_of(views, entry_id) for entry_id in entry_ids}
    if len(homes) != 1 or set(story_entries(views, *homes)) <= set(entry_ids):
        raise StaleViewError("the merged stories were rearranged since; split the entries off by hand")
    home = homes.pop()
    case_id = case_of(views, act.detail)
    events: list[EventData] = [
        StorySplit(story_id=home, new_id=act.detail, entry_ids=entry_ids, reason="undo", undoes=act.position)
    ]
    if case_id != act.detail:
        events.append(StoryLinked(story_id=act.detail, case_id=case_id, reason="undo", undoes=act.position))
    return events


def _unsplit(log: EventStore, views: Views, act: Act) -> list[EventData]:
    """Merge what was split off into the story it came from."""
    del log
    entry_ids = story_entries(views, act.detail)
    return [
        StoryMerged(story_id=act.story_id, from_id=act.detail, reason="undo", entry_ids=entry_ids, undoes=act.position)
    ]


def _unlink(log: EventStore, views: Views, act: Act) -> list[EventData]:
    """Put a story back into the case it belonged to."""
    before = _said(log, act, StoryLinked).before or act.story_id  # older events do not say it
    return [
        StoryLinked(
            story_id=act.story_id, case_id=before, reason="undo", before=case_of(views, act.story_id),
            undoes=act.position,
        )
    ]  # fmt: skip


def _unconfirm(log: EventStore, views: Views, act: Act) -> list[EventData]:
    """Take a confirmation back, as far as nobody confirmed the same since."""
    confirmed = _said(log, act, CardConfirmed)
    stands = stories.confirmations(views, act.story_id)
    if any(field in stands and stands[field].position != act.position for field in confirmed.values):
        raise StaleViewError("the card was confirmed again since")
    return [CardConfirmed(story_id=act.story_id, values=confirmed.values, withdrawn=True, undoes=act.position)]


def _uncorrect(log: EventStore, views: Views, act: Act) -> list[EventData]:
    """Bring back the correction before this one, or what the text says where there was none."""
    corrected = _said(log, act, CardCorrected)
    if _corrected_since(log, views, act, corrected):
        raise StaleViewError(f"{act.detail} was corrected again since")
    now = stories.corrections(views, act.story_id).get(act.detail, [])
    return [
        CardCorrected(
            story_id=act.story_id, field=act.detail, value=corrected.before, before=now, note="undo",
            withdrawn=not corrected.had_before, undoes=act.position,
        )
    ]  # fmt: skip


def _corrected_since(log: EventStore, views: Views, act: Act, corrected: CardCorrected) -> bool:
    """Say whether another correction stands; one that was taken back left what this act had set."""
    position = stories.corrected_at(views, act.story_id, act.detail)
    if position is None or position == act.position:
        return False
    event = log.get(position)
    assert event is not None  # noqa: S101 - the view holds only positions of this log
    assert isinstance(event.data, CardCorrected)  # noqa: S101 - the view folded it as one
    return not event.data.undoes or event.data.value != corrected.value
