"""Which states a report accuses, the claims they rest on, and the services named with them.

Owns putting the sentences' accusations (roles.py) together: who says so in each, which are the same, and that a state
stands on the card only through a claim. Nothing is weighed or guessed: a state that no sentence accuses is "not said".
"""

from __future__ import annotations

import re
from datetime import date

import msgspec

from monitor.facts.fields.accusers import Accuser, accuser_of, another_speaks, says_at_the_end
from monitor.facts.reading.realm import is_unreal, looks_back
from monitor.facts.reading.roles import Accusation, Rules, Unit, accusations, rules_for, tells_act, tells_tale
from monitor.facts.reading.sentences import Sentence
from monitor.facts.reading.tenor import (
    by_force,
    is_digest,
    is_figure,
    is_war,
    on_their_own,
    tells_deed,
    tells_hostility,
    tells_openly,
)
from monitor.facts.reading.units import PROXY, units_of
from monitor.facts.values import METHODS, Claim, Value

_GENERIC = {
    ("intelligence-ministry", "IR"): "MOIS",
    ("military-intelligence", "RU"): "GRU",
}  # what a plain name means there
MAX_CLAIMS = 12
# Beginnings of the verbs that make the speaker of a headline the accuser of what the next sentence says.
_ACCUSING = (
    "accus", "blam", "charg", "arrest", "detain", "indict", "convict", "sentenc", "jail", "suspect", "alleg", "warn",
    "expel", "summon", "acus", "culp", "deten", "beschuld", "wirft", "обвин", "арест", "suçla", "تتهم", "اتهم", "متهم",
)  # fmt: skip
_IN_DANGER = ("dissident", "journalist", "jewish-or-israeli", "defector")
_AIMED_AT = (*_IN_DANGER, "diplomat", "infrastructure", "military")
_GUARDED = frozenset({"protection", "bodyguard", "bodyguards", "kill", "lives", "revenge", "saboteurs"})
_BEARING = ("method", "done", "plan", "legal", "deny", "denyword", "foil", "service", "blame")
_LOOSE = ("alleges", "suspects", "warns")  # verbs that may stand for no more than words beside each other
_BLAMES = re.compile(r"\b(?:blam|accus)\w+", re.IGNORECASE)  # whoever it is: a family, an exile, a paper
_STEPS = {"charged": "charges", "convicted": "convicts", "on-trial": "charges"}
_FREED = frozenset({"released", "releases", "freed", "frees"})
_TELLING_OFF = ("expel", "summon", "sanction", "order")
_SIDE_BY_SIDE = 2  # words between two states that are accused together
_CONFIDENCE = {"title": 0.9, "summary": 0.85, "text": 0.7}


