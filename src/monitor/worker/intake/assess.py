"""Entries into scores, flags and story events: the events one commit needs, nothing appended here.

An entry is flagged when its score, rounded as logged, reaches the threshold; once flagged, again only for other words
(reflag.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from monitor.classify.explain import Explanation
from monitor.classify.model import Model
from monitor.log.events import EntryFlagged, EntryScored, NewEvent
from monitor.log.payloads import EntryText
from monitor.worker.intake.reflag import EarlierFlag, flag_again

SCORE_DIGITS = 6
N_TERMS = 8


class Unscored(msgspec.Struct, frozen=True, gc=False):
    """An entry revision ready to be scored."""

    entry_id: str
    revision: int
    text_sha: str
    text: EntryText
    earlier: tuple[EarlierFlag, ...] = ()


class Scored(msgspec.Struct, frozen=True, gc=False):
    """A candidate with its score as logged."""

    candidate: Unscored
    score: float
    flag: str  # why it is flagged; empty where it is not

    @property
    def is_first(self) -> bool:
        """Tell whether the entry was never flagged before."""
        return not self.candidate.earlier


def score_all(model: Model, candidates: Sequence[Unscored], why: str) -> list[Scored]:
    """Score every candidate; those that reach the threshold are flagged for `why`, or again for their other words."""
    threshold = round(model.threshold, SCORE_DIGITS)
    scored = []
    for item in candidates:
        text = item.text
        score = round(model.score(text.title, text.summary, text.text, text.lang), SCORE_DIGITS)
        flag = "" if score < threshold else why
        if flag and item.earlier:
            flag = flag_again(score, text, item.earlier)
        scored.append(Scored(item, score, flag))
    return scored


def scored_event(model: Model, scored: Sequence[Scored], feed_id: str, why: str, occasion: str = "") -> NewEvent:
    """Return the entry-scored event of one commit.

    Its key names the model, the occasion, and the exact revisions and texts scored: a text that comes back after an
    edit is another revision, and a model that comes back another `occasion`.
    """
    rows = [(item.candidate.entry_id, item.candidate.revision, item.score) for item in scored]
    texts = [f"{item.candidate.entry_id} {item.candidate.revision} {item.candidate.text_sha}" for item in scored]
    digest = hashlib.sha256("\n".join([why, occasion, *texts]).encode()).hexdigest()[:16]
    data = EntryScored(
        model_id=model.model_id,
        threshold=round(model.threshold, SCORE_DIGITS),
        scores=rows,
        feed_id=feed_id,
        why=why,
    )
    return NewEvent(f"entry-scored:{model.model_id}:{feed_id}:{digest}", data)


def flagged_event(model: Model, scored: Scored, alert_at: float | None = None) -> NewEvent:
    """Return the entry-flagged event with its reasons; `alert_at` is the score from which its band is `alert`."""
    item, text = scored.candidate, scored.candidate.text
    reasons = model.explain(text.title, text.summary, text.text, text.lang)
    data = EntryFlagged(
        entry_id=item.entry_id,
        revision=item.revision,
        model_id=model.model_id,
        score=scored.score,
        threshold=round(model.threshold, SCORE_DIGITS),
        why=scored.flag,
        band="alert" if alert_at is not None and scored.score >= alert_at else "flag",
        terms_for=_terms(reasons, for_it=True),
        terms_against=_terms(reasons, for_it=False),
        nearest=reasons.nearest,
        nearest_similarity=round(reasons.nearest_similarity, 3),
    )
    again = "" if scored.is_first else f":{item.revision}:{item.text_sha[:16]}"
    return NewEvent(f"entry-flagged:{item.entry_id}{again}", data)


def _terms(reasons: Explanation, *, for_it: bool) -> list[tuple[str, float, str]]:
    terms = reasons.terms_for if for_it else reasons.terms_against
    return [(term.term, round(term.weight, 4), term.shown) for term in terms[:N_TERMS]]
