"""Whether a word of the law says what has happened to the accused: not what may come, was denied, or befell the victim.

Owns the words that take a legal step back: "no arrests", "could be jailed", "punishable by", "in charge", "finish a
sentence", "kidnapped and jailed". The steps themselves are read in stages.py and numbers.py.
"""

from __future__ import annotations

from monitor.facts.reading.sentences import Mark, Sentence

_NOT = frozenset({
    "denied", "denies", "n", "neither", "never", "no", "nor", "not", "without", "yet",
})  # fmt: skip
_MAY = frozenset({
    "avoid", "awaiting", "calls", "can", "could", "demand", "demands", "due", "expected", "face", "faces",
    "facing", "fear", "if", "lead", "leading", "likely", "maximum", "may", "might", "pending", "promised",
    "punishable", "ready", "reward", "risk", "seek", "seeking", "seeks", "should", "soon", "unless", "until",
    "urged", "urges", "want", "wants", "whether", "will", "would",
})  # fmt: skip
_TERM = frozenset({
    "appeal", "court", "death", "gave", "given", "gives", "handed", "hands", "imposed", "jail", "judge", "life",
    "month", "months", "prison", "serving", "suspended", "upheld", "year", "years", "years'",
})  # fmt: skip
_NOUN_BEFORE = frozenset({
    "a", "explosive", "free", "her", "his", "in", "of", "takes", "that", "the", "this", "took", "whose",
})  # fmt: skip
_SUFFERED = frozenset({
    "abducted", "kidnapped", "lured", "persecuted", "poisoned", "silenced", "tortured",
})  # fmt: skip
_SENTENCE = frozenset({
    "sentence", "sentences",
})  # fmt: skip
_PEOPLE = frozenset({
    "brothers", "five", "four", "man", "men", "people", "person", "persons", "three", "two", "woman", "women",
})  # fmt: skip
_SOUGHT = (
    "warrant", "arrest", "red", "interpol", "manhunt", "police", "hunt", "wanted", "person", "seeks",
)  # fmt: skip
_ASKED = frozenset({
    "ask", "asked", "asks", "failed", "ordered", "orders", "pledged", "refused", "refuses", "told", "tried", "tries",
    "urged", "urges", "vowed", "vows", "wanted", "wants",
})  # fmt: skip
_BACK = frozenset({"once", "previously", "earlier", "formerly"})
REACH = 4


def has_happened(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the step that a legal mark names has been taken, against the accused."""
    words = sentence.lowers
    word = words[mark.first]
    before = words[max(0, mark.first - REACH) : mark.first]
    after = words[mark.last : mark.last + 3]
    if _BACK & set(words) and sentence.field == "text" and mark.code == "convicted":
        return False  # what somebody once went through
    if sentence.field == "text" and (word == "arresting" or _recalled(before)):
        return False
    if _NOT & set(before[-3:]) or (mark.code != "charged" and _MAY & set(before)):
        return False
    if mark.code == "charged":
        return not _no_charge(word, before, after)
    if mark.code == "convicted":
        return not _no_verdict(sentence, mark, word, before, after)
    if mark.code == "arrested":
        if before[-1:] == ["to"] and _ASKED & set(words[max(0, mark.first - 8) : mark.first]):
            return False  # what somebody is asked to do
        held = words[mark.last - 1] == "held"
        return not (held and after[:1] in (["up"], ["talks"], ["a"], ["meeting"], ["its"]))
    if mark.code == "suspected":
        return _is_sought(sentence, mark, word)
    if mark.code == "on-trial":
        return not (_MAY & set(words[max(0, mark.first - 6) : mark.first]))
    return not (
        mark.code == "sanctioned" and before[-1:] in (["officially"], ["state"], ["was"]) and word == "sanctioned"
    )


def _recalled(before: list[str]) -> bool:
    """Return whether the step only tells people apart: "used by the pair charged in the other case"."""
    return len(before) > 2 and before[-2] == "the" and before[-3] in ("by", "of", "like", "as", "to")


def _no_charge(word: str, before: list[str], after: list[str]) -> bool:
    if word in ("charge", "charges") and before[-1:] and before[-1] in _NOUN_BEFORE and after[:1] != ["with"]:
        return word == "charge"
    return bool(_MAY & set(before[-3:]) - {"face", "faces", "facing"})


def _no_verdict(sentence: Sentence, mark: Mark, word: str, before: list[str], after: list[str]) -> bool:
    near = set(sentence.lowers[max(0, mark.first - 7) : mark.first]) | set(after)
    if word in _SENTENCE and not _TERM & near and after[:1] not in (["of"], ["for"]):
        return True
    if word in ("jailed", "jail", "jails") and ("pending" in after or "awaiting" in after):
        return True
    if (
        _MAY
        & set(sentence.lowers[max(0, mark.first - 8) : mark.first])
        & {"punishable", "faces", "face", "facing", "could"}
    ):
        return True
    return bool(_SUFFERED & set(before)) or ("barred" in near)


def _is_sought(sentence: Sentence, mark: Mark, word: str) -> bool:
    """Return whether somebody is wanted or named as a suspect, not a suspicion about a thing or a state."""
    if word.startswith(_SOUGHT) or mark.last - mark.first > 1:
        return True
    return bool(_PEOPLE & set(sentence.lowers[max(0, mark.first - 3) : mark.first]))
