"""What the plain sentence may tell of a card: which accusations, and what of the card's fields beside each.

Owns the caution. An accusation of nothing that was planned or done is none, nor is one beside the act; a detail is told
where it stands in the accusation's own sentence or in a title. Fields of reports in other languages are weaker: one
target, a stage only where the claim's own sentence says that the act was planned or foiled, and everything else an
alleged act. A reviewer's correction is told as it stands. Wording is sentence.py's.
"""

from __future__ import annotations

import re

import msgspec

from monitor.facts.values import Card, Claim, Value

OWN_VERBS = ("denies", "admits")
CORRECTION = "correction"
_SURE_LANGUAGES = ("", "en")  # "" is a card made by hand
_TOLD_STAGES = ("planned", "foiled")
_RANK = ("convicts", "charges", "alleges", "warns", "suspects")
_TOLD_BESIDE = ("methods", "target_types", "countries", "stage")
_OPENING_CHARS = 240  # of a summary: what a claim in the title is explained by
# What is said of a state beside the act, or as its habit: "collaborating with X", "X, which it habitually accuses",
# "expels X's diplomats over a verdict".
_ASIDE = re.compile(
    r"\bcollaborat\w+ with\b|\b(?:habitual|routine|regular|usual|tradition)ly (?:accus|blam)"
    r"|\bdid(?: not|n.t) say who\b"
    r"|\bexpel\w*\b.{0,80}\b(?:over|after)\b.{0,40}\b(?:sentenc|ruling|verdict|execution|hanging)",
    re.IGNORECASE,
)
_OF_A_SIDE = frozenset({"opposition", "separatist"})  # of a protest or a region: alone they name nobody
_KILLING = ("kill", "dead", "death", "died", "slain", "slay")
_MEANT = re.compile(r"plot|conspir|threats?\b|threaten(?:ed|s)\b|attack|hit list|target|planned|scheme", re.IGNORECASE)
_HIT = re.compile(
    r"attack|str[iu]ck|strik|hit|damag|sabotag|blast|explo|destr|target|raid|drone|plot|threat", re.IGNORECASE
)
_COVERT = re.compile(r"plot|assassin|abduct|kidnap|arson|sabotag|poison|bomb|kill|murder|behind", re.IGNORECASE)
_LOCATED = r"\b(?:in|at|near|inside|outside|across|on|to|of)\s+(?:[\w’'-]+\s+){0,2}?%s"


def told_claims(card: Card) -> list[Claim]:
    """Return the accusations to tell, one for each accused, those that name their accuser first; none in doubt."""
    return [claim for claim in _groups(card) if _tells_an_act(_beside(card, claim), claim.quote)]


def told_beside(card: Card, claim: Claim) -> Card:
    """Return the card with what may be told beside one of its accusations, and nothing else."""
    return _cautious(_without_speaker(_beside(card, claim), claim), claim)


def only_alleged(card: Card) -> bool:
    """Return whether the act is to be called alleged: another language, and no stage that may be told."""
    return card.language not in _SURE_LANGUAGES and not card.stage


def only_killed(value: Value) -> bool:
    """Return whether an assassination is read from a word for any killing: "killed", "deaths", "slain"."""
    return value.code == "assassination" and value.quote.lower().startswith(_KILLING)


def _groups(card: Card) -> list[Claim]:
    """Return one claim for each accused, accusers that are named first; what a reviewer struck out is left out."""
    allowed = set(card.codes("linked_states"))
    best: dict[tuple[tuple[str, ...], tuple[str, ...]], Claim] = {}
    for claim in card.claims:
        if not set(claim.states) <= allowed or not (claim.states or claim.services):
            continue
        if claim.open or not _rests_on_an_act(claim, card) or _ASIDE.search(claim.quote):
            continue
        key = (claim.states, claim.services if not claim.states else ())
        if key not in best or _order(claim) < _order(best[key]):
            best[key] = claim
    told = {state for claim in best.values() for state in claim.states}
    claims = list(best.values())
    claims += [
        Claim("corrected", states=(value.code,))
        for value in card.linked_states
        if value.code not in told and value.field == CORRECTION
    ]
    accusing = [claim for claim in claims if claim.verb != "denies"]
    return [] if _tangled(accusing) else sorted(accusing or claims, key=_order)


