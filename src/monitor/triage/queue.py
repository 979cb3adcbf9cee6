"""The queue: stories with a flagged entry and no decision yet, the day's rows first, then the rest by score.

Which rows are the day's is the rule of learn/rows, as in `simulate`; day.py applies it.
A pure reading of the views; deciding is in decide.py. A label given to a story answers the entries it had, and copies
that join later; `plot` also answers everything else that joins, `not-plot` and `unsure` do not, nor a copy that scores
much higher than what was judged, so that a wrong join cannot hide a plot, nor a dull first report the charge that is
told in its words. An entry's own label goes before the story's.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

import msgspec

from monitor.config.settings import Settings
from monitor.learn.calibrate import Calibration
from monitor.log.codec import iso
from monitor.log.events import EntryFlagged
from monitor.log.store import EventStore
from monitor.triage.agreement import read_units, second_readings
from monitor.triage.day import Waiting, day_first, is_from_archive
from monitor.triage.likelihood import calibration_of
from monitor.triage.moved import NewInCases, new_in_cases, shown_as_moved
from monitor.triage.rows import QueueRow, Term
from monitor.triage.told import published_by, story_facts
from monitor.views.fold import Views
from monitor.views.queries import entries, labels, queue, stories
from monitor.views.queries.texts import text_of

SECOND = "second reading"
SECOND_ROWS = 5
ROWS_PER_DAY = Settings().rows_per_day


class Queue(msgspec.Struct, frozen=True):
    """The first rows of a queue, how many stories wait in all, and how many of those are of known cases (the last).

    `new_in_cases` is what joined confirmed cases lately; of an archive's queue nothing.
    """

    rows: list[QueueRow]
    n_waiting: int
    n_known: int
    new_in_cases: NewInCases


def count_queue(views: Views, now: datetime, by: str = "", *, backfill: bool = False) -> int:
    """Return how many stories wait; with `backfill`, those from archives, which are apart from the day's."""
    return len(_open_stories(views, now, by, backfill=backfill))


def list_queue(
    log: EventStore,
    views: Views,
    now: datetime,
    *,
    n_day: int = ROWS_PER_DAY,
    limit: int | None = None,
    by: str = "",
    second_share: float = 0.0,
    backfill: bool = False,
) -> list[QueueRow]:
    """Return the waiting stories, at most `limit`: the day's `n_day` rows first, then the rest by score.

    Stories that `by` put off beyond `now` are left out; nobody else's queue, digest or alert lacks them. With
    `second_share`, stories of that share which one other reviewer has decided come last, for `by` to read without
    seeing that label. With `backfill`, the stories that archives brought and no others, by score.
    """
    return waiting_queue(
        log, views, now, n_day=n_day, limit=limit, by=by, second_share=second_share, backfill=backfill
    ).rows


def waiting_queue(
    log: EventStore,
    views: Views,
    now: datetime,
    *,
    n_day: int = ROWS_PER_DAY,
    limit: int | None = None,
    by: str = "",
    second_share: float = 0.0,
    backfill: bool = False,
) -> Queue:
    """Return what `list_queue` returns, and how many stories wait."""
    waiting = _open_stories(views, now, by, backfill=backfill)
    new = {} if backfill else new_in_cases(views, now)
    known = shown_as_moved(new)
    if not backfill:  # an archive has no day
        waiting = day_first(log, views, now, waiting, n_day, known)
    calibration = calibration_of(log, views)
    rows = [_row(log, views, item, calibration) for item in waiting[:limit]]
    if by and second_share and not backfill:
        for unit in second_readings(read_units(views), by, second_share)[:SECOND_ROWS]:
            row = queue_row(log, views, unit)
            if row is not None:
                rows.append(msgspec.structs.replace(row, why=SECOND))
    return Queue(rows, len(waiting), sum(item.story_id in known for item in waiting), new)


def count_known(views: Views, now: datetime, by: str = "") -> int:
    """Return how many of the waiting stories stand among the known cases that moved, and not among the day's rows."""
    known = shown_as_moved(new_in_cases(views, now))
    return sum(story.story_id in known for story in _open_stories(views, now, by)) if known else 0


def queue_row(log: EventStore, views: Views, story_id: str) -> QueueRow | None:
    """Return one story as a row, decided or not; None where none of its entries was flagged."""
    flag = queue.best_flag(views, story_id)
    return None if flag is None else _row(log, views, _waiting(flag), calibration_of(log, views))


def _waiting(flag: queue.Flagged) -> Waiting:
    old = is_from_archive(flag.flagged_at, flag.published_at)
    return Waiting(
        flag.story_id, flag.entry_id, flag.position, flag.score, flag.band, flag.flagged_at, flag.text_sha, flag.source,
        flag.case_id, old,
    )  # fmt: skip


def _open_stories(views: Views, now: datetime, by: str, *, backfill: bool = False) -> list[Waiting]:
    """Return what waits, best score first: each story with its best entry and the time of its newest flag.

    A story with one flag that is not from an archive is the day's; an entry of today leads before an old one.
    """
    waiting: dict[str, Waiting] = {}
    of_the_day: set[str] = set()
    for flag in queue.open_flags(views, iso(now), by):
        item = _waiting(flag)
        story = waiting.setdefault(flag.story_id, item)
        newest = max(story.flagged_at, item.flagged_at)
        if story.from_archive and not item.from_archive:
            waiting[flag.story_id] = story = item
        story.flagged_at = newest
        if not flag.backfill:
            of_the_day.add(flag.story_id)
    found = [story for story in waiting.values() if (story.story_id not in of_the_day) == backfill]
    return sorted(found, key=lambda story: -story.score)


def _row(log: EventStore, views: Views, item: Waiting, calibration: Calibration | None) -> QueueRow:
    lead = entries.entry(views, item.lead)
    event = log.get(item.lead_position)
    assert lead is not None  # noqa: S101 - the views hold only positions of this log
    assert event is not None  # noqa: S101
    flag = cast(EntryFlagged, event.data)
    text = text_of(log, lead)
    members = stories.members(views, item.story_id)
    story = stories.story(views, item.story_id)
    facts = story_facts(log, views, item.story_id)
    counts = facts.sources.counts
    return QueueRow(
        story_id=item.story_id, case_id=story.case_id if story else item.story_id, entry_id=item.lead,
        title=text.headline, summary=text.summary, link=lead.link, feed=lead.feed,
        publisher=published_by(lead),
        score=item.score, threshold=flag.threshold, model_id=lead.model_id, band=lead.band, why=lead.why,
        published_at=lead.published_at, flagged_at=lead.flagged_at, lang=lead.lang or facts.card.unread,
        n_entries=len(members),
        n_publishers=max(1, counts.n_publishers), n_independent=max(1, counts.n_independent),
        terms_for=[Term(*term) for term in flag.terms_for], terms_against=[Term(*term) for term in flag.terms_against],
        nearest=flag.nearest, entry_ids=[member.entry_id for member in members],
        changed_position=max(story.changed_position if story else 0, item.lead_position), erased=text.erased,
        told=facts.sentence, told_status=facts.status, behind=item.behind, answered=_answered_before(views, item),
        probability=calibration.probability(item.score) if calibration else None,
        states=facts.card.codes("linked_states"),
    )  # fmt: skip


def _answered_before(views: Views, item: Waiting) -> str:
    """Say in words which answer the leading entry had before its words changed, or its story before it came."""
    label, before = labels.answered_before(views, item.lead, item.story_id), "the words changed"
    if label is None:
        label, before = labels.answered_without(views, item.lead), "this report came"
    return f"{label.label} by {label.by} on {label.at[:10]}, before {before}" if label else ""
