"""Which state a sentence accuses, and by which words: the ways of ways.py, matched around each mention of a state.

Owns the encoding of a sentence into items and the matching. A state named in any other role (accuser, foiler, victim's
side, place, nationality, reporter) matches nothing and is not accused. Each mention is looked at in a bounded window,
so that the cost grows with the mentions alone.
"""

from __future__ import annotations

from typing import NamedTuple

from monitor.facts.reading.sentences import Mark, Sentence
from monitor.facts.reading.ways import NEVER, OTHER, Rules, rules_for

__all__ = ["Accusation", "Rules", "Unit", "accusations", "classes_of", "encode", "rules_for", "tells_act", "tells_tale"]
BEFORE, AFTER = 16, 16  # items of the window on either side of a mention
_MOTIVE_REACH = 8  # items between "in revenge for" and what it explains
_AND = frozenset({"and", "or", "y", "und", "et", "и", "و", "ve"})
_NEVER_ACCUSED = frozenset("plx")  # people, police and sides stand in no way of accusing
_TIES = ("ties", "loose")  # ways that link, back or trace rather than accuse of the act
_WEAK = ("weak", "loose")  # ways that accuse of a plot only where the report tells of one: a threat, spying, ties
_OPEN = "open"  # ways in which a state threatens or acts in its own name
_PLAIN = (*_TIES, *_WEAK, _OPEN)
_UNSHAKEN = ("denies", "suspects")  # ways whose own words hold a negation


class Unit(NamedTuple):
    """One mention of a state with what belongs to it: its code, the tokens it covers, what it stands for.

    `kind`: n a bare name, a an adjective or a name before a noun, h a name joined by a hyphen, i a place, g a
    government, s a service, o its officers and agents, l police, prosecutors or a court, p people of that nationality,
    x the side somebody takes ("pro-X").
    """

    code: str
    first: int
    last: int
    kind: str
    mark: Mark


class Accusation(NamedTuple):
    """A state accused in a sentence: the verb of the claim, and the tokens the pattern covers."""

    unit: Unit
    verb: str
    tied: bool = False
    weak: bool = False
    open: bool = False


def accusations(sentence: Sentence, units: list[Unit], rules: Rules) -> list[Accusation]:
    """Return the states that a sentence accuses, each with the verb of the claim."""
    if all(unit.kind in _NEVER_ACCUSED for unit in units):
        return []
    items, places, opens = encode(sentence, units, rules)
    found: dict[int, str] = {}
    for at, unit in enumerate(units):
        verb = _verb(items, places[at], opens, unit, rules)
        if verb:
            found[at] = verb
    _join(sentence, units, found)
    return [
        Accusation(
            units[at],
            "alleges" if way in _PLAIN else way,
            way in _TIES,
            way in _WEAK,
            way == _OPEN,
        )
        for at, way in sorted(found.items())
    ]


def tells_tale(sentences: list[Sentence], rules: Rules) -> bool:
    """Return whether the head reports an accusation as a tale (a hoax, a hateful myth, fiction), not as a claim."""
    acts = any(mark.code != "attack" for sentence in sentences for mark in sentence.of("method"))
    if not acts and any("BIGOTRY/" in classes for s in sentences for classes, _ in _with_following(s, rules)):
        return True  # somebody is told off for bigotry, and nothing was done to anybody
    return any(
        "TALE/" in classes or ("HATE/" in classes and any("SPOKEN/" in after for after in following))
        for sentence in sentences
        for classes, following in _with_following(sentence, rules)
    )


def _with_following(sentence: Sentence, rules: Rules) -> list[tuple[str, list[str]]]:
    """Return the classes of each word beside those of the two words after it."""
    classes = [classes_of(word, rules) for word in sentence.lowers]
    return [(own, classes[at + 1 : at + 3]) for at, own in enumerate(classes)]


def tells_act(sentences: list[Sentence], rules: Rules) -> bool:
    """Return whether some word of the sentences is of the classes that the language's rules need to accuse anybody."""
    if not rules.needed:
        return True
    if any(sentence.has(kind) for sentence in sentences for kind, of in rules.marked.items() if of in rules.needed):
        return True
    words = (classes_of(word, rules) for sentence in sentences for word in sentence.lowers)
    return any(needed in classes for classes in words for needed in rules.needed)


