"""One sentence that an editor can read, made from a card's claims: who alleges that whom did what, and who denies it.

Owns the wording, which is the same on every surface. It always says who alleges; what is not known is left out, and a
card without a claim has no sentence. Names come from names.py; nothing is said that the card does not hold.
"""

from __future__ import annotations

import re
from datetime import date

from monitor.facts.beside import CORRECTION, only_alleged, only_killed
from monitor.facts.caution import OWN_VERBS, denied_by_accused, told_beside, told_claims
from monitor.facts.names import ACTS, TARGETS, accuser_name, is_plural, listed, service_name, state_name
from monitor.facts.values import Card, Claim, Value

_SAYS = {
    "alleges": ("alleges that", "allege that"), "suspects": ("suspects that", "suspect that"),
    "charges": ("alleges in charges that", "allege in charges that"), "convicts": ("found that", "found that"),
}  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MOST_CLAIMS = 3
_COUNTED_LANGUAGES = ("", "en", "de", "es", "fr")  # others have no word list for numbers of people
_LEGAL_LANGUAGES = ("", "en")  # elsewhere a word for a trial is one for any case
_AT_THINGS = frozenset({"sabotage", "arson"})
_PEOPLE = frozenset({"journalist", "dissident", "defector", "official"})
_AT_PEOPLE = frozenset({"assassination", "abduction", "stabbing", "poisoning", "assault", "shooting"})
_THINGS = frozenset({"infrastructure", "military"})
_THING = re.compile(  # words for a thing among those for military targets; infrastructure is one always
    r"infrastructure|pipeline|rail|plant|site|base|facilit|depot|factor|compound|complex|ship|tanker|grid|power|suppl|"
    r"warehouse|installation|bridge|port|cable|vessel|convoy", re.IGNORECASE,
)  # fmt: skip
_SURE_PLACE = 0.55  # below, the country is one that the report names and nothing ties to the act
_SURE_STAGE = 0.5  # below, the stage is what remains where nothing calls the act planned, tried or stopped
_ASKED = re.compile(r"\?[\"'”’)]*\s*$|\b(?:whether|did .{0,60}\?)", re.IGNORECASE)
_TAKEN_FOR_SO = re.compile(  # who asks why or how asks no longer whether
    r"\W*(?:why|how|when|where|warum|wieso|wie|wann|pourquoi|comment|quand|por qué|cómo|cuándo|почему|зачем|как|когда"
    r"|neden|niçin|nasıl|چرا|چگونه|لماذا|كيف)\b",
    re.IGNORECASE,
)
_OPEN_QUESTION = re.compile(  # who speaks in a question accuses nobody yet
    r"\?[\"'”’)]*\s*$|\b(?:differ|disagree|divided|split|unclear|uncertain|unknown|unsure|doubt|debate|argue|disput|wonder"
    r"|question|ask)\w*\s+(?:\w+\s+){0,4}?(?:whether|if)\b",
    re.IGNORECASE,
)
_UNDECIDED = re.compile(  # nobody accuses yet who asks whether
    r"\b(?:investigat|examin|prob|look|explor|weigh|consider|assess)\w*\s+(?:[\w.’'-]+\s+){0,5}?"
    r"(?:whether|if|potential|possible|suspected|links?|ties|connections?|involvement|role)\b",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"\bplots\b", re.IGNORECASE)
