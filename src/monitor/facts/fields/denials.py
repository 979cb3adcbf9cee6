"""Who denies it: the state that is accused, the accused themselves, or the country where it is said to have happened.

Owns the reading of denials and of whose they are. A denial of something else (bail, entry, an old charge), a refusal to
comment and a court that rejects an argument are none. Codes: a state's ISO code, `accused`, or `other`.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.facts.reading.sentences import Mark, Sentence
from monitor.facts.values import Claim, Value

_PLOT_WORDS = {
    "plot",
    "attempt",
    "plan",
    "report",
    "knowledge",
    "knowing",
    "case",
    "theory",
    "theories",
    "involvement",
    "kidnapping",
    "abducted",
    "role",
}
_VOICES = {"ministry", "spokesman", "spokeswoman", "spokesperson", "embassy", "ambassador", "mission",
           "commission", "commissioner",
           "minister", "sheikh", "ruler", "government", "officials", "ministerio", "portavoz", "embajada",
           "außenministerium", "sprecher", "botschaft", "ministère", "parole", "ambassade"}  # fmt: skip
_MISSIONS = {"ambassador", "embassy", "mission", "consulate", "envoy", "commission"}
_WHERE = {"da", "de", "ta", "te", "daki", "deki", "taki", "teki"}
_ACCUSED_DENY = ("pleaded", "pleads", "plead", "denies guilt", "maintained his", "maintains his", "protest", "protests")


def read_denials(
    sentences: list[Sentence], linked: list[str], proxies: set[str], *, named_only: bool = False
) -> tuple[Value, ...]:
    """Return who denies, each once, in the order of the text; with `named_only` nobody of an earlier sentence."""
    found: dict[str, Value] = {}
    last_state = ""
    tried = any(sentence.has("legal") for sentence in sentences)
    for sentence in sentences:
        if not sentence.old and not sentence.has("denynot"):
            for mark, who in _denials(sentence, linked, proxies, last_state):
                if who == "accused" and not (tried or proxies):
                    continue  # "he" is no accused where nobody is held, wanted or tried
                if who not in found:
                    quote, offset = _quote(sentence, mark)
                    found[who] = Value(who, quote, sentence.field, offset, 0.8 if who in linked else 0.6)
        states = [m.code for m in sentence.of("state", "capital") if m.code in linked]
        if not named_only and (states or sentence.field != "text"):
            last_state = states[-1] if states else last_state
    return tuple(found.values())


def with_claims(found: tuple[Value, ...], claims: Sequence[Claim]) -> tuple[Value, ...]:
    """Return the denials with those added that were read as claims: a state that denies its own part."""
    known = {value.code for value in found}
    own = [claim for claim in claims if claim.verb == "denies"]
    added = {state: claim for claim in own for state in claim.states if state not in known}
    return found + tuple(Value(state, claim.quote, claim.field, claim.offset, 0.7) for state, claim in added.items())


def _denials(sentence: Sentence, linked: list[str], proxies: set[str], last_state: str) -> list[tuple[Mark, str]]:
    passive = [(mark, _denied_by(sentence, mark)) for mark in sentence.of("deny")]
    if any(who for _, who in passive):
        return [(mark, who) for mark, who in passive if who]
    found = [(mark, _subject(sentence, mark, linked, proxies, last_state)) for mark in sentence.of("deny")]
    result = [(mark, who) for mark, who in found if who]
    if not result and (sentence.has("calls") or sentence.has("deny")):
        for mark in sentence.of("denyword"):
            who = _subject(sentence, mark, linked, proxies, last_state)
            if who and who != "other" and _called(sentence, mark):
                result.append((mark, who))
    if not result:
        for mark in sentence.of("denyword"):
            speaker = _said_after(sentence, mark)
            if speaker and (sentence.has("method") or sentence.has("done")):
                result.append((mark, "other" if speaker.kind == "government" else speaker.code))
    return result


def _said_after(sentence: Sentence, mark: Mark) -> Mark | None:
    """Return the state or office that says it, named after the words: "‘a hoax’, Russian officials say"."""
    for other in sentence.of("state", "capital", "government"):
        if 0 <= other.first - mark.last <= 3 and any(0 <= m.first - other.last <= 2 for m in sentence.of("say")):
            return other
    return None


def _denied_by(sentence: Sentence, mark: Mark) -> str:
    """Return who denies in "denied by X", or ""."""
    if sentence.lowers[mark.last : mark.last + 1] != ["by"]:
        return ""
    near = [m for m in sentence.of("state", "capital", "government") if 1 <= m.first - mark.last <= 4]
    return next((m.code for m in near if m.kind != "government"), "other" if near else "")


def _of_law(sentence: Sentence, state: Mark) -> bool:
    """Return whether a state's police, prosecutors or court stand right beside its name, where marks alone tell."""
    if not sentence.loose:
        return False
    law = (m for m in sentence.of("source") if m.code in ("police", "prosecutors", "court"))
    return any(mark.last == state.first or state.last == mark.first for mark in law)


def _called(sentence: Sentence, mark: Mark) -> bool:
    return any(m.first < mark.first <= m.last + 14 for m in sentence.of("calls", "deny"))


