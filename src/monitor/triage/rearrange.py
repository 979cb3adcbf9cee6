"""People's changes to stories and cards: merge, split, link, correct. Each is one event; another can answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.errors import InputError, NotFoundError
from monitor.facts.corrections import check_codes, codes_of
from monitor.log.codec import iso
from monitor.log.events import (
    CardConfirmed,
    CardCorrected,
    Event,
    EventData,
    NewEvent,
    StoryLinked,
    StoryMerged,
    StorySplit,
)  # fmt: skip
from monitor.log.store import EventStore
from monitor.triage.entries import story_entries
from monitor.triage.told import story_facts
from monitor.views.fold import Views
from monitor.views.queries import stories

MAX_NOTE = 2000  # characters


def merge_stories(
    log: EventStore, views: Views, into_id: str, from_id: str, *, by: str, now: datetime, reason: str = ""
) -> Event | None:
    """Make story `from_id` part of `into_id`. Raises NotFoundError, InputError where they are one already."""
    into_id, from_id = find_story(views, into_id), find_story(views, from_id)
    if into_id == from_id:
        raise InputError(f"{into_id} and {from_id} are one story already")
    entry_ids = story_entries(views, from_id)
    data = StoryMerged(story_id=into_id, from_id=from_id, reason=reason or f"merged by {by}", entry_ids=entry_ids)
    return _append(log, views, f"story-merged:{from_id}:{into_id}:{views.position}", data, by, now)


def split_story(
    log: EventStore, views: Views, entry_ids: Sequence[str], *, by: str, now: datetime, reason: str = ""
) -> Event | None:
    """Take entries out of their story into a new one. Raises InputError where nothing would stay behind."""
    views.catch_up()
    standing_in = {stories.story_of(views, entry_id) for entry_id in entry_ids}
    if len(standing_in) != 1:
        raise InputError("the entries to split off must stand in one story")
    (story_id,) = standing_in
    if set(story_entries(views, story_id)) <= set(entry_ids):
        raise InputError(f"{story_id} has no other entry: there is nothing to split")
    new_id = _free_id(views, entry_ids[0])
    data = StorySplit(story_id=story_id, new_id=new_id, entry_ids=list(entry_ids), reason=reason or f"split by {by}")
    return _append(log, views, f"story-split:{story_id}:{new_id}:{views.position}", data, by, now)


def link_case(
    log: EventStore, views: Views, story_id: str, case_id: str, *, by: str, now: datetime, reason: str = ""
) -> Event | None:
    """Put a story into the case that another story belongs to; with itself as the other, take it out of its case."""
    story_id, other_id = find_story(views, story_id), find_story(views, case_id)
    target = story_id if other_id == story_id else stories.case_of(views, other_id)
    before = stories.case_of(views, story_id)
    if before == target:
        return None
    data = StoryLinked(story_id=story_id, case_id=target, reason=reason or f"linked by {by}", before=before)
    return _append(log, views, f"story-linked:{story_id}:{target}:{views.position}", data, by, now)


def correct_card(
    log: EventStore,
    views: Views,
    story_id: str,
    field: str,
    value: Sequence[str],
    *,
    by: str,
    now: datetime,
    note: str = "",
) -> Event | None:
    """Set a field of a story's card to what the reviewer read; an empty value says that the field is unknown.

    A state is given by its code or its English name.
    Raises InputError, naming what may stand there, before anything is written.
    """
    value = codes_of(field, value)
    check_codes(field, value)
    if len(note) > MAX_NOTE:
        raise InputError(f"a note has at most {MAX_NOTE} characters")
    story_id = find_story(views, story_id)
    before = stories.corrections(views, story_id).get(field)
    if before == list(value):
        return None
    read = story_facts(log, views, story_id).card.codes(field) if before is None else []
    data = CardCorrected(
        story_id=story_id, field=field, value=list(value), before=before or [], note=note,
        had_before=before is not None, read=read,
    )  # fmt: skip
    return _append(log, views, f"card-corrected:{story_id}:{field}:{views.position}", data, by, now)


def confirm_card(
    log: EventStore,
    views: Views,
    story_id: str,
    values: Mapping[str, Sequence[str]],
    *,
    by: str,
    now: datetime,
    sentence: str = "",
) -> Event | None:
    """Record that a reviewer read the card's fields in the reports as they stand: `values` is field -> codes shown.

    Returns None where that was confirmed already. Raises InputError for what no card can hold.
    """
    for field, codes in values.items():
        check_codes(field, codes, read=True)
    story_id = find_story(views, story_id)
    before = stories.confirmations(views, story_id)
    if values and all(field in before and before[field].codes == list(codes) for field, codes in values.items()):
        return None
    data = CardConfirmed(
        story_id=story_id, values={field: list(codes) for field, codes in values.items()}, sentence=sentence
    )
    return _append(log, views, f"card-confirmed:{story_id}:{views.position}", data, by, now)


def find_story(views: Views, story_id: str) -> str:
    """Return the full id of a story (a prefix will do), following merges. Raises NotFoundError.

    A whole id names its story, though that of one split off from it begins with the same letters.
    """
    views.catch_up()
    found = stories.stories_starting(views, story_id, 2)
    if found[:1] != [story_id] and (len(found) != 1 or len(story_id) < 5):
        raise NotFoundError(f"no story {story_id!r} (or more than one begins so); `monitor stories list` names them")
    return stories.standing_story(views, found[0]) or found[0]


def _free_id(views: Views, entry_id: str) -> str:
    """Return a story id named after an entry that no story has yet."""
    new_id, n = stories.alone(entry_id), 1
    while stories.story(views, new_id):
        n += 1
        new_id = f"{stories.alone(entry_id)}-{n}"
    return new_id


def _append(log: EventStore, views: Views, key: str, data: EventData, by: str, now: datetime) -> Event | None:
    events = log.append([NewEvent(key, data, actor=by)], recorded_at=iso(now))
    views.catch_up_if_free()
    return events[0] if events else None