_THREAT = re.compile(r"threat|vulnerable|menac", re.IGNORECASE)
_FINDS = re.compile(
    r"\b(?:court|judges?|tribunal|jury|inquiry)\b[^.;]*?\b(?:finds?|found|rule[sd]?|conclude[sd]?|says|held)\b",
    re.IGNORECASE,
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
    groups = told_claims(card)
    if not groups:
        return ""  # an accusation of nothing that was planned or done is none
    near = told_beside(card, groups[0])
    told = [_told(claim, near, first=at == 0) for at, claim in enumerate(groups[:_MOST_CLAIMS])]
    parts = [words if at == 0 else _lower(words) for at, words in enumerate(told)]
    return "; ".join([*parts, *_tail(card, groups)]) + "."


def claim_words(claim: Claim) -> str:
    """Return one claim in words: who says it, how, of whom ("Police in Denmark: alleges Iran")."""
    whom = listed([*map(state_name, claim.states), *map(service_name, claim.services)])
    if claim.verb in OWN_VERBS:
        return f"{_upper(whom)}: {claim.verb} its part"
    who = accuser_name(claim.accuser, claim.accuser_state)
    tie = "links it to" if claim.tied else claim.verb
    return f"{who or claim.publisher or 'No accuser named'}: {tie} {whom}"


def _told(claim: Claim, card: Card, *, first: bool) -> str:
    whom = _whom(claim)
    what = _what(card, claim.quote) if first else "it"
    if first and only_alleged(card):
        what = _as_alleged(what)
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
    open_to_doubt = claim.verb in ("alleges", "suspects") and not _TAKEN_FOR_SO.match(claim.quote)
    asked = open_to_doubt and bool(_OPEN_QUESTION.search(claim.quote))
    if not who or asked:
        report = claim.publisher or "A report"
        if asked or (open_to_doubt and (_ASKED.search(claim.quote) or _UNDECIDED.search(claim.quote))):
            return f"{report} asks whether {whom} {was} behind {what}"
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
    return _as_alleged(what)


def _as_alleged(what: str) -> str:
    """Return an act as an alleged one: "a killing" as "an alleged killing", "sabotage" as "alleged sabotage"."""
    first, _, rest = what.partition(" ")
    return f"an alleged {rest}" if first in ("a", "an") else f"alleged {what}"


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
    acts = ["killing" if done and only_killed(value, card.language) else ACTS[value.code] for value in methods]
    if stage == "attempted" and not _is_tried(card, acts):
        stage = ""
    if stage == "attempted":  # shots that missed were fired, and who survived was poisoned: what failed is the killing
        poisoned = not any("poison" in value.quote.lower() for value in card.stage)
        done_in = ("shooting", "stabbing", "poisoning") if poisoned else ("shooting", "stabbing")
        acts = list(dict.fromkeys("killing" if act in done_in else act for act in acts))
        acts = [act for act in acts if act != "killing" or "assassination" not in acts]
    if done and _at_a_mission(card) and set(acts) <= {"killing", "shooting", "assault"}:
        return f"an attack on a diplomatic mission{_place(card)}"  # nobody kills an embassy
    quote += " " + " ".join(value.quote for value in card.stage)
    return _act(stage, acts, listed(_targets(card, [value.code for value in methods])), quote) + _place(card)


def _is_tried(card: Card, acts: list[str]) -> bool:
    """Return whether an act is to be called attempted: a killing that failed, or one that the report calls so."""
    if any(act in ("assassination", "killing", "abduction") for act in acts):
        return True
    if not acts and any(value.quote.lower().startswith("surviv") for value in card.stage):
        return False  # "survived the winter"
    return any(not (acts or value.quote) or _TRIED.search(value.quote) for value in card.stage)


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
    if any(value.code == "infrastructure" for value in values):
        values = [value for value in values if value.code not in _PEOPLE] or values  # nobody bombs a pipe and an editor
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
    counted = card.language in _COUNTED_LANGUAGES
    parts = [_counted(values, step) for values, step in counts if values and (counted or values[0].confidence >= 1.0)]
    legal = card.codes("legal_stage") if card.language in _LEGAL_LANGUAGES else []
    if "on-trial" in legal[:1]:
        parts.append("on trial")
    only_denied = all(claim.verb == "denies" for claim in told)
    accused = {state for claim in told for state in claim.states}
    denying = [state_name(code) for code in card.codes("denied_by") if code in accused]
    if denying and not only_denied:
        parts.append(f"{listed(denying)} {'denies' if len(denying) == 1 else 'deny'} it")
    if denied_by_accused(card):
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
