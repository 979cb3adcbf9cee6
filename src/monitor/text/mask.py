"""Replace names by their kind and words by their concept: `Iranian` → #state, `asesinato` → ASSASSIN.

Owns the lexicon's reading and the walk over a text's tokens. What is counted afterwards is classify/features' job; the
lists themselves are data in text/lexicon/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from monitor.text.language import LANGUAGES
from monitor.text.tokens import SENTENCE_END, fold, is_letter

FOLDER = Path(__file__).parent / "lexicon"
KINDS_WIDTH = 64  # bits of a sentence's mask that name kinds; the bits above name states
MEMORY = 200_000  # words met that a lexicon remembers before it forgets them all
HEAD = 3  # no stem is shorter; a word's first letters tell whether any may fit
TAIL = 5  # no tail of a compound is shorter: "*sabotage" in "bahnsabotage"
ANY = "*"  # in a form: any one word
# What the token pattern cuts at inside a form; not at the inner mark of a Hebrew word.
_JOINTS = re.compile(r"[-–’‌]|'(?![א-ת])|(?<![א-ת]{2})['\"״׳]")

# One- and two-letter words written together with what follows, longest first.
CLITICS = {
    "ar": ("وال", "بال", "فال", "كال", "کال", "ولل", "لل", "ال", "و", "ف", "ب", "ل", "ک", "س"),
    "he": ("וה", "של", "שה", "מה", "בה", "לה", "ול", "וב", "ומ", "כש", "ו", "ה", "ב", "ל", "מ", "ש", "כ"),
}


class Form(NamedTuple):
    """What a form stands for: a concept, the bits of its kinds and state, and its mask ("" keeps the word)."""

    concept: str
    bits: int
    mask: str


class Branch:
    """A word that may begin a phrase: what it is alone, and what may follow."""

    __slots__ = ("entry", "following", "stems")

    def __init__(self, entry: Form | None = None) -> None:
        self.entry = entry
        self.following: dict[str, Branch] = {}
        self.stems: dict[str, Branch] = {}

    def step(self, word: str) -> Branch | None:
        """Return the branch after one more word, or None."""
        found = self.following.get(word)
        if found is None and self.stems:
            for stem, branch in self.stems.items():
                if word.startswith(stem):
                    return branch
        return found

    def take(self, other: Branch) -> None:
        """Take over the phrases of another branch that this one does not have."""
        for word, onward in other.following.items():
            own = self.following.setdefault(word, onward)
            if own is not onward:
                own.entry = own.entry or onward.entry
                own.take(onward)
        for stem, onward in other.stems.items():
            self.stems.setdefault(stem, onward)


class Marked(NamedTuple):
    """A text after the walk.

    `words`: the masked words in order, `word_at` the place of each among the tokens. `concepts`: the concepts of each
    sentence in order, as (concept, first token, token after the last, bits). `sentences`: the bits of each sentence.
    """

    words: list[str]
    concepts: list[list[tuple[str, int, int, int]]]
    sentences: list[int]


class Lexicon(dict[str, "Form | Branch | None"]):
    """The words of one language (and English), as a dict that looks an unknown word up by stem, once."""

    def __init__(self, language: str, forms: Iterable[tuple[str, Form]] | None = None, *, memory: int = MEMORY) -> None:
        super().__init__()
        self._memory = memory
        self.clitics = CLITICS.get(language, ())
        self.stems: dict[str, Form | Branch] = {}
        self.lengths: dict[str, list[int]] = {}  # a stem's first letters -> the lengths of those stems, longest first
        self.tails: dict[str, Form] = {}  # what compounds end in
        for form, entry in lines(language) if forms is None else forms:
            self._add(form, entry)
        self._complete()
        self[SENTENCE_END] = Form("", 0, "")
        self._given = frozenset(self)

    def _add(self, pattern: str, entry: Form) -> None:
        first, *rest = parts_of(pattern)
        if first.startswith(ANY) and first != ANY:
            assert len(first) > TAIL, pattern  # noqa: S101 - our own data
            assert not rest, pattern  # noqa: S101 - our own data
            self.tails.setdefault(first[1:], entry)
            first = first[1:]
        place: dict[str, Any] = self.stems if first.endswith("*") else self
        key = first.rstrip("*")
        if place is self.stems and key not in place:
            assert len(key) >= HEAD, pattern  # noqa: S101 - our own data
            lengths = self.lengths.setdefault(key[:HEAD], [])
            lengths[:] = sorted({*lengths, len(key)}, reverse=True)
        held = place.get(key)
        if not rest:
            if isinstance(held, Branch):
                held.entry = held.entry or entry
            elif held is None:
                place[key] = entry
            return
        if not isinstance(held, Branch):
            held = place[key] = Branch(held)
        for word in rest:
            onward = held.stems if word.endswith("*") else held.following
            held = onward.setdefault(word.rstrip("*"), Branch())
        held.entry = held.entry or entry

    def _complete(self) -> None:
        """Give a word that begins phrases what its stem has: its meaning alone, and its phrases."""
        for stem, held in sorted(self.stems.items()):
            if isinstance(held, Branch) and held.entry is None:
                held.entry = _alone(self._by_stem(stem, len(stem) - 1))
        for word, own in self.items():
            if isinstance(own, Branch):
                found = self._find(word)
                own.entry = own.entry or _alone(found)
                if isinstance(found, Branch):
                    own.take(found)

    def __missing__(self, word: str) -> Form | Branch | None:
        if len(self) > len(self._given) + self._memory:
            self._forget()
        found = self._find(word)
        self[word] = found
        return found

    def _find(self, word: str) -> Form | Branch | None:
        if self.tails and (tail := self._by_tail(word)):
            return tail
        found = self._by_stem(word, len(word))
        if found is not None:
            return found
        for clitic in self.clitics:
            if word.startswith(clitic) and len(word) > len(clitic) + 1:
                rest = word[len(clitic) :]
                found = self.get(rest) or self._by_stem(rest, len(rest))
                if found is not None:
                    return found
        return None

    def _by_tail(self, word: str) -> Form | None:
        """Return what the longest known tail of a compound stands for; None where a longer stem says more."""
        for at in range(HEAD, len(word) - TAIL + 1):
            entry = self.tails.get(word[at:])
            if entry is not None:
                longest = next((n for n in self.lengths.get(word[:HEAD], ()) if word[:n] in self.stems), 0)
                return entry if longest <= len(word) - at else None
        return None

    @property
    def asks_always(self) -> bool:
        """Whether a word's first letters do not tell that the lexicon holds nothing for it."""
        return bool(self.clitics or self.tails)

    def _by_stem(self, word: str, longest: int) -> Form | Branch | None:
        for length in self.lengths.get(word[:HEAD], ()):
            if length <= longest and (found := self.stems.get(word[:length])) is not None:
                return found
        return None

    def _forget(self) -> None:
        """Drop every word met that is not in the data, so that memory stays bounded."""
        for word in [word for word in self if word not in self._given]:
            del self[word]


