"""What a report's words are used for: an act, a figure of speech, open war.

Owns two questions that the words of one accusation cannot answer: whether "sabotage" or "poison" is meant of a deal, a
market or a match, and whether an act is one of open war. Of the first nobody is accused; the second stays a claim, and
the plain sentence, which is about plots, does not tell it. The words stand in data/lexicon-*.txt (abstract, field, war,
covert); a language without them is read as before.
"""

from __future__ import annotations

import re

from monitor.facts.reading.bystanders import gap_after
from monitor.facts.reading.sentences import Mark, Sentence

_OBJECT_REACH = 6  # words between an act and what it is done to
# Beginnings of the words for acts that are also said of deals, games and markets.
_SAID_OF_MUCH = (
    "attack", "target", "plot", "hit", "strik", "kill", "murder", "poison", "sabotag", "torpedo", "derail", "hijack",
    "assassin", "shoot", "shot", "stab", "blow", "blew", "harm", "strangl", "lure", "snatch", "bounc", "hammer",
    "violen", "toxi",
    "slay", "slain", "ambush", "raid", "eliminat", "liquidat",
)  # fmt: skip
_PEOPLE = frozenset({"journalist", "dissident", "defector", "diplomat", "jewish-or-israeli"})
_DONE_TO_PERSONS = frozenset({"stabbing", "poisoning", "killing", "assassination"})
_FUNCTION_WORDS = frozenset({
    "in", "with", "by", "from", "to", "for", "over", "on", "and", "as", "after", "through", "while", "at", "before",
})  # fmt: skip
_ARMY = frozenset({"forces", "army", "military", "troops", "navy", "soldiers", "soldier", "fighters", "marines"})
_SECRET = frozenset({
    "agent", "agents", "spy", "spies", "spymaster", "spymasters", "operative", "operatives", "saboteur", "saboteurs",
    "hackers", "handlers", "commando", "commandos", "intelligence", "secret", "mercenaries",
})  # fmt: skip
_OF_SERVICES = frozenset({"bombing", "sabotage", "poisoning", "arson"})  # acts that few do on their own account
_IN_DANGER = frozenset({"dissident", "journalist", "jewish-or-israeli", "defector"})
_DEEDS = ("method", "done", "plan", "try", "foil")
_JUDGED = frozenset({"lawful", "unlawful", "unlawfully", "illegal", "illegally", "disproportionate", "proportionate"})
_ANIMALS = frozenset({
    "dog", "dogs", "cat", "cats", "horse", "horses", "cattle", "cow", "cows", "sheep", "pig", "pigs", "bees", "pet",
    "pets",
})  # fmt: skip
_HOSTILE_KINDS = ("covert", "done", "foil", "legal", "service", "deny", "hedge")
_HOSTILE = ("attack", "raid", "ambush", "violen", "strike", "struck", "threat")  # how plain words for violence begin
_IN_EARNEST = frozenset({"arrested", "charged", "on-trial", "convicted"})
_AUTHORITIES = frozenset({"police", "prosecutors", "court", "intelligence"})


def tells_deed(sentences: list[Sentence]) -> bool:
    """Return whether some word is of an act against somebody, done, planned or stopped: a quarrel has none."""
    return any(sentence.of(*_DEEDS) for sentence in sentences)


def tells_hostility(sentences: list[Sentence]) -> bool:
    """Return whether some word is of an act, a threat, a service or the law: a target for growth is none."""
    for sentence in sentences:
        if any(sentence.has(kind) for kind in _HOSTILE_KINDS) or any(m.code != "attack" for m in sentence.of("method")):
            return True
        if any(word.startswith(_HOSTILE) for word in sentence.lowers):
            return True
    return False


def is_figure(sentences: list[Sentence]) -> bool:
    """Return whether the title and summary speak of acts in a figure: of trade, sport or talks, nobody being held."""
    head = [sentence for sentence in sentences if sentence.field != "text"]
    acts = [(sentence, mark) for sentence in head for mark in sentence.of("method")]
    if any(_in_earnest(sentence.lowers[mark.first]) for sentence, mark in acts):
        return False
    if any(m.code in _IN_EARNEST for s in head for m in s.of("legal")):
        return False
    if any(m.code in _AUTHORITIES for s in head for m in s.of("source")):
        return False
    people = any(mark.code in _PEOPLE for sentence in head for mark in sentence.of("target"))
    if not people and any(sentence.has("field") for sentence in head):
        return True
    told = [(s, m) for s, m in acts if m.code != "attack"]
    return bool(told) and all(_done_to_a_thing_thought_of(sentence, mark) for sentence, mark in told)


