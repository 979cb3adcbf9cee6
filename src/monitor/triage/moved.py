"""Known cases that moved: one row for each confirmed case that got new reports, and what is new in them.

A reading of the views and the log, for every surface; these rows are not among the day's. A case is confirmed by a
standing label `plot`; an entry counts as new from its joining until the case's next label, for a day; one that waits
in the queue by its own score until it is answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from monitor.facts.merge import merge_cards
from monitor.facts.names import code_words, state_name
from monitor.facts.values import Card
from monitor.log.codec import iso
from monitor.log.store import EventStore
from monitor.triage.told import card_of, published_by
from monitor.views.fold import Views
from monitor.views.queries import entries, stories
from monitor.views.queries.cases import Joined, joined_since
from monitor.views.queries.labels import covering
from monitor.views.queries.texts import text_of

NEW_FOR = timedelta(days=1)
MOST_ROWS = 3  # of a day; what is left out is counted by nobody's patience, and waits in `monitor stories`
NewInCases = dict[str, list[Joined]]  # the new entries of each case
MAX_READ = 12  # entries of a case that are read for what it said before, and for what it says now
_STEPS = {"legal_stage": "new step", "stage": "new stage", "denied_by": "new denial", "linked_states": "new state"}
_NUMBERS = {"n_arrested": "arrested", "n_charged": "charged"}


class MovedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmed case with what moved: `what` are phrases ("new step: charged", "+2 reports"), the telling ones first.

    `entry_id` leads: the new entry that says most; `entry_ids` are all new ones, oldest first.
    """

    case_id: str
    story_id: str
    entry_id: str
    title: str
    link: str
    publisher: str
    seen_at: str
    entry_ids: tuple[str, ...]
    what: tuple[str, ...]


def moved_cases(
    log: EventStore,
    views: Views,
    now: datetime,
    *,
    limit: int = MOST_ROWS,
    within: timedelta = NEW_FOR,
    new: NewInCases | None = None,
) -> list[MovedCase]:
    """Return the confirmed cases that moved in the day (or `within` the span) before `now`, those with news first.

    `new` is what `new_in_cases` says, where somebody asked already.
    """
    new = new_in_cases(views, now, within) if new is None else new
    found = [_moved(log, views, case_id, joined) for case_id, joined in new.items()]
    return sorted(found, key=lambda case: (-len(case.what), -len(case.entry_ids), case.case_id))[:limit]


def shown_as_moved(new: NewInCases) -> frozenset[str]:
    """Return the stories that are shown as known cases that moved, and so need no row of the day.

    None where more cases moved than are shown: then each has to wait for its row.
    """
    return frozenset(item.story_id for joined in new.values() for item in joined if len(new) <= MOST_ROWS)


def new_in_cases(views: Views, now: datetime, within: timedelta = NEW_FOR) -> NewInCases:
    """Return the new entries of each confirmed case: those that joined it after its newest label, or that wait."""
    new: dict[str, list[Joined]] = defaultdict(list)
    for joined in joined_since(views, iso(now - within)):
        if joined.after_label or not (joined.followed or joined.labelled or covering(views, joined.entry_id)):
            new[joined.case_id].append(joined)
    return new


def _moved(log: EventStore, views: Views, case_id: str, joined: Sequence[Joined]) -> MovedCase:
    fresh = {item.entry_id for item in joined}
    known = [
        member.entry_id
        for story in stories.stories_of_case(views, case_id)
        for member in stories.members(views, story.story_id)
        if member.entry_id not in fresh
    ]
    before = merge_cards([_card(log, views, entry_id) for entry_id in known[:MAX_READ]], known[:MAX_READ])
    cards = {item.entry_id: _card(log, views, item.entry_id) for item in joined[-MAX_READ:]}
    changes = {entry_id: changes_of(before, card) for entry_id, card in cards.items()}
    lead = max(cards, key=lambda entry_id: len(changes[entry_id]))
    told = tuple(dict.fromkeys(change for found in changes.values() for change in found))
    entry = entries.entry(views, lead)
    assert entry is not None  # noqa: S101 - the views name it
    return MovedCase(
        case_id=case_id, story_id=next(item.story_id for item in joined if item.entry_id == lead), entry_id=lead,
        title=text_of(log, entry).headline, link=entry.link, publisher=published_by(entry) or entry.feed,
        seen_at=entry.seen_at, entry_ids=tuple(item.entry_id for item in joined),
        what=(*told, f"+{len(joined)} report{'s' if len(joined) > 1 else ''}"),
    )  # fmt: skip


def changes_of(before: Card, now: Card) -> list[str]:
    """Return what a card says that the one before did not: steps, denials, states by name, numbers."""
    found = []
    for field, phrase in _STEPS.items():
        codes = [code for code in now.codes(field) if code not in before.codes(field)]
        found += [f"{phrase}: {', '.join(map(_word, codes))}"] if codes else []
    for field, phrase in _NUMBERS.items():
        codes = [code for code in now.codes(field) if code not in before.codes(field)]
        found += [f"{codes[0]} {phrase}"] if codes else []
    return found


def _word(code: str) -> str:
    """Return a step, a stage or a state as people say it."""
    return state_name(code) if len(code) == 2 else code_words(code)


def _card(log: EventStore, views: Views, entry_id: str) -> Card:
    entry = entries.entry(views, entry_id)
    if entry is None:
        return Card()
    text = text_of(log, entry)
    at = datetime.fromisoformat(entry.published_at) if entry.published_at else None
    return card_of(text.title, text.summary, text.text, at, entry.lang)