def read_claims_of_states(
    sentences: list[Sentence], language: str, published: date | None = None, *, overview: bool
) -> tuple[Claim, ...]:
    """Return the claims of a report in the order of the text; of equal ones the first.

    Nothing where the head tells of an accusation as a tale, a supposition or a drill, or where nobody reads the
    language. A report that looks back accuses by its title alone, where somebody speaks in it.
    """
    rules = rules_for(language)
    front = [s for s in sentences if s.field != "text"]
    if rules is None or _is_no_news_of_an_act(sentences, front, rules, language):
        return ()
    named = frozenset(mark.code for sentence in sentences for mark in sentence.of("state", "capital"))
    claims: list[Claim] = []
    head: Accuser | None = None
    voice = ""  # the state that speaks in the title: "the ministry" of the next sentence is its own
    avowing: set[str] = set()
    by_others: set[tuple[str, int]] = set()  # sentences in which somebody else than their office blames
    told, war, listed = _tells_of_plot(sentences), is_war(sentences), is_digest(sentences)
    for sentence in sentences:
        if (sentence.old and not overview) or not _may_accuse(sentence):
            continue
        units = units_of(sentence, rules, named)
        found = [a for a in accusations(sentence, units, rules) if told or not a.weak]
        found = [a for a in found if not _for_themselves(sentence, a, front, rules)]
        if not found and sentence.field == "text":
            continue
        speaker = accuser_of(sentence, units, {a.unit.code for a in found}, rules)
        if sentence.field != "text" and speaker and head is None and speaker.verb.startswith(_ACCUSING):
            head = speaker
        if sentence.field == "title" and speaker and speaker.state:
            voice = speaker.state
        if units and says_at_the_end(sentence, units[-1]):
            avowing.add(units[-1].code)
        speaks_of = _told_off(sentence, units, speaker)
        freed = not _FREED.isdisjoint(sentence.lowers)  # who says that somebody was let go says not who took him
        if found and (freed or another_speaks(sentence, speaker, found[0].unit.first, rules)):
            speaker = None
            by_others.add((sentence.field, sentence.offset))
        said = _claims_of(sentence, found, speaker, speaks_of)
        claims += [_opened(claim, sentence, head, war=war, listed=listed) for claim in said]
    if claims and not overview:
        claims = _of_today(claims, front, published)
    heads = [None if (claim.field, claim.offset) in by_others else head for claim in claims]
    claims = [_with_head(_unless_avowed(claim, avowing), by) for claim, by in zip(claims, heads, strict=True)]
    claims = [_with_voice(claim, voice) for claim in claims]
    return tuple(_distinct(claims)[:MAX_CLAIMS])


def _is_no_news_of_an_act(sentences: list[Sentence], front: list[Sentence], rules: Rules, language: str) -> bool:
    """Return whether a report speaks in a figure, tells a tale, or has no word for an act against anybody."""
    if tells_tale(front, rules) or is_figure(sentences) or not tells_act(front or sentences[:1], rules):
        return True
    if not rules.needed and not tells_hostility(sentences):
        return True
    return language == "en" and bool(front) and not tells_deed(sentences)


def _of_today(claims: list[Claim], front: list[Sentence], published: date | None) -> list[Claim]:
    """Return the claims of acts that somebody is accused of now: none made up, supposed, drilled or only recalled."""
    unreal = [sentence for sentence in front if is_unreal(sentence)]
    if any(sentence.field == "title" for sentence in unreal):
        return []
    apart = {(sentence.field, sentence.offset) for sentence in unreal}
    claims = [claim for claim in claims if (claim.field, claim.offset) not in apart]
    if not claims or not looks_back(front, published):
        return claims
    return [claim for claim in claims if claim.field == "title" and (claim.accuser or claim.accuser_state)]


def _opened(claim: Claim, sentence: Sentence, head: Accuser | None, *, war: bool, listed: bool) -> Claim:
    """Return the claim, marked where its words are of open war or stand in a list of news."""
    accuser = bool(claim.accuser or claim.accuser_state or (head and sentence.field != "text"))
    so = listed or claim.open or tells_openly(sentence, war=war, accuser=accuser, avowed=claim.verb == "admits")
    return msgspec.structs.replace(claim, open=True) if so and not claim.open else claim


def _unless_avowed(claim: Claim, avowing: set[str]) -> Claim:
    """Return the claim, marked open where nobody accuses but the state itself says so: "general killed, Lima says"."""
    own = bool(claim.states) and set(claim.states) <= avowing and not claim.accuser_state
    return msgspec.structs.replace(claim, open=True) if own and claim.verb not in ("denies", "admits") else claim


def _tells_of_plot(sentences: list[Sentence]) -> bool:
    """Return whether the report tells of violence, or of people in danger: else a threat or spying is no plot."""
    for sentence in sentences:
        if any(m.code not in ("attack", "explosives") for m in sentence.of("method")):
            return True
        if any(m.code in _IN_DANGER for m in sentence.of("target")) or not _GUARDED.isdisjoint(sentence.lowers):
            return True
    return False


def _may_accuse(sentence: Sentence) -> bool:
    """Return whether a sentence can hold an accusation: in the text it speaks of an act, a plan, the law, a denial."""
    if not sentence.has("state") and not sentence.of("capital", "service", "proxy", "home"):
        return sentence.field != "text"
    return sentence.field != "text" or any(sentence.has(kind) for kind in _BEARING)