def parts_of(form: str) -> list[str]:
    """Return a form's words, cut where the token pattern cuts a text."""
    return _JOINTS.sub(" ", form).split()


def _alone(found: Form | Branch | None) -> Form | None:
    return found.entry if isinstance(found, Branch) else found


def mark(folded: list[str], lexicon: Lexicon) -> Marked:
    """Walk a text's folded tokens and return its masked words, concepts and sentence bits."""
    words = folded.copy()
    concepts: list[list[tuple[str, int, int, int]]] = []
    sentences: list[int] = []
    sentence: list[tuple[str, int, int, int]] = []
    bits = skip = 0
    n_words = len(folded)
    for at, found in enumerate(map(lexicon.__getitem__, folded)):
        if found is None or at < skip:
            continue
        end = at + 1
        if found.__class__ is Branch:
            if found.stems or (end < n_words and (folded[end] in found.following or len(folded[end]) == 1)):
                found, end = _phrase(found, folded, end)
                skip = end
            else:
                found = found.entry
            if found is None:
                continue
        concept, own, mask = found  # type: ignore[misc]
        if not concept:
            if sentence:
                concepts.append(sentence)
                sentences.append(bits)
                sentence, bits = [], 0
            continue
        bits |= own
        sentence.append((concept, at, end, own))
        if mask:
            words[at] = mask
            if end - at > 1:
                words[at + 1 : end] = [""] * (end - at - 1)
    if sentence:
        concepts.append(sentence)
        sentences.append(bits)
    return Marked(words, concepts, sentences)


