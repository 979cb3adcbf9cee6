"""One sentence that an editor can read, made from a card's claims: who alleges that whom did what, and who denies it.

Owns the wording, which is the same on every surface. It always says who alleges; what is not known is left out, and a
card without a claim has no sentence. Names come from names.py; nothing is said that the card does not hold.
"""

from __future__ import annotations

import re
from datetime import date

import msgspec

from monitor.facts.caution import CORRECTION, as_alleged, cautious, only_alleged
from monitor.facts.names import ACTS, TARGETS, accuser_name, is_plural, listed, service_name, state_name
from monitor.facts.values import Card, Claim, Value

_OWN = ("denies", "admits")
_RANK = ("convicts", "charges", "alleges", "warns", "suspects")
_SAYS = {
    "alleges": ("alleges that", "allege that"), "suspects": ("suspects that", "suspect that"),
    "charges": ("alleges in charges that", "allege in charges that"), "convicts": ("found that", "found that"),
}  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MOST_CLAIMS = 3
# What is said of a state beside the act, or as its habit: "collaborating with X", "X, which it habitually accuses",
# "expels X's diplomats over a verdict".
_ASIDE = re.compile(
    r"\bcollaborat\w+ with\b|\b(?:habitual|routine|regular|usual|tradition)ly (?:accus|blam)"
    r"|\bdid(?: not|n.t) say who\b"
    r"|\bexpel\w*\b.{0,80}\b(?:over|after)\b.{0,40}\b(?:sentenc|ruling|verdict|execution|hanging)",
    re.IGNORECASE,
)
_OF_A_SIDE = frozenset({"opposition", "separatist"})  # of a protest or a region: alone they name nobody
_AT_THINGS = frozenset({"sabotage", "arson"})
_PEOPLE = frozenset({"journalist", "dissident", "defector", "official"})
_TOLD_BESIDE = ("methods", "target_types", "countries", "stage")
_OPENING_CHARS = 240  # of a summary: what a claim in the title is explained by
_AT_PEOPLE = frozenset({"assassination", "abduction", "stabbing", "poisoning", "assault", "shooting"})
_THINGS = frozenset({"infrastructure", "military"})
_THING = re.compile(  # words for a thing among those for military targets; infrastructure is one always
    r"infrastructure|pipeline|rail|plant|site|base|facilit|depot|factor|compound|complex|ship|tanker|grid|power|suppl|"
    r"warehouse|installation|bridge|port|cable|vessel|convoy", re.IGNORECASE,
)  # fmt: skip
_KILLING = ("kill", "dead", "death", "died", "slain", "slay")
_SURE_PLACE = 0.55  # below, the country is one that the report names and nothing ties to the act
_SURE_STAGE = 0.5  # below, the stage is what remains where nothing calls the act planned, tried or stopped
_UNDECIDED = re.compile(  # nobody accuses yet who asks whether
    r"\b(?:investigat|examin|prob|look|explor|weigh|consider|assess)\w*\s+(?:\w+\s+){0,3}?(?:whether|if|potential|possible)\b",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"\bplots\b", re.IGNORECASE)
_THREAT = re.compile(r"threat|vulnerable|menac", re.IGNORECASE)
_MEANT = re.compile(r"plot|conspir|threats?\b|threaten(?:ed|s)\b|attack|hit list|target|planned|scheme", re.IGNORECASE)
_LOCATED = r"\b(?:in|at|near|inside|outside|across|on|to|of)\s+(?:[\w’'-]+\s+){0,2}?%s"
_FINDS = re.compile(
    r"\b(?:court|judges?|tribunal|jury|inquiry)\b[^.;]*?\b(?:finds?|found|rule[sd]?|conclude[sd]?|says|held)\b",
    re.IGNORECASE,
)
_COVERT = re.compile(r"plot|assassin|abduct|kidnap|arson|sabotag|poison|bomb|kill|murder|behind", re.IGNORECASE)
_HIT = re.compile(
    r"attack|str[iu]ck|strik|hit|damag|sabotag|blast|explo|destr|target|raid|drone|plot|threat", re.IGNORECASE
)
_TRIED = re.compile(r"attempt|tried|try|fail|botch|foil|thwart|surviv|unsuccess", re.IGNORECASE)
_MISSION = re.compile(r"embass|consulate|high commission|diplomatic mission", re.IGNORECASE)
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
    groups = [claim for claim in _groups(card) if _tells_an_act(_beside(card, claim), claim.quote)]
    if not groups:
        return ""  # an accusation of nothing that was planned or done is none
    near = cautious(_without_speaker(_beside(card, groups[0]), groups[0]), groups[0])
    told = [_told(claim, near, first=at == 0) for at, claim in enumerate(groups[:_MOST_CLAIMS])]
    parts = [words if at == 0 else _lower(words) for at, words in enumerate(told)]
    return "; ".join([*parts, *_tail(card, groups)]) + "."


