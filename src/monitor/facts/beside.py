"""What of a card's fields may be told beside one accusation: acts, targets, places, how far it got.

Owns the words by which a detail is told or left out. It is told where it stands in the accusation's own sentence or in
a title. Fields of reports in other languages are weaker: one target, a stage only where the claim's own sentence says
that the act was planned or foiled, and everything else an alleged act. A reviewer's correction is told as it stands.
Which accusations are told at all is caution.py's.
"""

from __future__ import annotations

import re

import msgspec

from monitor.facts.values import Card, Claim, Value

CORRECTION = "correction"
SURE_LANGUAGES = ("", "en")  # "" is a card made by hand
TOLD_STAGES = ("planned", "foiled")
_TOLD_BESIDE = ("methods", "target_types", "countries", "stage")
_OPENING_CHARS = 240  # of a summary: what a claim in the title is explained by
# Of a camp or a street: alone they name nobody.
_OF_A_SIDE = frozenset({"separatist", "refugee", "refugees", "asylum", "diaspora"})
_NO_ACT = ("hostage", "bounty")  # said of an arrest and of a reward too
# A death is no act yet, whoever is blamed for it; told of cards in other languages than English.
DEATH = (  # how such words begin
    "tod", "tot", "gestorben", "mort", "décès", "décédé", "muert", "fallec", "смерт", "погиб", "гибел", "ölüm", "ölen",
    "öldü", "وفاة", "موت", "مرگ", "śmier", "zmar", "zgin", "dood", "död", "decess",
)  # fmt: skip
_BY_PERSON = frozenset({"gunman", "gunmen", "bomber", "bombers", "killer", "killers", "hitman", "hitmen", "sniper"})
_AIM = r"\b(?:to|would|could|will)\s+(?:\w+\s+)?%s\b"
_STOPPED = re.compile(  # somebody stepped in: a plan alone was not stopped
    r"foil|thwart|disrupt|avert|prevent|stop|halt|intercept|uncover|unravel|br(?:oke|oken|eaks?) up|bust|dismantl"
    r"|nipped|defus|caught before|before (?:they|he|it) could|undercover|inform(?:ant|er)|tip-off|expos|neutrali"
    r"|turned back",
    re.IGNORECASE,
)
_WATCHED = re.compile(r"ausspäh|spion|espi|surveil|vigil|шпион|слеж|следи|casus|izle|تجسس|جاسوس", re.IGNORECASE)
_FELL_SHORT = re.compile(r"fail|botch|contain|made safe", re.IGNORECASE)
_BY_PEOPLE_ALONE = frozenset({"assassination", "abduction", "stabbing", "poisoning", "assault", "shooting"})
_LOCATED = r"\b(?:in|at|near|inside|outside|across|on|to|of)\s+(?:[\w’'-]+\s+){0,2}?%s"
MURDER = re.compile(
    r"assas|asesin|attentat|anschlag|m[oø]rd|meurtr|покуш|заказ|убийств|suikast|cinayet|اغتيال|ترور|قتل|zamach|aanslag"
    r"|omicid|homicid|magnicid|замах|вбивств|morderst", re.IGNORECASE,
)  # fmt: skip
_KILLING = ("kill", "dead", "death", "died", "slain", "slay")


def only_alleged(card: Card) -> bool:
    """Return whether the act is to be called alleged: another language, and no stage that may be told."""
    return card.language not in SURE_LANGUAGES and not card.stage


def only_killed(value: Value, language: str = "") -> bool:
    """Return whether an assassination is read from a word for any killing: "killed", "deaths", "slain"."""
    if language not in SURE_LANGUAGES:
        return value.code == "assassination" and bool(value.quote) and not MURDER.search(value.quote)
    return value.code == "assassination" and value.quote.lower().startswith(_KILLING)