def encode(sentence: Sentence, units: list[Unit], rules: Rules) -> tuple[list[str], list[int], list[tuple[int, ...]]]:
    """Return the items of a sentence (words with classes, stops, units), where units stand, what each item opens."""
    items: list[str] = []
    places: list[int] = []
    opens: list[tuple[int, ...]] = []
    others = rules.opened.get(OTHER, ())
    first_of = {unit.first: unit for unit in units}
    at, end = 0, 0
    text, starts, words, lowers, look_up = (
        sentence.text,
        sentence.starts,
        sentence.words,
        sentence.lowers,
        rules.look_up,
    )
    marked = {at: of for kind, of in rules.marked.items() for m in sentence.of(kind) for at in range(m.first, m.last)}
    while at < len(words):
        gap = text[end : starts[at]] if at else ""
        if gap != " " and items and (stop := _stop(gap)):
            items.append(stop)
            opens.append(rules.look_up(stop).ways)
        unit = first_of.get(at)
        if unit:
            places.append(len(items))
            items.append(f"#{unit.kind}/")
            opens.append(others)
            at = unit.last
        else:
            known = look_up(lowers[at])
            items.append(known.item + marked.get(at, ""))
            opens.append(known.ways)
            at += 1
        end = starts[at - 1] + len(words[at - 1])
    return items, places, opens


def classes_of(word: str, rules: Rules) -> str:
    """Return the classes of a word as they stand in an item, its own and those of its stems."""
    return rules.look_up(word)[0]


def _stop(gap: str) -> str:
    if ":" in gap:
        return ":"
    return "," if any(sign in gap for sign in ",;()–—،؛、") or " - " in gap else ""


def _verb(items: list[str], place: int, opens: list[tuple[int, ...]], unit: Unit, rules: Rules) -> str:
    """Return the verb of the first way, in the order of the rules, that accuses the mention at `place`; "" for none."""
    start = max(0, place - BEFORE)
    window = [*items[start:place], f"§{unit.kind}/", *items[place + 1 : place + AFTER]]
    text, ways, kind = " ".join(window) + " ", rules.ways, unit.kind
    best = len(ways)
    at = 0
    for number, item in enumerate(window[: place - start + 1]):
        for rank in rules.anchored_by.get(kind, ()) if number == place - start else opens[start + number]:
            way = ways[rank]
            if kind in way.kinds and (rank < best or way.verb == NEVER):
                match = way.match(text, at)
                if match and way.verb == NEVER:
                    return ""
                if match and (way.verb in _UNSHAKEN or not _negated(window, number, match.group(), rules)):
                    best = rank
        at += len(item) + 1
    return ways[best].verb if best < len(ways) else ""


def _negated(window: list[str], number: int, matched: str, rules: Rules) -> bool:
    """Return whether a word of negation stands in what matched or within three items before it, or a motive near it."""
    before = window[max(0, number - _MOTIVE_REACH) : number]
    if any("/MOTIVE/" in item for item in before):
        return True
    return "/NOT/" in matched or any("/NOT/" in item for item in before[-3:])


def _shares_head(sentence: Sentence, before: Unit, unit: Unit) -> bool:
    """Return whether two names belong to one head: "U.S. and Italian agents", "French and Italian agents"."""
    like = before.mark.extra == "adj" or all(word.isupper() for word in sentence.words[before.first : before.last])
    return like and before.kind in "na" and unit.kind in "so" and unit.mark.extra == "adj"


def _join(sentence: Sentence, units: list[Unit], found: dict[int, str]) -> None:
    """Let members of one list ("X and Y", "X, Y") share an accusation."""
    for at in range(1, len(units)):
        before, unit = units[at - 1], units[at]
        between = sentence.lowers[before.last : unit.first]
        gap = sentence.text[sentence.starts[before.last - 1] : sentence.starts[unit.first]]
        alike = len(between) == 1 and between[0] in _AND and "," not in gap
        alike = alike and (before.kind == unit.kind or _shares_head(sentence, before, unit))
        if alike and (at in found) != (at - 1 in found):
            found[at] = found[at - 1] = found.get(at) or found[at - 1]
