"""What the reports of one story tell, as one value for every surface: sentence, claims, sources, standing.

Owns putting the card together from a story's newest texts, corrections and confirmations, and the promise that it never
raises: a card that cannot be made is an empty one with a note on its own row. Wording is facts/sentence.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import msgspec

from monitor.errors import MonitorError
from monitor.facts.card import read_card
from monitor.facts.corrections import apply_corrections, faults
from monitor.facts.merge import merge_cards
from monitor.facts.sentence import plain_sentence
from monitor.facts.values import LIST_FIELDS, Card, Claim
from monitor.log.payloads import EntryText
from monitor.log.store import EventStore
from monitor.stories.ledger import Ledger, PrintedReport, ledger_of
from monitor.stories.publishers import shown_name, spells
from monitor.views.fold import Views
from monitor.views.queries import entries, stories
from monitor.views.queries.texts import text_of, with_texts

MAX_CARD_ENTRIES = 12
MAX_LEDGER_ENTRIES = 60  # a larger story's further entries are counted by what was read when they were linked
CONFIRMED, UNCONFIRMED, NOT_SAID, NOT_READ = "confirmed", "machine, unconfirmed", "not said", "not read"


class StoryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the reports of a story tell.

    `sentence` is empty where nobody accuses anybody. `status`: confirmed (by a reviewer, as it stands), machine,
    unconfirmed, not said (no accusation), not read (a language without rules). `confirmed`: the fields whose codes a
    reviewer confirmed or set. `note` says in words what could not be used.
    """

    story_id: str
    sentence: str = ""
    status: str = NOT_SAID
    claims: tuple[Claim, ...] = ()
    card: Card = Card()
    confirmed: tuple[str, ...] = ()
    confirmed_by: tuple[str, ...] = ()
    sources: Ledger = ledger_of(())
    note: str = ""

    def shown(self) -> dict[str, list[str]]:
        """Return the codes of every field that holds any, as a reviewer sees and confirms them."""
        fields = {field: self.card.codes(field) for field in LIST_FIELDS}
        return {field: codes for field, codes in fields.items() if codes or field == "linked_states"}


def story_facts(log: EventStore, views: Views, story_id: str) -> StoryFacts:
    """Return what a story's reports tell. Never raises: what cannot be read is empty, with a note."""
    try:
        return _story_facts(log, views, story_id)
    except (MonitorError, ValueError, TypeError, KeyError) as error:
        return StoryFacts(story_id=story_id, note=f"the card could not be made: {error}"[:300])


def story_told(log: EventStore, views: Views, story_id: str) -> StoryFacts:
    """Return the same without the ledger of sources, which takes as long as all else. Never raises."""
    try:
        return _told(log, views, story_id)
    except (MonitorError, ValueError, TypeError, KeyError) as error:
        return StoryFacts(story_id=story_id, note=f"the card could not be made: {error}"[:300])


def sources_of(log: EventStore, views: Views, story_id: str) -> Ledger:
    """Return the ledger of a story's sources: the one count that queue, story, review, digest and exports show."""
    return ledger_of(_reports(log, views, story_id))


def published_by(row: entries.EntryRow) -> str:
    """Return an entry's publisher by the name people know it by; empty where nobody knows."""
    name = shown_name(row.byline, row.source_name, row.feed_publisher)
    return row.feed if spells(name, row.feed) else name


def _story_facts(log: EventStore, views: Views, story_id: str) -> StoryFacts:
    return msgspec.structs.replace(_told(log, views, story_id), sources=sources_of(log, views, story_id))


def _told(log: EventStore, views: Views, story_id: str) -> StoryFacts:
    corrected = stories.corrections(views, story_id)
    said = stories.confirmations(views, story_id)
    changes = [{"field": field, "value": codes} for field, codes in corrected.items()]
    card = apply_corrections(_read(log, views, story_id), changes)
    confirmed = [field for field in LIST_FIELDS if field in corrected or _holds(card, field, said)]
    sentence = plain_sentence(card)
    whole = bool(sentence) and "linked_states" in confirmed
    bare = NOT_READ if card.unread else NOT_SAID
    return StoryFacts(
        story_id=story_id, sentence=sentence, claims=card.claims, card=card, confirmed=tuple(confirmed),
        status=CONFIRMED if whole else UNCONFIRMED if sentence else bare,
        confirmed_by=tuple(sorted({said[field].by for field in confirmed if field in said})),
        note="; ".join(faults(changes)),
    )  # fmt: skip


def _holds(card: Card, field: str, said: Mapping[str, stories.ConfirmedField]) -> bool:
    """Return whether a confirmation still says what the card says: newer reports may have changed it."""
    return field in said and sorted(said[field].codes) == sorted(card.codes(field))


def _read(log: EventStore, views: Views, story_id: str) -> Card:
    """Return the story's card as read, from its entries in the order they joined."""
    cards, ids, publishers, times = [], [], [], []
    members = stories.members(views, story_id)[:MAX_CARD_ENTRIES]
    rows = (row for member in members if (row := entries.entry(views, member.entry_id)))
    for row, text in with_texts(log, rows):
        at = datetime.fromisoformat(row.published_at) if row.published_at else None
        cards.append(card_of(text.title, text.summary, text.text, at, row.lang))
        ids.append(row.entry_id)
        publishers.append(published_by(row))
        times.append(at)
    return merge_cards(cards, ids, publishers, times)


@lru_cache(maxsize=512)
def card_of(title: str, summary: str, text: str, at: datetime | None, lang: str) -> Card:
    """Read a card, or return it as read before: a page asks for the same texts again and again."""
    return read_card(title, summary, text, at, lang)


def _reports(log: EventStore, views: Views, story_id: str) -> list[PrintedReport]:
    found = []
    members = stories.members(views, story_id)
    for at, member in enumerate(members):
        row = entries.entry(views, member.entry_id) if len(members) > 1 and at < MAX_LEDGER_ENTRIES else None
        text = text_of(log, row) if row else EntryText("")
        name = published_by(row) if row and member.publisher else ""
        found.append(PrintedReport(member.entry_id, member.publisher, member.origin, text.title, text.words, name))
    return found
