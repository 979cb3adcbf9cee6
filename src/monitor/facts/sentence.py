"""One sentence that an editor can read, made from a card's claims: who alleges that whom did what, and who denies it.

Owns the wording, which is the same on every surface. It always says who alleges; what is not known is left out, and a
card without a claim has no sentence. Names come from names.py; nothing is said that the card does not hold.
"""

from __future__ import annotations

from monitor.facts.names import ACTS, TARGETS, accuser_name, is_plural, listed, service_name, state_name
from monitor.facts.values import Card, Claim

_OWN = ("denies", "admits")
_RANK = ("convicts", "charges", "alleges", "warns", "suspects")
_SAYS = {
    "alleges": ("alleges that", "allege that"), "suspects": ("suspects that", "suspect that"),
    "charges": ("alleges in charges that", "allege in charges that"), "convicts": ("found that", "found that"),
    "warns": ("warns that", "warn that"),
}  # fmt: skip
_MOST_CLAIMS = 3
_AT_THINGS = frozenset({"sabotage", "arson"})
_PEOPLE = frozenset({"journalist", "dissident", "defector", "official"})
_OPENINGS = (
    "The ",
    "A ",
    "An ",
    "Police ",
    "Prosecutors ",
    "Intelligence ",
    "Officials ",
    "Unnamed ",
    "Media reports ",
)


def plain_sentence(card: Card) -> str:
    """Return the sentence of a card, or "" where nobody accuses anybody ("not said").

    Claims that blame differently are told one after the other, each with its accuser.
    """
    groups = _groups(card)
    if not groups or not _tells_an_act(card):
        return ""  # an accusation of nothing that was planned or done is none
    told = [_told(claim, card, first=at == 0) for at, claim in enumerate(groups[:_MOST_CLAIMS])]
    parts = [words if at == 0 else _lower(words) for at, words in enumerate(told)]
    return "; ".join([*parts, *_tail(card, groups)]) + "."


def _tells_an_act(card: Card) -> bool:
    """Return whether there is something to be accused of: an act, a plan, or an attack on a thing."""
    stage = card.codes("stage")
    things = set(card.codes("target_types")) & {"infrastructure", "military", "diplomat"}
    return bool(card.methods or card.overview or things) or (bool(stage) and stage != ["executed"])


def claim_words(claim: Claim) -> str:
    """Return one claim in words: who says it, how, of whom ("Police in Denmark: alleges Iran")."""
    whom = listed([*map(state_name, claim.states), *map(service_name, claim.services)])
    if claim.verb in _OWN:
        return f"{_upper(whom)}: {claim.verb} its part"
    who = accuser_name(claim.accuser, claim.accuser_state)
    tie = "links it to" if claim.tied else claim.verb
    return f"{who or claim.publisher or 'No accuser named'}: {tie} {whom}"


def _groups(card: Card) -> list[Claim]:
    """Return one claim for each accused, accusers that are named first; what a reviewer struck out is left out."""
    allowed = set(card.codes("linked_states"))
    best: dict[tuple[tuple[str, ...], tuple[str, ...]], Claim] = {}
    for claim in card.claims:
        if not set(claim.states) <= allowed or not (claim.states or claim.services):
            continue
        key = (claim.states, claim.services if not claim.states else ())
        if key not in best or _order(claim) < _order(best[key]):
            best[key] = claim
    told = {state for claim in best.values() for state in claim.states}
    claims = list(best.values())
    claims += [Claim("corrected", states=(state,)) for state in card.codes("linked_states") if state not in told]
    accusing = [claim for claim in claims if claim.verb != "denies"]
    return sorted(accusing or claims, key=_order)


def _order(claim: Claim) -> tuple[bool, bool, int]:
    rank = _RANK.index(claim.verb) if claim.verb in _RANK else len(_RANK)
    return claim.verb in _OWN, not (claim.accuser or claim.accuser_state), rank