def beside(card: Card, claim: Claim) -> Card:
    """Return the card with those acts, targets, places and stages alone that stand beside the claim.

    That is in its own sentence or in a title: a report's other sentences may tell of something else.
    """
    if not claim.quote:
        return card
    kept = {field: tuple(value for value in getattr(card, field) if is_beside(value, claim)) for field in _TOLD_BESIDE}
    kept["methods"] = tuple(_told_methods(kept["methods"], card, claim))
    kept["target_types"] = tuple(value for value in kept["target_types"] if value.quote.lower() not in _OF_A_SIDE)
    kept["stage"] = kept["stage"] or tuple(_not_done(value) for value in card.stage if value.code != "executed")
    return msgspec.structs.replace(card, **kept)


def _told_methods(methods: tuple[Value, ...], card: Card, claim: Claim) -> list[Value]:
    """Return the acts that the words tell: no reward, no death of unknown cause, no act that was only the aim."""
    no_act = _NO_ACT if card.language in SURE_LANGUAGES else (*_NO_ACT, *DEATH)
    acts = [value for value in methods if not value.quote.lower().startswith(no_act)]
    done = card.codes("stage")[:1] == ["executed"]
    surer = [value for value in acts if value.quote.lower() not in _BY_PERSON and not (done and _is_aim(value, claim))]
    return surer or acts


def _not_done(value: Value) -> Value:
    """Return a stage that stands elsewhere in a report: an act that it calls planned is not told as done for that."""
    return msgspec.structs.replace(value, code="planned" if value.code == "foiled" else value.code)


def _is_aim(value: Value, claim: Claim) -> bool:
    """Return whether an act is told as what somebody wanted: "shot him, to abduct the others"."""
    return bool(value.quote) and bool(re.search(_AIM % re.escape(value.quote), claim.quote, re.IGNORECASE))


def told_stage(card: Card) -> tuple[Value, ...]:
    """Return the stages in words that the report has for them: what was charged before the act is not yet foiled.

    An overview keeps its own, and so do corrections and values without a quote.
    """
    if card.overview:
        return card.stage
    told = card.stage
    if card.language not in SURE_LANGUAGES and card.methods:
        told = tuple(
            value for value in told if not _WATCHED.match(value.quote)
        )  # who spies plans something, or nothing
    return tuple(value if _corrected(value) or not value.quote else _worded(value) for value in told)


def _worded(value: Value) -> Value:
    """Return a stage as its quote words it: "charged over a plot" is a plan, "a failed bomb" an attempt."""
    if value.code == "foiled" and not _STOPPED.search(value.quote):
        fell = bool(_FELL_SHORT.search(value.quote))
        return msgspec.structs.replace(value, code="attempted" if fell else "planned")
    return value


def is_beside(value: Value, claim: Claim) -> bool:
    """Return whether a value stands in a title, in the claim's sentence, or where a summary opens under its title."""
    if value.field == "title" or _corrected(value) or not value.quote:
        return True
    opening = claim.field == "title" and value.field == "summary" and value.offset < _OPENING_CHARS
    return opening or stands_in(value, claim)


def without_speaker(card: Card, claim: Claim) -> Card:
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


def cautious(card: Card, claim: Claim) -> Card:
    """Return the card with those stages and targets alone that a sentence about the claim may tell."""
    if card.language in SURE_LANGUAGES:
        return card
    stage = tuple(v for v in card.stage if _corrected(v) or (v.code in TOLD_STAGES and stands_in(v, claim)))
    corrected = tuple(value for value in card.target_types if _corrected(value))
    acts = set(card.codes("methods"))
    persons = bool(acts) and acts <= _BY_PEOPLE_ALONE
    aims = [value for value in card.target_types if persons or value.code != "official"]  # a word of many speakers
    aimed = sorted(aims, key=lambda value: value.field != "title")[:1]
    return msgspec.structs.replace(card, stage=stage, target_types=corrected or tuple(aimed))


def _corrected(value: Value) -> bool:
    return value.field == CORRECTION or value.confidence >= 1.0


def stands_in(value: Value, claim: Claim) -> bool:
    """Return whether the words of a value stand in the sentence of the claim, whichever report said them best."""
    return bool(value.quote) and value.quote.lower() in claim.quote.lower()
