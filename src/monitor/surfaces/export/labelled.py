"""What is exported: every entry that people labelled, with its story, card, sources and the verdict that stands."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from monitor.facts.sentence import claim_words
from monitor.facts.values import Card
from monitor.triage.standing import newest, standing
from monitor.triage.told import CONFIRMED, UNCONFIRMED, StoryFacts, story_facts
from monitor.views.queries.entries import labelled
from monitor.views.queries.labels import covering
from monitor.views.queries.stories import case_of
from monitor.views.queries.texts import text_of
from monitor.worker.workspace import Workspace


class LabelledEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with the label that stands (triage/standing.py)."""

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
            publisher=row.publisher, origin=row.origin, published_at=row.published_at, lang=row.lang,
            score=row.score, model_id=row.model_id,
            card=exported(facts), sentence=facts.sentence, sentence_status=facts.status, claims=claim_lines(facts),
            n_independent=facts.sources.counts.n_independent, position=row.position,
        )  # fmt: skip


def exported(facts: StoryFacts) -> Card:
    """Return the card as other tools may read it: states and services only where a reviewer confirmed them."""
    bare = {field: () for field in ("linked_states", "services") if field not in facts.confirmed}
    return msgspec.structs.replace(facts.card, claims=(), **bare)


def claim_lines(facts: StoryFacts) -> list[str]:
    """Return each claim in words: its standing, who says it, of whom, and the sentence it rests on."""
    standing = CONFIRMED if facts.status == CONFIRMED else UNCONFIRMED
    return [f'[{standing}] {claim_words(claim)}: "{claim.quote}"' for claim in facts.claims]