def _tangled(claims: list[Claim]) -> bool:
    """Return whether one sentence accuses different states of what may be different acts."""
    quotes = [(claim.quote, claim.entry_id) for claim in claims if claim.quote]
    return len(set(quotes)) < len(quotes)


def _order(claim: Claim) -> tuple[bool, bool, int]:
    rank = _RANK.index(claim.verb) if claim.verb in _RANK else len(_RANK)
    return claim.verb in OWN_VERBS, not (claim.accuser or claim.accuser_state), rank


def _rests_on_an_act(claim: Claim, card: Card) -> bool:
    """Return whether an accusation that names no accuser tells of an act itself, not of something beside it."""
    if claim.accuser or claim.accuser_state or claim.verb != "alleges" or claim.acts or not claim.quote:
        return True
    if card.methods:
        return any(_stands_in(value, claim) for value in card.methods if not only_killed(value))
    return all(any(_stands_in(value, claim) for value in values) for values in (card.target_types, card.stage))


def _tells_an_act(card: Card, quote: str = "") -> bool:
    """Return whether there is something to be accused of: a kind of act, an attack on a thing, a plan against somebody.

    A plot, a plan or an attempt alone may be one to win a game, an election or a quarrel.
    """
    stage = card.codes("stage")
    things = set(card.codes("target_types")) & {"infrastructure", "military", "diplomat"}
    meant = not quote or bool(_MEANT.search(quote)) or card.language != "en"
    aimed = meant and bool(card.target_types) and bool(stage) and stage != ["executed"]
    things = things if not quote or card.language != "en" or _HIT.search(quote) else set()
    many = card.overview and bool(card.target_types) and (not quote or bool(_COVERT.search(quote)))
    return many if card.overview else bool(card.methods or things or aimed)


def _beside(card: Card, claim: Claim) -> Card:
    """Return the card with those acts, targets, places and stages alone that stand beside the claim.

    That is in its own sentence or in a title: a report's other sentences may tell of something else.
    """
    if not claim.quote:
        return card
    kept = {field: tuple(value for value in getattr(card, field) if _is_beside(value, claim)) for field in _TOLD_BESIDE}
    kept["target_types"] = tuple(value for value in kept["target_types"] if value.quote.lower() not in _OF_A_SIDE)
    return msgspec.structs.replace(card, **kept)


def _is_beside(value: Value, claim: Claim) -> bool:
    if value.field == "title" or _corrected(value) or not value.quote:
        return True
    opening = claim.field == "title" and value.field == "summary" and value.offset < _OPENING_CHARS
    return opening or _stands_in(value, claim)


def _without_speaker(card: Card, claim: Claim) -> Card:
    """Drop the country of the accuser where nothing says that the act was there: "a US court finds"."""
    kept = tuple(
        value
        for value in card.countries
        if claim.accuser != "court"
        or value.code != claim.accuser_state
        or value.field == CORRECTION
        or not value.quote
        or re.search(_LOCATED % re.escape(value.quote), claim.quote, re.IGNORECASE)
        or value.quote not in claim.quote
    )
    return msgspec.structs.replace(card, countries=kept)


def _cautious(card: Card, claim: Claim) -> Card:
    """Return the card with those stages and targets alone that a sentence about the claim may tell."""
    if card.language in _SURE_LANGUAGES:
        return card
    stage = tuple(v for v in card.stage if _corrected(v) or (v.code in _TOLD_STAGES and _stands_in(v, claim)))
    corrected = tuple(value for value in card.target_types if _corrected(value))
    aimed = sorted(card.target_types, key=lambda value: value.field != "title")[:1]
    return msgspec.structs.replace(card, stage=stage, target_types=corrected or tuple(aimed))


def _corrected(value: Value) -> bool:
    return value.field == CORRECTION or value.confidence >= 1.0


def _stands_in(value: Value, claim: Claim) -> bool:
    """Return whether the words of a value stand in the sentence of the claim, whichever report said them best."""
    return bool(value.quote) and value.quote.lower() in claim.quote.lower()