def _subject(sentence: Sentence, mark: Mark, linked: list[str], proxies: set[str], last_state: str) -> str:
    """Return whose denial it is: the nearest speaker before the word."""
    if _passive(sentence, mark):
        return ""
    speakers = [
        m
        for m in sentence.marks
        if m.last <= mark.first
        and (m.kind in ("state", "capital", "accused", "government", "proxy", "court"))
        and not (m.kind in ("state", "capital") and (_is_object(sentence, m) or _of_law(sentence, m)))
        and not (mark.kind == "denyword" and m.extra == "adj" and m.last == mark.first)  # "calls it a Ruritanian hoax"
        and not (mark.kind == "denyword" and _is_called(sentence, m, mark))
    ]
    text = " ".join(sentence.lowers[mark.first : mark.last])
    if text.startswith(_ACCUSED_DENY):
        return "accused"
    if mark.first and sentence.lowers[mark.first - 1] in ("which", "that") and mark.kind == "deny":
        return next((m.code for m in reversed(sentence.of("state", "capital")) if m.last <= mark.first), "")
    if not speakers and _named_person(sentence, mark):
        return "accused"
    if (
        not speakers
        and mark.first == 1
        and sentence.words[0][:1].isupper()
        and sentence.lowers[0] not in ("it", "he", "she")
    ):
        return "other"
    if not speakers:
        return last_state if _opens(sentence, mark) and last_state and _about_plot(sentence, mark) else ""
    states = [m for m in speakers if m.kind in ("state", "capital", "proxy")]
    nearest = speakers[-1]
    if nearest.kind == "accused" and states and sentence.lowers[nearest.first] in ("he", "she", "they"):
        speaking = any(states[-1].last <= m.first < nearest.first for m in sentence.of("say"))
        if speaking and states[-1].code in linked:
            return states[-1].code  # "the embassy says he has nothing to do with it"
    if nearest.kind == "accused" and (not states or mark.first - nearest.last <= 2):
        return "accused" if _may_be_accused(sentence, nearest, mark) else ""
    return _state_speaker(sentence, mark, states, nearest, linked, proxies, last_state)


def _state_speaker(
    sentence: Sentence,
    mark: Mark,
    states: list[Mark],
    nearest: Mark,
    linked: list[str],
    proxies: set[str],
    last_state: str,
) -> str:
    for state in reversed(states):
        if state.kind == "proxy" and state.code in proxies:
            return "accused"  # the group denies it, and not its patron
        if state.kind != "proxy" and state.code in linked:
            return state.code
    if states:
        code = states[-1].code
        knowing = set(sentence.lowers[mark.last : mark.last + 6]) & _PLOT_WORDS or mark.last - mark.first > 1
        return code if knowing and states[-1].kind != "proxy" else ""
    voice = nearest.kind == "government" and sentence.lowers[nearest.last - 1] in _VOICES
    return last_state if voice and last_state in linked else ""


def _is_called(sentence: Sentence, state: Mark, mark: Mark) -> bool:
    """Return whether a name stands in what somebody calls so: "Lima calls talk of a Chilean role nonsense"."""
    if state.kind not in ("state", "capital", "proxy"):
        return False
    return any(m.last <= state.first and m.first > 0 for m in sentence.of("calls") if m.last <= mark.first)


def _named_person(sentence: Sentence, mark: Mark) -> bool:
    """Return whether a name stands right before "denied involvement" or the like."""
    following = sentence.lowers[mark.last : mark.last + 2]
    name = mark.first > 0 and sentence.words[mark.first - 1][:1].isupper()
    return name and bool({"involvement", "charges", "guilt", "wrongdoing", "any", "being"} & set(following))


def _abroad(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the place only tells where a mission of another state is: "the ambassador in X"."""
    before = sentence.lowers[max(0, mark.first - 2) : mark.first]
    return len(before) == 2 and before[1] == "in" and before[0] in _MISSIONS


def _locative(sentence: Sentence, mark: Mark) -> bool:
    """Return whether a Turkish case ending after an apostrophe says where: "Paris'te"."""
    ending = sentence.lowers[mark.last : mark.last + 1]
    return bool(ending) and ending[0] in _WHERE and sentence.text[sentence.starts[mark.last] - 1] in "'’"


def _is_object(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the state's name stands as a place ("trial in X"), not as a speaker ("minister in X")."""
    if _abroad(sentence, mark) or _locative(sentence, mark):
        return True
    words = sentence.lowers
    if mark.extra == "adj" or not mark.first or words[mark.first - 1] not in ("in", "to", "against", "at", "from"):
        return False
    return not any(m.last == mark.first - 1 for m in sentence.of("government"))


def _may_be_accused(sentence: Sentence, speaker: Mark, mark: Mark) -> bool:
    word = sentence.lowers[speaker.first]
    if word in ("family", "relatives", "wife", "they", "couple"):
        return False
    between = sentence.lowers[speaker.last : mark.first]
    return len(between) <= 6


def _passive(sentence: Sentence, mark: Mark) -> bool:
    return mark.first > 0 and sentence.lowers[mark.first - 1] in (
        "was",
        "were",
        "been",
        "being",
        "be",
        "cannot",
        "not",
        "group",
        "party",
    )


def _opens(sentence: Sentence, mark: Mark) -> bool:
    return mark.first <= 2


def _about_plot(sentence: Sentence, mark: Mark) -> bool:
    return bool(set(sentence.lowers) & _PLOT_WORDS) or sentence.has("method") or sentence.has("hedge")


def _quote(sentence: Sentence, mark: Mark) -> tuple[str, int]:
    return sentence.span(max(0, mark.first - 3), min(len(sentence.words), mark.last + 4))