def _for_themselves(sentence: Sentence, accusation: Accusation, front: list[Sentence], rules: Rules) -> bool:
    """Return whether the accused are officers of a state whose crime may be their own; told for English alone."""
    unit = accusation.unit
    return unit.kind == "o" and not rules.needed and on_their_own(sentence, unit.first, unit.last, front)


def _told_off(sentence: Sentence, units: list[Unit], speaker: Accuser | None) -> frozenset[str] | None:
    """Return whom a speaker that expels or summons tells off, or None where it speaks of anybody."""
    if speaker is None or not speaker.verb.startswith(_TELLING_OFF) or speaker.verb not in sentence.lowers:
        return None
    at = sentence.lowers.index(speaker.verb)
    return frozenset([unit.code for unit in units if unit.first > at][:1])


def _claims_of(
    sentence: Sentence, found: list[Accusation], speaker: Accuser | None, speaks_of: frozenset[str] | None
) -> list[Claim]:
    """Return the claims of one sentence: those accused side by side, by one verb, stand in one claim."""
    by_verb: dict[tuple[str, bool, bool, int], list[str]] = {}
    group = 0
    for at, accusation in enumerate(found):
        if at and accusation.unit.first - found[at - 1].unit.last > _SIDE_BY_SIDE:
            group += 1
        is_open = accusation.open or by_force(sentence, accusation.unit.first, accusation.unit.last)
        key = (accusation.verb, accusation.tied, is_open, group)
        by_verb.setdefault(key, []).append(accusation.unit.code)
    acts = tuple(dict.fromkeys(m.code for m in sentence.of("method") if m.code in METHODS))
    claims = []
    for (verb, tied, is_open, _), codes in by_verb.items():
        states = tuple(dict.fromkeys(code for code in codes if not code.startswith(PROXY)))
        proxies = [code.removeprefix(PROXY) for code in codes if code.startswith(PROXY)]
        named = [m.code for m in sentence.of("service") if set(m.extra.split("|")) & set(states)]
        who = speaker if speaker and (speaks_of is None or not speaks_of.isdisjoint(codes)) else Accuser()
        own = verb in ("denies", "admits")
        claims.append(
            Claim(
                verb if own else _verb(verb, sentence, who),
                states=states,
                services=tuple(dict.fromkeys([*named, *proxies])),
                accuser="" if own else who.kind,
                accuser_state="" if own else who.state,
                tied=tied,
                open=is_open,
                acts=acts,
                quote=sentence.text,
                field=sentence.field,
                offset=sentence.offset,
            )
        )
    return claims


def _verb(verb: str, sentence: Sentence, who: Accuser) -> str:
    """Return the claim's verb: a court convicts, prosecutors charge, a service warns; else as the words say."""
    if verb != "alleges":
        return verb
    steps = {mark.code for mark in sentence.of("legal")}
    if who.kind == "court" and "convicted" in steps:
        return "convicts"
    if who.kind == "prosecutors" and steps & {"charged", "on-trial"}:
        return "charges"
    if who.verb.startswith(("warn", "advert", "avert")):
        return "warns"
    hedges = {mark.code for mark in sentence.of("hedge")}
    return "suspects" if "possible" in hedges or sentence.text.rstrip('"”’ ').endswith("?") else "alleges"


def _with_head(claim: Claim, head: Accuser | None) -> Claim:
    """Give a claim of the head that names nobody the speaker of the title or summary, who is not the accused."""
    if claim.accuser or claim.accuser_state or head is None or claim.verb in ("denies", "admits"):
        return claim
    if claim.field == "text" or head.state in claim.states:
        return claim
    return msgspec.structs.replace(claim, accuser=head.kind, accuser_state=head.state)


