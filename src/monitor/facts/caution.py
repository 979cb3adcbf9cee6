"""What the plain sentence may tell of a report in another language, whose fields beside attribution are weaker.

Owns the caution: one target, a stage only where the claim's own sentence says that the act was planned or foiled, and
everything else an alleged act. A reviewer's correction is told as it stands. Wording is sentence.py's.
"""

from __future__ import annotations

import msgspec

from monitor.facts.values import Card, Claim, Value

_SURE_LANGUAGES = ("", "en")  # "" is a card made by hand
_TOLD_STAGES = ("planned", "foiled")
CORRECTION = "correction"


def cautious(card: Card, claim: Claim) -> Card:
    """Return the card with those stages and targets alone that a sentence about the claim may tell."""
    if card.language in _SURE_LANGUAGES:
        return card
    stage = tuple(v for v in card.stage if _corrected(v) or (v.code in _TOLD_STAGES and _stands_in(v, claim)))
    corrected = tuple(value for value in card.target_types if _corrected(value))
    aimed = sorted(card.target_types, key=lambda value: value.field != "title")[:1]
    return msgspec.structs.replace(card, stage=stage, target_types=corrected or tuple(aimed))


def only_alleged(card: Card) -> bool:
    """Return whether the act is to be called alleged: another language, and no stage that may be told."""
    return card.language not in _SURE_LANGUAGES and not card.stage


def as_alleged(what: str) -> str:
    """Return an act as an alleged one: "a killing" as "an alleged killing", "sabotage" as "alleged sabotage"."""
    first, _, rest = what.partition(" ")
    return f"an alleged {rest}" if first in ("a", "an") else f"alleged {what}"


def _corrected(value: Value) -> bool:
    return value.field == CORRECTION or value.confidence >= 1.0


def _stands_in(value: Value, claim: Claim) -> bool:
    return bool(value.quote) and value.quote.lower() in claim.quote.lower()
