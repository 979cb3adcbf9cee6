"""Which accusations of a card the plain sentence may tell.

Owns the caution: an accusation of nothing that was planned or done is none, nor is one beside the act, one that only
looks back, or one of which the report says that it is avowed, staged or open war. What of the card's fields is told
beside each is beside.py's; wording is sentence.py's.
"""

from __future__ import annotations

import re

import msgspec

from monitor.facts.beside import (
    CORRECTION,
    DEATH,
    MURDER,
    SURE_LANGUAGES,
    TOLD_STAGES,
    beside,
    cautious,
    is_beside,
    only_killed,
    stands_in,
    told_stage,
    without_speaker,
)
from monitor.facts.names import state_code
from monitor.facts.values import Card, Claim

OWN_VERBS = ("denies", "admits")
_RANK = ("convicts", "charges", "alleges", "warns", "suspects")
# What is said of a state beside the act, or as its habit: "collaborating with X", "X, which it habitually accuses",
# "expels X's diplomats over a verdict".
_ASIDE = re.compile(
    r"\bcollaborat\w+ with\b|\b(?:habitual|routine|regular|usual|tradition)ly (?:accus|blam)"
    r"|\bdid(?: not|n.t) say who\b"
    r"|\b(?:former|ex)\b(?:[\s-][\w.]+){1,4}?\s(?:officer|agent|operative|sp(?:y|ies)|official|soldier)s?\b"
    r"[^.;]{0,40}?\b(?:(?:accus|charg|suspect|want|convict|jail|arrest)ed|sentenced) (?:of|with|for|over|in|by|to)\b"
    r"|\b(?:appear|seem)\w* to (?:\w+ )?(?:link|blame|implicate|accuse|tie)\b"
    r"|\b1[0-8]\d\d\b|\bcentur(?:y|ies)\b"  # of history
    r"|\b(?:ruse|faked|feigned)\b|\b(?:says|said|insists|insisted) (?:that )?(?:he|she) ha[sd] no"
    r"|\bexpel\w*\b.{0,80}\b(?:over|after)\b.{0,40}\b(?:sentenc|ruling|verdict|execution|hanging)",
    re.IGNORECASE,
)
_WHOLE_STATE = re.compile(  # what is said of a whole state is rhetoric: "planned to destroy Chile"
    r"\b(?:destroy\w*|annihilat\w+|obliterat\w+|eras(?:e|ing)|eliminat\w+|wip\w+ out)\s+(?:the state of )?([A-Z]\w+)\b"
    r"(?![’']s|\s+[A-Za-z])|\bwip\w+\b.{0,30}\boff the map\b",
)
_DENIED = re.compile(  # "an allegation the group rejects": of something else than the plot
    r"\b(?:allegation|accusation|charge|claim)s?,?\s+(?:that |which )?(?:the |his |her |their )?\w+\s+"
    r"(?:reject|den|dismiss)",
    re.IGNORECASE,
)
_IN_DANGER = frozenset({"dissident", "journalist", "jewish-or-israeli", "defector"})
_FROM_THERE = re.compile(  # a place as much as its state: "a contract killing ordered from X"
    r"\b(?:ordered|run|directed|planned|organi[sz]ed|hatched|commissioned|coordinated|controlled) from\b", re.IGNORECASE
)
_LEAD_CHARS = 1200  # of a text: further down, an accusation without an accuser is of something else
_MEANT = re.compile(r"plot|conspir|threats?\b|threaten(?:ed|s)\b|attack|hit list|target|planned|scheme", re.IGNORECASE)
_HIT = re.compile(
    r"attack|str[iu]ck|strik|hit|damag|sabotag|blast|explo|destr|target|raid|drone|plot|threat", re.IGNORECASE
)
_COVERT = re.compile(r"plot|assassin|abduct|kidnap|arson|sabotag|poison|bomb|kill|murder|behind", re.IGNORECASE)


def told_claims(card: Card) -> list[Claim]:
    """Return the accusations to tell, one for each accused, those that name their accuser first; none in doubt."""
    return [claim for claim in _groups(card) if _tells_an_act(beside(card, claim), claim.quote)]


def told_beside(card: Card, claim: Claim) -> Card:
    """Return the card with what may be told beside one of its accusations, and nothing else."""
    card = without_speaker(beside(card, claim), claim)
    return cautious(msgspec.structs.replace(card, stage=told_stage(card)), claim)


def denied_by_accused(card: Card) -> bool:
    """Return whether those on trial or wanted reject the charge itself, in words about it."""
    return any(value.code == "accused" and not _DENIED.search(value.quote) for value in card.denied_by)


def _groups(card: Card) -> list[Claim]:
    """Return one claim for each accused, accusers that are named first; what a reviewer struck out is left out."""
    allowed = set(card.codes("linked_states"))
    best: dict[tuple[tuple[str, ...], tuple[str, ...]], Claim] = {}
    for claim in card.claims:
        if not set(claim.states) <= allowed or not (claim.states or claim.services):
            continue
        if (
            claim.open
            or _ASIDE.search(claim.quote)
            or _of_a_whole_state(claim.quote)
            or not _rests_on_an_act(claim, card)
        ):
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


def _of_a_whole_state(quote: str) -> bool:
    """Return whether an accusation is of wanting to do away with a state."""
    found = _WHOLE_STATE.search(quote)
    return found is not None and (found[1] is None or state_code(found[1]) != found[1])


def _tangled(claims: list[Claim]) -> bool:
    """Return whether one sentence accuses different states of what may be different acts."""
    quotes = [(claim.quote, claim.entry_id) for claim in claims if claim.quote]
    return len(set(quotes)) < len(quotes)


def _order(claim: Claim) -> tuple[bool, bool, int]:
    rank = _RANK.index(claim.verb) if claim.verb in _RANK else len(_RANK)
    return claim.verb in OWN_VERBS, not (claim.accuser or claim.accuser_state), rank


def _rests_on_an_act(claim: Claim, card: Card) -> bool:
    """Return whether an accusation that names no accuser tells of an act itself, not of something beside it."""
    named = bool(claim.accuser or claim.accuser_state) or claim.verb in OWN_VERBS or not claim.quote
    if claim.tied and not named and not card.services and _FROM_THERE.search(claim.quote):
        return False
    if not named and card.language not in SURE_LANGUAGES and not _more_than_killing(card, claim):
        return False
    if not named and claim.field == "text" and claim.offset > _LEAD_CHARS:
        return False
    if named or claim.verb != "alleges" or claim.acts:
        return True
    if card.methods:
        return any(stands_in(value, claim) for value in card.methods if not only_killed(value))
    return all(any(stands_in(value, claim) for value in values) for values in (card.target_types, card.stage))


def _more_than_killing(card: Card, claim: Claim) -> bool:
    """Return whether a report in another language that names no accuser tells of more than a killing."""
    acts = [value for value in card.methods if is_beside(value, claim) and not value.quote.lower().startswith(DEATH)]
    planned = any(value.code in TOLD_STAGES and stands_in(value, claim) for value in card.stage)
    danger = any(value.code in _IN_DANGER and is_beside(value, claim) for value in card.target_types)
    hidden = [value for value in acts if value.code not in ("assassination", "shooting") or MURDER.search(value.quote)]
    return planned or danger or bool(claim.services and claim.states) or bool(hidden)


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