def _phrase(branch: Branch, folded: list[str], at: int) -> tuple[Form | None, int]:
    """Return the longest phrase that begins with `branch`, and the place after it.

    A letter alone that no phrase asks for is stepped over: "hired a hitman", "a state's hand".
    """
    best, end = branch.entry, at
    node = branch
    for place in range(at, len(folded)):
        onward = node.step(folded[place])
        if onward is None:
            if is_letter(folded[place]):
                continue
            break
        node = onward
        if node.entry is not None:
            best, end = node.entry, place + 1
    return best, end


@cache
def lexicon_for(language: str) -> Lexicon:
    """Return the lexicon of a language, English where there is none."""
    return Lexicon(language if language in LANGUAGES else "en")


@cache
def kinds() -> dict[str, int]:
    """Return each kind's bit, in the order concepts.txt first names them."""
    table: dict[str, int] = {}
    for _, names, _ in _concept_rows():
        for name in names:
            table.setdefault(name, 1 << len(table))
    assert len(table) < KINDS_WIDTH  # noqa: S101 - our own data
    return table


@cache
def concept_kinds() -> dict[str, tuple[str, ...]]:
    """Return the kinds each concept counts as."""
    return {concept: names for concept, names, _ in _concept_rows()}


@cache
def _concept_rows() -> tuple[tuple[str, tuple[str, ...], str], ...]:
    rows = []
    for line in data_lines("concepts.txt"):
        head, _, about = line.partition("#")
        concept, _, names = head.partition(":")
        rows.append((concept.strip(), tuple(names.split()), about.strip()))
    return tuple(rows)


@cache
def concept_bits(concept: str) -> int:
    """Return the bits of a concept's kinds."""
    table = kinds()
    return sum(table[name] for name in concept_kinds()[concept])


@cache
def state_bit(code: str) -> int:
    """Return the bit of a state by its two-letter code (26 x 26 of them above the kinds)."""
    return 1 << (KINDS_WIDTH + (ord(code[0]) - 65) * 26 + ord(code[1]) - 65)


def n_states(bits: int) -> int:
    """Return how many different states a mask of bits names."""
    return (bits >> KINDS_WIDTH).bit_count()


def lines(language: str) -> Iterator[tuple[str, Form]]:
    """Yield (pattern, entry): the language's own words first, then English words, services and names."""
    for code in dict.fromkeys((language, "en")):
        yield from _names(code)
        yield from words(code)
    yield from _services()


def words(code: str) -> Iterator[tuple[str, Form]]:
    """Yield (form, entry) of a language's own word list."""
    for line in data_lines(f"words-{code}.txt"):
        concept, _, forms = line.partition(":")
        entry = Form(concept, concept_bits(concept), "")
        for form in _forms(forms):
            yield form, entry


def _services() -> Iterator[tuple[str, Form]]:
    for line in data_lines("services.txt"):
        head, _, forms = line.partition(":")
        code, concept = head.split()
        state = state_bit(code) if code != "--" else 0
        kind = "state" if "STATE" in concept_kinds()[concept] else concept.lower()
        entry = Form(concept, concept_bits(concept) | state, f"#{kind}")
        for form in _forms(forms):
            yield form, entry


def _names(code: str) -> Iterator[tuple[str, Form]]:
    for line in data_lines(f"names-{code}.tsv"):
        concept, state, forms = line.split("\t")
        entry = Form(concept, concept_bits(concept) | state_bit(state), "#state")
        for form in _forms(forms):
            yield form, entry


def _forms(text: str) -> Iterable[str]:
    return (
        fold(form.strip()) if not form.strip().startswith("=") else form.strip()
        for form in text.split(",")
        if form.strip()
    )


def _cased() -> dict[str, str]:
    """Return the words that mean something else in capitals (forms with "="), and the token that stands for each."""
    lines = (line for name in ("services.txt", "words-en.txt") for line in data_lines(name))
    forms = (form.strip() for line in lines for form in line.partition(":")[2].split(","))
    tokens = {form[1:].upper(): form for form in forms if form.startswith("=")}
    return {"US": "u.s.", "MİT": "=mit"} | tokens


def data_lines(name: str) -> list[str]:
    """Return a data file's lines without blank lines and comments; an absent file is empty."""
    path = FOLDER / name
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


CASED = _cased()
