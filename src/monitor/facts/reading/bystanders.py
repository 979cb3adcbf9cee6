"""Names of states that stand for no actor: a paper's name, a place where something happened, people of a nationality.

Owns those questions about one mention alone, in the words right beside it. Which kind of unit a mention is otherwise
stands in units.py.
"""

from __future__ import annotations

from monitor.facts.reading.sentences import Mark, Sentence

_SEATS = frozenset({"BE"})  # capitals that stand for a union of states more often than for their own
_TROUBLES = frozenset({"war", "conflict", "crisis", "deal", "talks", "protests", "earthquake"})
_TOWARDS = frozenset({
    "north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "northeast", "northwest",
    "southeast", "southwest", "north-east", "north-west", "south-east", "south-west", "northeastern", "northwestern",
    "southeastern", "southwestern", "north-eastern", "north-western", "south-eastern", "south-western", "coastal",
    "rural", "neighbouring", "neighboring", "nearby", "occupied",
})  # fmt: skip
_SPOTS = frozenset({"capital", "city", "town", "province", "region"})
_ATTACKS = frozenset({
    "attack", "attacks", "bombing", "bombings", "blast", "blasts", "explosion", "explosions", "shooting", "shootings",
    "siege", "massacre", "killings", "murders", "murder", "arson", "terror", "stabbing", "stabbings", "knife", "car",
    "truck", "bomb",
})  # fmt: skip
_DOER_AFTER = frozenset({"on", "against", "to"})
_PAPERS = frozenset({
    "Post", "Times", "Daily", "Herald", "Tribune", "Independent", "Insider", "Observer", "Review", "Journal", "Gazette",
    "Mail", "Today", "International", "Telegraph", "Standard", "Chronicle", "Examiner",
})  # fmt: skip
_ALSO_WORDS = frozenset({"Today", "Review", "Standard", "International"})  # in a title with capitals, words like others
_PATROL = frozenset({"officer", "officers"})
_NO_STATE_OF_ACTS = frozenset({"PS"})  # an adjective before an act that tells of people, not of a government


def is_paper(sentence: Sentence, mark: Mark) -> bool:
    """Return whether the name begins that of a paper or channel: "Washington Post", "Iran International"."""
    if mark.kind not in ("state", "capital") or mark.extra == "adj" or mark.last >= len(sentence.words):
        return False
    following = sentence.words[mark.last]
    if following not in _PAPERS or gap_after(sentence, mark.last - 1) != " ":
        return False
    alone = mark.last + 1 >= len(sentence.words) or not sentence.words[mark.last + 1].istitle()
    return alone or not (sentence.field == "title" and following in _ALSO_WORDS)


def is_site(sentence: Sentence, mark: Mark) -> bool:
    """Return whether a name only tells where: "the Moscow attack", "the Ukraine war"; a seat of others is no actor."""
    if mark.code == "GE" and mark.extra == "name":
        return not _names_the_country(sentence)
    if mark.extra == "adj" or mark.last >= len(sentence.words) or gap_after(sentence, mark.last - 1)[:1] in ",;:":
        return mark.kind == "capital" and mark.code in _SEATS
    following = sentence.lowers[mark.last]
    if following in _TROUBLES and gap_after(sentence, mark.last - 1) == " ":
        return True
    if mark.kind != "capital":
        return False
    after = next((word for word in sentence.lowers[mark.last + 1 : mark.last + 3] if word not in _ATTACKS), "")
    return mark.code in _SEATS or (following in _ATTACKS and after not in _DOER_AFTER)


def _names_the_country(sentence: Sentence) -> bool:
    """Return whether a sentence that names Georgia means the country, not the state of that name in America."""
    return any(m.code == "GE" and (m.extra == "adj" or m.kind == "capital") for m in sentence.of("state", "capital"))


def place_word(sentence: Sentence, at: int) -> tuple[int, bool]:
    """Return the token before `at` that no direction is ("in northern X"), and whether it says where by itself."""
    before = at - 1
    if before > 0 and sentence.lowers[before] == "the":
        before -= 1  # "in the United States"
    while before > 0 and sentence.lowers[before] in _TOWARDS:
        before -= 1
    return before, before >= 0 and sentence.lowers[before] in _SPOTS


def is_people(sentence: Sentence, mark: Mark) -> bool:
    """Return whether an adjective stands for people of that nationality: "four Americans"."""
    if mark.extra != "adj" or sentence.noun_first:
        return False
    word = sentence.words[mark.last - 1]
    plural = word.endswith("s") and word[0].isupper() and not word.endswith("ss") and len(word) > 4
    return plural or mark.code in _NO_STATE_OF_ACTS


def is_patrol(sentence: Sentence, mark: Mark, last: int) -> bool:
    """Return whether the officers that a name leads to are those of the police: "US officers", "X police officers"."""
    words = sentence.lowers[mark.last : last]
    return (mark.extra != "adj" and len(words) == 1 and words[0] in _PATROL) or (
        "police" in words and "secret" not in words
    )


def gap_after(sentence: Sentence, at: int) -> str:
    """Return the text between token `at` and the next, or to the end."""
    starts, words = sentence.starts, sentence.words
    end = starts[at] + len(words[at])
    return sentence.text[end : starts[at + 1]] if at + 1 < len(words) else sentence.text[end:]