def _with_voice(claim: Claim, voice: str) -> Claim:
    """Give a ministry that no state is named with the state that speaks in the title."""
    if claim.accuser != "ministry" or claim.accuser_state or claim.field == "text" or voice in (*claim.states, ""):
        return claim
    return msgspec.structs.replace(claim, accuser_state=voice)


def _distinct(claims: list[Claim]) -> list[Claim]:
    """Drop claims that say again what an earlier one says; one that names its accuser goes before one that does not."""
    kept: dict[tuple[object, ...], Claim] = {}
    for claim in sorted(claims, key=lambda claim: (not (claim.accuser or claim.accuser_state), claim.open)):
        key = (claim.verb in ("denies", "admits"), claim.states, claim.services if not claim.states else ())
        if not (claim.states or claim.services):
            continue
        same = kept.get((*key, claim.accuser_state, claim.accuser))
        if same is None and (claim.accuser or claim.accuser_state or not any(k[:3] == key for k in kept)):
            kept[(*key, claim.accuser_state, claim.accuser)] = claim
    order = {id(claim): at for at, claim in enumerate(claims)}
    return sorted(kept.values(), key=lambda claim: order[id(claim)])


def grounded(
    claims: tuple[Claim, ...], methods: tuple[Value, ...], targets: tuple[Value, ...], stage: tuple[Value, ...],
    language: str,
) -> tuple[Claim, ...]:  # fmt: skip
    """Return the claims that rest on something: on whoever makes them, or on an act that the report tells.

    One that names nobody who makes it needs a method, a plot against somebody that was planned or stopped, or an act
    against people in danger or against things; for English alone, whose lists of acts are long enough. Of open war the
    report has to say how it was done, or how far it got.
    """
    aimed = bool(stage) and (stage[0].code != "executed" or any(value.code in _AIMED_AT for value in targets))
    told, shown = bool(methods) or aimed, bool(methods or stage)
    if language != "en":
        return claims
    return tuple(
        claim
        for claim in claims
        if claim.accuser
        or claim.accuser_state
        or claim.verb not in _LOOSE
        or _BLAMES.search(claim.quote)
        or (told and (shown or not claim.open))
    )


def linked_states(claims: tuple[Claim, ...]) -> tuple[Value, ...]:
    """Return the states of the accepting claims, the most claimed first, each with the sentence it rests on."""
    found: dict[str, Value] = {}
    times: dict[str, int] = {}
    for claim in claims:
        for state in claim.states:
            times[state] = times.get(state, 0) + 1
            found.setdefault(
                state,
                Value(
                    state, claim.quote, claim.field, claim.offset, _CONFIDENCE.get(claim.field, 0.5),
                    entry_id=claim.entry_id,
                ),
            )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda value: -times[value.code]))


def read_services(sentences: list[Sentence], states: list[str], claims: tuple[Claim, ...]) -> tuple[Value, ...]:
    """Return the services and proxies of the accused states, and proxies accused themselves, the most named first."""
    accused = {code for claim in claims for code in claim.services}
    named = {mark.code for sentence in sentences for mark in sentence.of("state", "capital")}
    found: dict[str, tuple[float, Value]] = {}
    for sentence in sentences:
        if sentence.old:
            continue
        for mark in sentence.of("service", "proxy", "generic"):
            code = mark.code
            if mark.kind == "generic":
                code = _GENERIC.get((mark.code, states[0]), "") if states else ""
            elif code not in accused and _state_of(mark.extra, named) not in states:
                continue
            if code:
                quote, offset = sentence.span(mark.first, mark.last)
                weight, value = found.get(code, (0.0, Value(code, quote, sentence.field, offset, 0.8)))
                found[code] = (weight + sentence.weight, value)
    if "IRGC-QF" in found and found["IRGC-QF"][0] >= found.get("IRGC", (0.0,))[0]:
        found.pop("IRGC", None)  # the arm is named: its parent says no more
    return tuple(value for _, value in sorted(found.values(), key=lambda row: -row[0]))


def _state_of(states: str, named: set[str]) -> str:
    codes = states.split("|")
    return next((code for code in codes if code in named), codes[0])
