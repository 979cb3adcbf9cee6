"""Confirmed plots: the cases for which the label `plot` stands, each once, with what its reports tell.

A reading of views and log for digest, weekly report, overview and casebook. `confirmed_card` leaves on a card what a
reviewer stands behind and nothing else; the sentence made of it is the one that may be published.
"""

from __future__ import annotations

from collections import defaultdict

import msgspec

from monitor.facts.sentence import plain_sentence
from monitor.facts.values import LIST_FIELDS, Card
from monitor.learn.labels import PLOT
from monitor.log.store import EventStore
from monitor.triage.standing import newest, standing
from monitor.triage.told import StoryFacts, published_by, story_facts
from monitor.views.fold import Views
from monitor.views.queries import entries, stories
from monitor.views.queries.labels import all_labels, covering
from monitor.views.queries.texts import text_of


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """A case that reviewers call a report of an alleged plot.

    `at`: when it was first reported; `confirmed_at`: when the first label that stands was given. `facts` are those of
    the story with the fullest account; `title` is its first headline. `by`: whose labels stand behind it.
    """

    case_id: str
    story_ids: tuple[str, ...]
    entry_ids: tuple[str, ...]
    at: str
    confirmed_at: str
    by: tuple[str, ...]
    title: str
    link: str
    publisher: str
    facts: StoryFacts


class ConfirmedCase(msgspec.Struct, frozen=True):
    """A case for which `plot` stands, without what its reports tell: `labelled` are the entries that were called so."""

    case_id: str
    labelled: tuple[str, ...]
    story_ids: tuple[str, ...]
    rows: tuple[entries.EntryRow, ...]
    confirmed_at: str
    by: tuple[str, ...]

    @property
    def at(self) -> str:
        """When it was first reported."""
        return min(row.published_at or row.seen_at for row in self.rows)


def confirmed_plots(log: EventStore, views: Views, since: str = "") -> list[Plot]:
    """Return the cases for which `plot` stands, the newest confirmed first; with `since`, those confirmed from then."""
    return [_plot(log, views, case) for case in confirmed_cases(views, since)]


def confirmed_cases(views: Views, since: str = "") -> list[ConfirmedCase]:
    """Return the same cases without reading a text."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry_id in _plot_entries(views):
        found[stories.case_of(views, stories.story_of(views, entry_id))].append(entry_id)
    cases = (_case(views, case_id, ids) for case_id, ids in found.items())
    wanted = (case for case in cases if case.confirmed_at >= since)
    return sorted(wanted, key=lambda case: (case.confirmed_at, case.case_id), reverse=True)


def _plot_entries(views: Views) -> list[str]:
    """Return the entries that were themselves called a plot, where that label stands, in the order of their labels."""
    called = dict.fromkeys(label.entry_id for label, _ in all_labels(views) if label.label == PLOT)
    return [entry_id for entry_id in called if standing(covering(views, entry_id)).label == PLOT]


def _case(views: Views, case_id: str, labelled: list[str]) -> ConfirmedCase:
    votes = [label for one in labelled for label in newest(covering(views, one)).values() if label.label == PLOT]
    story_ids = dict.fromkeys(stories.story_of(views, one) for one in labelled)
    members = dict.fromkeys(member.entry_id for story_id in story_ids for member in stories.members(views, story_id))
    rows = [row for one in members if (row := entries.entry(views, one)) is not None]
    return ConfirmedCase(
        case_id, tuple(labelled), tuple(story_ids), tuple(rows), min(label.at for label in votes),
        tuple(sorted({label.by for label in votes})),
    )  # fmt: skip


def _plot(log: EventStore, views: Views, case: ConfirmedCase) -> Plot:
    facts = max((story_facts(log, views, story_id) for story_id in case.story_ids), key=fullness)
    lead = next(row for row in case.rows if row.entry_id == case.labelled[0])
    return Plot(
        case_id=case.case_id, story_ids=case.story_ids, entry_ids=tuple(row.entry_id for row in case.rows), at=case.at,
        confirmed_at=case.confirmed_at, by=case.by, title=text_of(log, lead).headline, link=lead.link,
        publisher=published_by(lead) or lead.feed, facts=facts,
    )  # fmt: skip


def fullness(facts: StoryFacts) -> tuple[bool, bool, int]:
    """Return the key by which the story with the fullest account speaks for its case."""
    return facts.status == "confirmed", bool(facts.sentence), len(facts.confirmed)


def confirmed_card(facts: StoryFacts) -> Card:
    """Return the card with confirmed fields only.

    A claim stays only where its states are confirmed, and says who makes it only where that is confirmed too.
    """
    fields = {
        field: tuple(msgspec.structs.replace(value, confidence=1.0) for value in getattr(facts.card, field))
        if field in facts.confirmed
        else ()
        for field in LIST_FIELDS
    }
    card = msgspec.structs.replace(facts.card, **fields)
    claims = []
    for claim in card.claims if "linked_states" in facts.confirmed else ():
        claim = msgspec.structs.replace(claim, open=False)  # whether it is a plot is no longer asked
        if "services" not in facts.confirmed:
            claim = msgspec.structs.replace(claim, services=())
        if "claimed_by" not in facts.confirmed:
            claim = msgspec.structs.replace(claim, accuser="", accuser_state="")
        claims.append(claim)
    return msgspec.structs.replace(card, claims=tuple(claims))


def confirmed_sentence(facts: StoryFacts) -> str:
    """Return the sentence that confirmed fields alone make, "" where nobody confirmed who is accused."""
    return plain_sentence(confirmed_card(facts)) if "linked_states" in facts.confirmed else ""
