"""Sentences and marks: a title, summary and text cut up, with every known phrase found once.

Owns where a sentence begins and ends, which field and paragraph it stands in, how much it counts, and whether it tells
an older story. Knows nothing of plots: the modules that read fields work on the marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

from monitor.facts.lexicon import NAME_KINDS, WORD, Index, Phrase, word_pattern

FIELDS = ("title", "summary", "text")
MAX_CHARS = 60_000  # a longer article is read to here: the card is about what a report leads with
MAX_WORDS = 120  # a sentence without a full stop is cut here: every rule looks at one sentence at a time
_MIN_WORDS = 3  # a shorter line of the text is a section name or a byline
_BREAK = re.compile(r"([.!?…][\"'”’»)\]]*)\s+(?=[\"'“‘«(¿¡\[]*[^\W_])")
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Lt|Gen|Col|Maj|Capt|Sgt|Sen|Rep|Gov|Prof|No|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|"
    r"Dec|vs|etc|Inc|Co|bzw|Sr|Sra|U\.S|U\.K|U\.N|a\.m|p\.m|i\.e|e\.g)\.$"
)
_LONGEST_ABBREVIATION = 6  # letters before the stop, "Sept" and "U.S" with room to spare
_CAPTION = re.compile(
    r"\((?:left|right|centre|center|file|pictured)\)|"
    r"\((?:AP|Reuters|AFP)? ?Photo|/(?:AFP|AP|Reuters|Getty)\b|file photo",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(r"^\W*(?:[A-Z][a-z]+ \d{1,2},? \d{4}|\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}-\d\d-\d\d)\W*$")


_SAID_OF_THINGS = frozenset({"eliminate", "eliminated", "liquidate", "liquidated", "wipe", "wiped"})
_PERSONS = frozenset({
    "him", "her", "them", "me", "people", "person", "rival", "rivals", "enemy", "enemies", "family", "man", "men",
    "woman", "women", "traitor", "traitors", "defectors", "witness", "witnesses", "those",
})  # fmt: skip
_BEASTS = frozenset({
    "dog", "dogs", "cat", "cats", "horse", "horses", "cow", "cows", "cattle", "sheep", "goat", "goats", "pig", "pigs",
    "bird", "birds", "fish", "wolf", "wolves", "bear", "bears", "elephant", "elephants", "lion", "lions", "eagle",
    "eagles", "bee", "bees", "whale", "whales", "seal", "seals", "geese", "swan", "swans", "livestock", "herd", "pets",
    "animals",
})  # fmt: skip
_OBJECT_REACH = 5  # words from an act to whom it is done to
_TOLD_AS_MOTIVE = frozenset({"method", "done", "target", "try", "foil", "blame", "acts", "near"})


@cache
def _furniture() -> re.Pattern[str]:
    return re.compile(  # compiled on first use: a tick with nothing to read need not pay for it
        r"^\W*(?:read (?:more|also|next)|related|see also|most read|more from|you may also|follow (?:us|our)|share|"
        r"sign up|subscribe|download|advertisement|like us|tags?\b|photo\b|picture:|illustration:|image:|"
        r"listen to|skip to|"
        r"home [>/]|get the day|accept all|we value|you have \d+ free|already a sub|by a staff|reporting by|"
        r"with (?:afp|ap|reuters)|editing by|\[video|audio by|accessibility|breaking news|click here|"
        r"to find out more|do you like|"
        r"this article is|\d{1,2}:\d\d [ap]m|[\w &]+ > |"
        r"copyright|©|article from|email our|anyone who saw|\w+ writers? .* contributed|if you are in)",
        re.IGNORECASE,
    )


class Mark(NamedTuple):
    """A phrase found in a sentence: its sense and the tokens [first, last) it covers."""

    kind: str
    code: str
    extra: str
    first: int
    last: int


_NONE: list[Mark] = []  # shared by every sentence without a kind; nobody adds to it


_new = tuple.__new__  # a named tuple's own constructor costs twice as much, on every word known


class Sentence:
    """One sentence: where it stands, its tokens and the marks in it."""

    __slots__ = (
        "_starts",
        "by_kind",
        "by_kinds",
        "field",
        "loose",
        "lowers",
        "marks",
        "noun_first",
        "offset",
        "old",
        "owner_last",
        "paragraph",
        "pattern",
        "text",
        "verb_last",
        "weight",
        "words",
    )

    def __init__(self, field: str, paragraph: int, offset: int, text: str, pattern: re.Pattern[str] = WORD) -> None:
        self.field, self.paragraph, self.offset, self.text = field, paragraph, offset, text
        self.pattern = pattern  # of one token
        self.weight = 1.0
        self.old = False
        self.loose = False  # word order tells little: languages read through foreign.py
        self.noun_first = False  # the adjective follows its noun, as in Spanish and French
        self.owner_last = False  # the name of an owner follows what it owns, with no word between, as in Russian
        self.verb_last = False  # the verb ends the sentence, as in Turkish and Persian
        self.words: list[str] = []
        self.lowers: list[str] = []
        self._starts: list[int] | None = None
        self.marks: list[Mark] = []
        self.by_kind: dict[str, list[Mark]] | None = None  # made when the marks are complete
        self.by_kinds: dict[tuple[str, ...], list[Mark]] = {}

    @property
    def starts(self) -> list[int]:
        """Where each token stands in the sentence; found when first asked for, as most sentences never are."""
        if self._starts is None:
            self._starts = [match.start() for match in _words_of(self).finditer(self.text)]
        return self._starts

    def of(self, *kinds: str) -> list[Mark]:
        """Return the marks of some kinds, in order."""
        by_kind = self.by_kind if self.by_kind is not None else self._kinds()
        if len(kinds) == 1:
            return by_kind.get(kinds[0], _NONE)
        found = self.by_kinds.get(kinds)
        if found is None:
            present = [kind for kind in kinds if kind in by_kind]
            if len(present) < 2:  # most often none
                found = by_kind[present[0]] if present else _NONE
            else:
                found = [mark for mark in self.marks if mark.kind in present]
            self.by_kinds[kinds] = found
        return found

    def drop(self, kinds: tuple[str, ...]) -> None:
        """Forget the marks of some kinds."""
        self.keep([mark for mark in self.marks if mark.kind not in kinds])

    def keep(self, marks: list[Mark]) -> None:
        """Have these marks and no others."""
        self.marks = marks
        self.by_kind, self.by_kinds = None, {}

    def has(self, kind: str) -> bool:
        """Return whether a mark of the kind stands in the sentence."""
        return kind in (self.by_kind if self.by_kind is not None else self._kinds())

    def _kinds(self) -> dict[str, list[Mark]]:
        by_kind = self.by_kind
        if by_kind is None:
            by_kind = self.by_kind = {}
            for mark in self.marks:
                kind = mark[0]
                if kind in by_kind:
                    by_kind[kind].append(mark)
                else:
                    by_kind[kind] = [mark]
        return by_kind

    def after(self, last: int) -> str:
        """Return the sign that follows token `last` - 1 directly, or ""."""
        end = self.starts[last - 1] + len(self.words[last - 1])
        return self.text[end : end + 1]

    def span(self, first: int, last: int) -> tuple[str, int]:
        """Return the text that tokens [first, last) cover, and its offset in the field."""
        start = self.starts[first]
        end = self.starts[last - 1] + len(self.words[last - 1])
        return self.text[start:end], self.offset + start


def read_sentences(
    title: str, summary: str, text: str, mark: Callable[[Sentence], None], pattern: re.Pattern[str] = WORD
) -> list[Sentence]:
    """Return the sentences of an article in order, marked; page furniture is left out."""
    sentences: list[Sentence] = []
    for field, value in zip(FIELDS, (title, summary, text), strict=True):
        at, paragraph, before = 0, 0, ""
        for line in value[:MAX_CHARS].split("\n"):
            words = line.count(" ") + 1
            byline = line.startswith("By ") and words < 8
            short = field == "text" and (words < _MIN_WORDS or byline) and line.strip()[-1:] not in '.!?”"'
            if line.strip() and not short and line != before and not _is_furniture(line):
                before = line
                for start, piece in _pieces(line):
                    sentences.append(Sentence(field, paragraph, at + start, piece, pattern))
                paragraph += 1
            at += len(line) + 1
    for sentence in sentences:
        _cut_words(sentence)
        mark(sentence)
        _drop_inner(sentence)
        _drop_motive(sentence)
        _drop_unaimed(sentence)
        _drop_beasts(sentence)
    return sentences


def _is_furniture(line: str) -> bool:
    if _furniture().match(line) or _DATE_LINE.match(line):
        return True
    captioned = "(" in line or "/" in line or "hoto" in line  # most lines need no search
    return captioned and bool(_CAPTION.search(line))


def _pieces(line: str) -> list[tuple[int, str]]:
    found, start = [], 0
    for match in _BREAK.finditer(line):
        if not _ABBREVIATION.search(line, max(start, match.start() - _LONGEST_ABBREVIATION), match.start() + 1):
            found.append((start, line[start : match.end(1)]))
            start = match.end()
    found.append((start, line[start:]))
    return [part for at, piece in found if piece.strip() for part in _cut_long(at, piece)]


def _cut_long(at: int, piece: str) -> list[tuple[int, str]]:
    """Return a sentence in parts of at most MAX_WORDS words, each with its offset."""
    starts = [match.start() for match in WORD.finditer(piece)][::MAX_WORDS] if len(piece) > MAX_WORDS else []
    if len(starts) < 2:
        return [(at, piece)]
    ends = [*starts[1:], len(piece)]
    parts = [(0 if n == 0 else first, last) for n, (first, last) in enumerate(zip(starts, ends, strict=True))]
    return [(at + first, piece[first:last].rstrip()) for first, last in parts]


def _words_of(sentence: Sentence) -> re.Pattern[str]:
    """Return the pattern of a sentence's words: its language's own, or the quick one for plain letters."""
    return word_pattern(sentence.text) if sentence.pattern is WORD else sentence.pattern


def _cut_words(sentence: Sentence) -> None:
    sentence.words = _words_of(sentence).findall(sentence.text)
    sentence.lowers = list(map(str.lower, sentence.words))


def mark_phrases(sentence: Sentence, index: Index) -> None:
    """Mark every phrase of the index in a sentence; a name hides the shorter names in it."""
    lowers, marks = sentence.lowers, sentence.marks
    last = len(lowers) - 1
    skip = 0
    for at, found in enumerate(map(index.__getitem__, lowers)):
        if found is None or at < skip:
            continue
        single, longer, plain = found
        entries = longer.get(lowers[at + 1]) if longer and at < last else None
        if entries or plain is None:
            skip = _mark_at(sentence, at, entries + single if entries else single)
        else:
            end = at + 1
            for kind, code, extra in plain:
                marks.append(_new(Mark, (kind, code, extra, at, end)))


def _mark_at(sentence: Sentence, at: int, entries: list[Phrase]) -> int:
    """Mark the phrases that begin at a token; return the token where the next may begin."""
    lowers, marks = sentence.lowers, sentence.marks
    named = 0
    for rest, case, meanings in entries:
        length = 1 + len(rest)
        is_name = meanings[0].kind in NAME_KINDS
        if is_name and length < named:
            continue
        if length > 2 and tuple(lowers[at + 1 : at + length]) != rest:
            continue
        if case and not _written_right(sentence.words, at, length, case):
            continue
        end = at + length
        marks += [_new(Mark, (kind, code, extra, at, end)) for kind, code, extra in meanings]
        if is_name:
            named = length
    return at + max(named, 1)


def _written_right(words: list[str], at: int, length: int, case: str) -> bool:
    if case == "cap":
        return words[at][0].isupper()
    return case != "upper" or all(word.isupper() for word in words[at : at + length])


def _drop_motive(sentence: Sentence) -> None:
    """Drop the acts and targets after "in revenge for": they tell why, not what."""
    motives = sentence.of("motive")
    if motives:
        last = motives[0].last
        sentence.keep([m for m in sentence.marks if m.first < last or m.kind not in _TOLD_AS_MOTIVE])


def _drop_unaimed(sentence: Sentence) -> None:
    """Drop "eliminate" and the like where no person follows: tariffs, gaps and subsidies are eliminated too."""
    if not _SAID_OF_THINGS.isdisjoint(sentence.lowers):
        people = [mark.first for mark in sentence.of("target", "accused")]
        people += [at for at, word in enumerate(sentence.lowers) if word in _PERSONS]
        if sentence.field != "title":  # a name; titles write every word so
            people += [at for at, word in enumerate(sentence.words) if at and word.istitle()]
        sentence.keep([
            mark
            for mark in sentence.marks
            if sentence.lowers[mark.first] not in _SAID_OF_THINGS
            or any(mark.first < at <= mark.last + _OBJECT_REACH for at in people)
            or any(at < mark.first <= at + _OBJECT_REACH and _is_passive(sentence, mark) for at in people)
        ])  # fmt: skip


def _drop_beasts(sentence: Sentence) -> None:
    """Drop an act that is done to animals: "poisoning of a neighbour's dogs"."""
    at_beasts = [at for at, word in enumerate(sentence.lowers) if word in _BEASTS]
    if at_beasts and not sentence.has("target"):
        sentence.keep([
            mark
            for mark in sentence.marks
            if mark.kind not in ("method", "done") or not any(0 <= at - mark.last < _OBJECT_REACH for at in at_beasts)
        ])  # fmt: skip


def _is_passive(sentence: Sentence, mark: Mark) -> bool:
    return mark.first > 0 and sentence.lowers[mark.first - 1] in ("be", "been", "being", "was", "were", "is", "are")


def _drop_inner(sentence: Sentence) -> None:
    """Drop a mark that lies inside a longer one of the same kind ("minister" in "prime minister")."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for kind, _, _, first, last in sentence.marks:
        if last - first > 1:
            spans.setdefault(kind, []).append((first, last))
    if not spans:
        return
    if "method" in spans:  # a magnetic charge is no charge in court
        spans["legal"] = spans.get("legal", []) + spans["method"]
    sentence.marks = [mark for mark in sentence.marks if not _inside(mark, spans.get(mark.kind, ()))]


def _inside(mark: Mark, spans: Iterable[tuple[int, int]]) -> bool:
    length = mark.last - mark.first
    return any(first <= mark.first and mark.last <= last and last - first > length for first, last in spans)


def cut(sentence: Sentence, first: int, last: int) -> bool:
    """Return whether punctuation or another state stands between token `first` - 1 and token `last`."""
    if any(first <= mark.first < last and mark.kind in ("state", "capital") for mark in sentence.marks):
        return True
    start = sentence.starts[first - 1] + len(sentence.words[first - 1])
    text = sentence.text[start : sentence.starts[last]] if last < len(sentence.starts) else ""
    return any(sign in text for sign in ",;:()")
