"""What is exported: every entry that people labelled, with its story, card, sources and the verdict that stands."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from monitor.facts.sentence import claim_words
from monitor.facts.values import Card, Claim
from monitor.log.payloads import EntryText
from monitor.triage.entries import story_entries
from monitor.triage.standing import newest, standing
from monitor.triage.told import CONFIRMED, UNCONFIRMED, StoryFacts, published_by, story_facts
from monitor.views.fold import Views
from monitor.views.queries.entries import entry, labelled, noted_positions
from monitor.views.queries.labels import all_labels, covering
from monitor.views.queries.stories import case_of, story
from monitor.views.queries.texts import text_of
from monitor.worker.workspace import Workspace


class LabelledEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with the label that stands (triage/standing.py).

    `opened_at` and `changed_at` are those of its story: when it began, and when the log last said anything of it or of
    one of its entries, so that whoever got it before knows whether this is newer. `confirmed_fields` are those of the
    card that a reviewer confirmed or set; the others are a machine's reading.
    """

    entry_id: str
    story_id: str
    case_id: str
    label: str
    reviewers: list[str]
    agreed: bool
    notes: list[str]
    labelled_at: str
    title: str
    summary: str
    link: str
    publisher: str
    origin: str
    published_at: str
    lang: str
    score: float | None
    model_id: str
    card: Card
    sentence: str
    sentence_status: str
    claims: list[str]
    n_independent: int
    position: int
    opened_at: str = ""
    changed_at: str = ""
    confirmed_fields: list[str] = []

    @property
    def headline(self) -> str:
        """What the entry is called where it has no title of its own."""
        return EntryText(self.title, self.summary).headline


def labelled_entries(workspace: Workspace, only: str = "") -> Iterator[LabelledEntry]:
    """Yield the labelled entries in the order they were seen; `only` keeps one label."""
    views, log = workspace.views, workspace.log
    for row in labelled(views):
        entry_id, story_id = row.entry_id, row.story_id
        own = list(newest(covering(views, entry_id)).values())
        found = standing(own)
        if not found.label or (only and found.label != only):
            continue
        text, facts = text_of(log, row), story_facts(log, views, story_id)
        yield LabelledEntry(
            entry_id=entry_id, story_id=story_id, case_id=case_of(views, story_id), label=found.label,
            reviewers=sorted(found.by), agreed=found.agreed, notes=[item.note for item in own if item.note],
            labelled_at=max(item.at for item in own), title=text.title, summary=text.summary, link=row.link,
            publisher=published_by(row), origin=row.origin, published_at=row.published_at, lang=row.lang,
            score=row.score, model_id=row.model_id,
            card=exported(facts), sentence=facts.sentence, sentence_status=facts.status, claims=claim_lines(facts),
            n_independent=facts.sources.counts.n_independent, position=row.position,
            opened_at=opened_at(views, story_id, row.seen_at), changed_at=changed_at(workspace, story_id, row.seen_at),
            confirmed_fields=list(facts.confirmed),
        )  # fmt: skip


def exported(facts: StoryFacts) -> Card:
    """Return the card as other tools may read it: states and services only where a reviewer confirmed them."""
    bare = {field: () for field in ("linked_states", "services") if field not in facts.confirmed}
    return msgspec.structs.replace(facts.card, claims=(), **bare)


def claim_lines(facts: StoryFacts) -> list[str]:
    """Return each claim in words: its standing, who says it, of whom, and the sentence it rests on."""
    standing = CONFIRMED if facts.status == CONFIRMED else UNCONFIRMED
    return [f'[{standing}] {claim_words(claim)}{_carried(claim)}: "{claim.quote}"' for claim in facts.claims]


def _carried(claim: Claim) -> str:
    """Return whose report carries a claim, where its words do not begin with that."""
    named = claim.accuser or claim.accuser_state or claim.verb in ("denies", "admits")
    return f" ({claim.publisher})" if claim.publisher and named else ""


def opened_at(views: Views, story_id: str, otherwise: str) -> str:
    """Return when a story began; of an entry in none, when it was seen. It never moves."""
    found = story(views, story_id)
    return found.opened_at if found else otherwise


def changed_at(workspace: Workspace, story_id: str, otherwise: str) -> str:
    """Return the newest moment at which the log says something of a story or one of its entries."""
    views, log = workspace.views, workspace.log
    found = story(views, story_id)
    positions = {found.changed_position} if found else set()
    for entry_id in story_entries(views, story_id):
        positions.update(noted_positions(views, entry_id))
    events = (log.get(position) for position in positions)
    return max((event.recorded_at for event in events if event), default=otherwise)


class TakenBack(msgspec.Struct, frozen=True):
    """A story once labelled `plot` that is no longer: it may have been sent out."""

    story_id: str
    title: str
    published_at: str
    opened_at: str
    changed_at: str


def taken_back(workspace: Workspace) -> list[TakenBack]:
    """Return the stories that somebody once labelled `plot` and nobody does now.

    Where reviewers disagree a story is not listed, but not taken back either: a revoked object cannot come back.
    """
    views = workspace.views
    once: dict[str, str] = {}
    newest: dict[str, dict[str, str]] = {}
    for label, story_id in all_labels(views):
        if label.label == "plot":
            once.setdefault(story_id, label.entry_id)
        if not label.withdrawn and not label.overtaken:
            newest.setdefault(story_id, {})[label.by] = label.label
    found = []
    for story_id, entry_id in sorted(once.items()):
        row = entry(views, entry_id)
        if row is None or "plot" in newest.get(story_id, {}).values():
            continue
        found.append(
            TakenBack(
                story_id, text_of(workspace.log, row).headline, row.published_at or row.seen_at,
                opened_at(views, story_id, row.seen_at), changed_at(workspace, story_id, row.seen_at),
            )
        )  # fmt: skip
    return found