def _in_earnest(word: str) -> bool:
    """Return whether a word for an act is said of acts alone: nobody calls a rival's buyers hitmen."""
    return not word.startswith(_SAID_OF_MUCH) or word.startswith("hitm")


def _done_to_a_thing_thought_of(sentence: Sentence, act: Mark) -> bool:
    """Return whether an act is done to a deal, a market, a mind, or to a state as one does to a person."""
    if any(0 <= mark.first - act.last <= _OBJECT_REACH for mark in sentence.of("abstract")):
        return True
    if act.code not in _DONE_TO_PERSONS:
        return False
    if act.code != "poisoning" and _kills_a_thing(sentence, act):
        return True
    return any(mark.first == act.last and _ends(sentence, mark) for mark in sentence.of("state") if mark.extra != "adj")


def _kills_a_thing(sentence: Sentence, act: Mark) -> bool:
    """Return whether what follows an act is a thing: "kill the pipeline"."""
    first = act.last + (sentence.lowers[act.last : act.last + 1] in (["the"], ["a"], ["its"], ["their"]))
    return any(mark.first == first and mark.code == "infrastructure" for mark in sentence.of("target"))


def _ends(sentence: Sentence, state: Mark) -> bool:
    """Return whether a name of a state stands for itself: no noun of its own follows."""
    following = sentence.lowers[state.last : state.last + 1]
    possessive = gap_after(sentence, state.last - 1).startswith(("'s", "’s"))
    return not possessive and (not following or following[0] in _FUNCTION_WORDS)


_DIGEST = re.compile(
    r"^\W*(?:дайджест|digest|news ?letter|newswrap|morning (?:brief|mail|report|post)|evening (?:brief|report)|briefing"
    r"|presseschau|nachrichtenpodcast|live[ -]?(?:blog|ticker)|liveblog|first ?ft|your \w+ briefing|what to know today"
    r"|les titres|revue de presse|titulares|главное|итоги)\b|\+\+\+|\bliveblog\b|\blive ?ticker\b|\bas it happened\b",
    re.IGNORECASE,
)


def is_digest(sentences: list[Sentence]) -> bool:
    """Return whether the head lists the news of a day: what stands side by side there belongs to different events."""
    return any(_DIGEST.search(sentence.text) for sentence in sentences if sentence.field != "text")


def is_war(sentences: list[Sentence]) -> bool:
    """Return whether the title or summary speaks of open war."""
    return any(sentence.has("war") for sentence in sentences if sentence.field != "text")


def by_force(sentence: Sentence, first: int, last: int) -> bool:
    """Return whether the mention of a state in tokens [first, last) is of its army, no covert act beside it."""
    words = sentence.lowers[first:last]
    return not _ARMY.isdisjoint(words) and "intelligence" not in words and not sentence.has("covert")


def on_their_own(sentence: Sentence, first: int, last: int, head: list[Sentence]) -> bool:
    """Return whether the officers in tokens [first, last) may have acted for themselves: a crime, no covert act.

    A soldier or a diplomat on trial for a killing is not his state.
    """
    if not _SECRET.isdisjoint(sentence.lowers[first:last]):
        return False
    told = [sentence, *head]
    if not _ANIMALS.isdisjoint(sentence.lowers):
        return True
    danger = any(mark.code in _IN_DANGER for one in told for mark in one.of("target"))
    served = any(mark.code in _OF_SERVICES for one in told for mark in one.of("method"))
    return not (danger or served or any(one.has("covert") for one in told))


def tells_openly(sentence: Sentence, *, war: bool, accuser: bool, avowed: bool) -> bool:
    """Return whether an accusation tells of open force rather than of a plot, or nobody alleges what it tells.

    In a report of a war a plot is one only where its own sentence names a covert act, says who alleges it, and does not
    speak of the fighting. Elsewhere what nobody alleges, suspects, judges or hides is told as a plain event.
    """
    covert = sentence.of("covert")
    if avowed:
        return all(mark.code != "x" for mark in covert)
    if sentence.has("war") or war:
        return not covert or not accuser or sentence.has("war")
    if not covert and not _JUDGED.isdisjoint(sentence.lowers):
        return True  # a court that judges the act's lawfulness asks not whose it was
    tried = any(sentence.lowers[mark.first].startswith("tr") for mark in sentence.of("try"))  # not "in an attempt to"
    alleged = tried or sentence.of("hedge", "legal", "plan", "foil", "deny", "denyword") or "?" in sentence.text
    alleged = alleged or (sentence.loose and sentence.has("blame"))  # "stands behind", of concepts where words are few
    return not (accuser or alleged or any(mark.code != "drone" for mark in covert))