def _beside(card: Card, claim: Claim) -> Card:
    """Return the card with those acts, targets, places and stages alone that stand beside the claim.

    That is in its own sentence or in a title: a report's other sentences may tell of something else.
    """
    if not claim.quote:
        return card
    kept = {field: tuple(value for value in getattr(card, field) if _is_beside(value, claim)) for field in _TOLD_BESIDE}
    kept["target_types"] = tuple(
        value for value in kept.get("target_types", card.target_types) if value.quote.lower() not in _OF_A_SIDE
    )
    return msgspec.structs.replace(card, **kept)


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


def _is_beside(value: Value, claim: Claim) -> bool:
    if value.field in ("title", CORRECTION) or not value.quote or value.confidence >= 1.0:  # a reviewer's word
        return True
    opening = claim.field == "title" and value.field == "summary" and value.offset < _OPENING_CHARS
    return opening or _within(value, claim)


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


def _rests_on_an_act(claim: Claim, card: Card) -> bool:
    """Return whether an accusation that names no accuser tells of an act itself, not of something beside it."""
    if claim.accuser or claim.accuser_state or claim.verb != "alleges" or claim.acts or not claim.quote:
        return True
    if card.methods:
        return any(_within(value, claim) for value in card.methods if not _only_killed(value))
    return all(any(_within(value, claim) for value in values) for values in (card.target_types, card.stage))


def _within(value: Value, claim: Claim) -> bool:
    """Return whether the words of a value stand in the sentence of the claim, whichever report said them best."""
    return bool(value.quote) and value.quote.lower() in claim.quote.lower()


def claim_words(claim: Claim) -> str:
    """Return one claim in words: who says it, how, of whom ("Police in Denmark: alleges Iran")."""
    whom = listed([*map(state_name, claim.states), *map(service_name, claim.services)])
    if claim.verb in _OWN:
        return f"{_upper(whom)}: {claim.verb} its part"
    who = accuser_name(claim.accuser, claim.accuser_state)
    tie = "links it to" if claim.tied else claim.verb
    return f"{who or claim.publisher or 'No accuser named'}: {tie} {whom}"


def _only_killed(value: Value) -> bool:
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
    return claim.verb in _OWN, not (claim.accuser or claim.accuser_state), rank


def _told(claim: Claim, card: Card, *, first: bool) -> str:
    whom = _whom(claim)
    what = _what(card, claim.quote) if first else "it"
    if first and only_alleged(card):
        what = as_alleged(what)
    many = " and " in whom
    if claim.verb == "denies":
        what = what if only_alleged(card) else _alleged(what, card)
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
    if claim.accuser == "court" and _FINDS.search(claim.quote):
        singular, plural = _SAYS["convicts"]
    if claim.verb in ("alleges", "suspects") and _UNDECIDED.search(claim.quote):
        return f"{who} {'are' if speak else 'is'} looking into whether {whom} {was} behind {what}"
    if claim.verb == "warns":
        return f"{who} {'warn' if speak else 'warns'} of {what} by {whom}"
    if claim.tied and claim.verb in ("alleges", "suspects"):
        return f"{who} {'link' if speak else 'links'} {whom} to {what}"
    return f"{who} {plural if speak else singular} {whom} {was} behind {what}"


def _alleged(what: str, card: Card) -> str:
    """Return the act of a denial: where no word says that it was done, planned or stopped, it is an alleged one."""
    stage = card.stage[0] if card.stage else None
    if stage and (stage.confidence >= _SURE_STAGE or stage.field == CORRECTION):
        return what
    return as_alleged(what)


def _whom(claim: Claim) -> str:
    states = [state_name(code) for code in claim.states]
    services = [service_name(code) for code in claim.services]
    if len(states) == 1 and services:
        return f"{states[0]} ({listed(services)})"
    return listed(states or services)