def _told(claim: Claim, card: Card, *, first: bool) -> str:
    whom = _whom(claim)
    what = _what(card) if first else "it"
    many = " and " in whom
    if claim.verb == "denies":
        return f"{_upper(whom)} {'deny' if many else 'denies'} any part in {what}"
    if claim.verb == "admits":
        return f"{_upper(whom)} {'say' if many else 'says'} that it was behind {what}"
    if claim.verb == "corrected":
        return f"A reviewer reads in the reports that {whom} {'are' if many else 'is'} accused of {what}"
    was = "were" if many else "was"
    who = accuser_name(claim.accuser, claim.accuser_state)
    if not who:
        report = claim.publisher or "A report"
        verb = "reports" if claim.publisher else "carries"
        return f"{report} {verb} the allegation that {whom} {'had a hand in' if claim.tied else was + ' behind'} {what}"
    singular, plural = _SAYS.get(claim.verb, _SAYS["alleges"])
    speak = is_plural(claim.accuser, claim.accuser_state)
    if claim.tied and claim.verb in ("alleges", "suspects"):
        return f"{who} {'link' if speak else 'links'} {whom} to {what}"
    return f"{who} {plural if speak else singular} {whom} {was} behind {what}"


def _whom(claim: Claim) -> str:
    states = [state_name(code) for code in claim.states]
    services = [service_name(code) for code in claim.services]
    if len(states) == 1 and services:
        return f"{states[0]} ({listed(services)})"
    return listed(states or services)


def _what(card: Card) -> str:
    """Return the act: its stage, methods, target and country, as far as the card holds them."""
    if card.overview:
        return "several plots"
    stage = (card.codes("stage") or [""])[0]
    methods = [code for code in card.codes("methods")[:2] if code in ACTS]
    return _act(stage, [ACTS[code] for code in methods], listed(_targets(card, methods))) + _place(card)


def _targets(card: Card, methods: list[str]) -> list[str]:
    """Return whom or what the act was aimed at, in words that go with it: nobody sabotages a person."""
    things = bool(methods) and set(methods) <= _AT_THINGS
    names = TARGETS | ({} if set(methods) <= _AT_THINGS | {"bombing"} else {"military": "a military figure"})
    codes = [code for code in card.codes("target_types") if code in TARGETS]
    return [names[code] for code in codes if not (things and code in _PEOPLE)][:2]


def _act(stage: str, acts: list[str], target: str) -> str:
    against = f" against {target}" if target else ""
    of = f" of {target}" if target else ""
    noun = listed(acts)
    if stage == "foiled":
        return f"a foiled {noun} plot{against}" if noun else f"a foiled plot{against}"
    if not noun:
        nouns = {"planned": "a plan or threat", "attempted": "a failed attack", "executed": "an act"}
        return nouns.get(stage, "an act") + against
    if "arson" in acts[:1]:
        of = against
    if stage in ("planned", "attempted"):
        return f"{'a' if stage == 'planned' else 'an'} {stage} {noun}{of}"
    article = "an" if noun[0] in "aeiou" else "a"
    bare = noun if noun in ("arson", "sabotage") or " and " in noun else f"{article} {noun}"
    return bare + of


def _place(card: Card) -> str:
    countries = card.codes("countries")
    return f" in {state_name(countries[0])}" if len(countries) == 1 else ""


def _tail(card: Card, told: list[Claim]) -> list[str]:
    """Return what follows: arrests, charges, steps of the law, denials."""
    parts = [f"{value.code} arrested" for value in card.n_arrested[:1]]
    parts += [f"{value.code} charged" for value in card.n_charged[:1]]
    legal = card.codes("legal_stage")
    if "on-trial" in legal[:1]:
        parts.append("on trial")
    only_denied = all(claim.verb == "denies" for claim in told)
    denying = [state_name(code) for code in card.codes("denied_by") if code.isupper() and len(code) == 2]
    if denying and not only_denied:
        parts.append(f"{listed(denying)} {'denies' if len(denying) == 1 else 'deny'} it")
    if "accused" in card.codes("denied_by"):
        parts.append("the accused deny it")
    return parts


def _lower(words: str) -> str:
    """Return a part that follows another: only our own openings ("The government", "A report") go small."""
    return words[:1].lower() + words[1:] if words.startswith(_OPENINGS) else words


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
