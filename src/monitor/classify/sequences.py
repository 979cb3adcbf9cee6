"""Concept sequences as data: the prior templates, and the shipped background in the same notation.

A sequence is "STATE ACCUSE / POLICE ARREST": the title's concepts, then each further sentence's. "~" marks a second,
different state. Owns reading, filling and counting them; the words view of a sequence is empty. They give the model
with four seeds a prior and a contrast; labels outweigh them in time (learn/train.py). docs/classifier.md: ablation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from monitor.classify import features
from monitor.text import mask

DATA = Path(__file__).parent / "data"
TEMPLATES = DATA / "templates.txt"
CONTRAST_TEMPLATES = DATA / "contrast-templates.txt"
FILLINGS = 12  # sequences made of one template
OTHER = "~"
_FIRST, _SECOND = "ZY", "ZZ"  # stand-ins for two different states

Sequence = list[list[str]]


def template_counts(path: Path = TEMPLATES, fillings: int = FILLINGS) -> list[features.Counts]:
    """Return the counts of every filling of every template of a file."""
    slots, templates = _templates(path)
    return [
        count_sequence([list(_filled(part, slots, place, turn)) for part in template])
        for place, template in enumerate(templates)
        for turn in range(fillings)
    ]


def background_counts(path: Path = DATA / "background.txt") -> list[tuple[features.Counts, int]]:
    """Return the counts of the shipped background, and how many entries have them.

    General news as concept sequences, without words or names.
    """
    lines = (line.split("\t") for line in _lines(path))
    return [(count_sequence(_sequence(sequence)), int(n)) for n, sequence in lines]


def count_sequence(sequence: Sequence) -> features.Counts:
    """Count a sequence as a text with these concepts would be counted."""
    concepts: Counter[str] = Counter()
    for place, sentence in enumerate(sequence):
        plain = [name.rstrip(OTHER) for name in sentence]
        times = features.TITLE_COUNTS if place == 0 else 1
        concepts.update([*plain, *map(" ".join, pairwise(plain))] * times)
    bits = [_bits(sentence) for sentence in sequence]
    return {}, concepts, features.pattern_counts(bits[:1], bits[1:])


def sequence_of(passages: features.Passages) -> str:
    """Return a text's concepts in the notation above: no words, no names."""
    first = 0
    parts: list[list[str]] = []
    for number, passage in enumerate(passages):
        sentences = passage.marked.concepts or ([[]] if number == 0 else [])
        for sentence in sentences:
            names = []
            for concept, _, _, bits in sentence:
                state = bits >> mask.KINDS_WIDTH
                first = first or state
                names.append(concept + OTHER if state and state != first else concept)
            parts.append(names)
    return " / ".join(" ".join(part) for part in parts)


def _bits(sentence: list[str]) -> int:
    bits = 0
    for name in sentence:
        concept = name.rstrip(OTHER)
        bits |= mask.concept_bits(concept)
        if name.endswith(OTHER):
            bits |= mask.state_bit(_SECOND)
        elif "STATE" in mask.concept_kinds()[concept]:
            bits |= mask.state_bit(_FIRST)
    return bits


def _templates(path: Path) -> tuple[dict[str, Sequence], list[Sequence]]:
    slots: dict[str, Sequence] = {}
    templates = []
    for line in _lines(path):
        name, equals, choices = line.partition(" = ")
        if equals:
            slots[name] = [choice.split() for choice in choices.split(" | ")]
        else:
            templates.append(_sequence(line))
    return slots, templates


def _filled(part: list[str], slots: dict[str, Sequence], place: int, turn: int) -> Iterator[str]:
    """Fill a part's slots; each slot steps through its choices at its own pace, so that they mix."""
    for at, name in enumerate(part):
        choices = slots.get(name)
        if choices is None:
            yield name
        else:
            yield from choices[((place + turn) * (at + 1) + turn) % len(choices)]


def _sequence(line: str) -> Sequence:
    return [part.split() for part in line.split("/")]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