def _what(card: Card, quote: str = "") -> str:
    """Return the act: its stage, methods, target and country, as far as the card holds them."""
    if card.overview:
        return "several plots" if (card.codes("stage") or [""])[0] in ("planned", "foiled") else "several attacks"
    stage = (card.codes("stage") or [""])[0]
    methods = [value for value in card.methods[:2] if value.code in ACTS]
    done = stage not in ("planned", "foiled")  # a plot to kill somebody chosen is one to assassinate
    acts = ["killing" if done and _only_killed(value) else ACTS[value.code] for value in methods]
    if stage == "attempted" and not _is_tried(card, acts):
        stage = ""
    if done and _at_a_mission(card) and set(acts) <= {"killing", "shooting", "assault"}:
        return f"an attack on a diplomatic mission{_place(card)}"  # nobody kills an embassy
    quote += " " + " ".join(value.quote for value in card.stage)
    return _act(stage, acts, listed(_targets(card, [value.code for value in methods])), quote) + _place(card)


def _is_tried(card: Card, acts: list[str]) -> bool:
    """Return whether an act is to be called attempted: a killing that failed, or one that the report calls so."""
    if any(act in ("assassination", "killing", "abduction") for act in acts) or not acts:
        return True
    return any(value.quote and _TRIED.search(value.quote) for value in card.stage)


def _at_a_mission(card: Card) -> bool:
    targets = [value for value in card.target_types if value.code in TARGETS]
    return bool(targets) and all(value.code == "diplomat" and _MISSION.search(value.quote) for value in targets)


def _targets(card: Card, methods: list[str]) -> list[str]:
    """Return whom or what the act was aimed at, in words that go with it: nobody sabotages a person."""
    things = bool(methods) and set(methods) <= _AT_THINGS
    names = TARGETS | ({} if set(methods) <= _AT_THINGS | {"bombing"} else {"military": "a military figure"})
    persons = bool(methods) and set(methods) <= _AT_PEOPLE
    values = [value for value in card.target_types if value.code in TARGETS and not (things and value.code in _PEOPLE)]
    if persons:
        values = [value for value in values if not (value.code in _THINGS and _THING.search(value.quote or value.code))]
    return [names[value.code] for value in values][:2]


def _act(stage: str, acts: list[str], target: str, quote: str) -> str:
    against = f" against {target}" if target else ""
    of = f" of {target}" if target else ""
    noun = listed(acts)
    if stage == "foiled":
        plot = "plots" if _PLURAL.search(quote) else "plot"
        article = "" if plot == "plots" else "a "
        return f"{article}foiled {noun} {plot}{against}" if noun else f"{article}foiled {plot}{against}"
    if not noun:
        nouns = {"planned": "a plan or threat", "attempted": "a failed attack", "executed": "an act"}
        return nouns.get(stage, "an act") + against
    if "arson" in acts[:1]:
        of = against
    if stage == "planned" and _THREAT.search(quote):
        return f"a threat of {noun}{against}"
    if stage in ("planned", "attempted"):
        return f"{'a' if stage == 'planned' else 'an'} {stage} {noun}{of}"
    article = "an" if noun[0] in "aeiou" else "a"
    bare = noun if noun in ("arson", "sabotage") or " and " in noun else f"{article} {noun}"
    return bare + of


def _place(card: Card) -> str:
    one = card.countries[0] if len(card.countries) == 1 else None
    sure = one and (one.confidence >= _SURE_PLACE or one.field == CORRECTION)
    return f" in {state_name(one.code)}" if one and sure else ""


def _tail(card: Card, told: list[Claim]) -> list[str]:
    """Return what follows: arrests, charges, steps of the law, denials."""
    counts = [(card.n_arrested, "arrested"), (card.n_charged, "charged")]
    parts = [_counted(values, step) for values, step in counts if values]
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


def _counted(values: tuple[Value, ...], step: str) -> str:
    """Return "2 or 3 arrested" where publishers differ, "3 arrested by 2 May 2026, up from 2" for a later count."""
    words = f"{' or '.join(value.code for value in values)} {step}"
    value = values[0]
    if not value.earlier or len(values) > 1:
        return words
    by = f" by {_day(value.said_on)}" if value.said_on else ""
    return f"{words}{by}, {'up' if int(value.code) > int(value.earlier) else 'down'} from {value.earlier}"


def _day(iso: str) -> str:
    """Return an ISO day as it is printed: "2 January 2026"."""
    day = date.fromisoformat(iso)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _lower(words: str) -> str:
    """Return a part that follows another: only our own openings ("The government", "A report") go small."""
    return words[:1].lower() + words[1:] if words.startswith(_OPENINGS) else words


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
