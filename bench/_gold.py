"""Plot cards against the hand-coded gold of ../shared/data/cards: attribution, and every field over sets of codes.

Owns the scoring, in our own words: an attribution is false where a card names a state the gold does not, and leniently
where a careful second coder would not have named it either. Printing and floors are card.py's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from monitor.facts.card import Card, read_card
from monitor.facts.values import LEGAL_STAGES

FIELDS = {
    "target_types": "target_types", "method": "methods", "countries": "countries", "stage": "stage",
    "legal_stage": "legal_stage", "n_arrested": "n_arrested", "n_charged": "n_charged",
}  # fmt: skip
_CODE = re.compile(r"[A-Z][A-Z0-9-]+\Z")


class Figure(NamedTuple):
    """Precision, recall and F1 of a field, with the codes they rest on."""

    right: int
    said: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.said + self.true) if self.said + self.true else 1.0


class Attribution(NamedTuple):
    """Of `items` cards, how many name a state falsely (strict, lenient), and how many accused states are found."""

    items: int
    strict: int
    lenient: int
    states: Figure


def read_gold(path: Path) -> list[tuple[dict, Card]]:
    """Return the gold items, each with the card that is read today."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(row, read_card(row["title"], row["summary"], "", row["published"], row["lang"])) for row in rows]


def group(pairs: Iterable[tuple[dict, Card]], label: int) -> list[tuple[dict, Card]]:
    """Return the items of a label; what has none counts as 0."""
    return [(gold, card) for gold, card in pairs if (gold["label"] if gold["label"] in (1, 2) else 0) == label]


def attribution(pairs: list[tuple[dict, Card]]) -> Attribution:
    """Return how often a card blames a state that the text does not, and how many accused states it finds."""
    strict = lenient = right = said = true = 0
    for gold, card in pairs:
        want, have = set(gold["linked_states"]), set(card.codes("linked_states"))
        strict += bool(have - want)
        lenient += bool(have - want - set(gold["allowed_states"]))
        right, said, true = right + len(have & want), said + len(have), true + len(want)
    return Attribution(len(pairs), strict, lenient, Figure(right, said, true))


def figure(pairs: list[tuple[dict, Card]], field: str) -> Figure:
    """Return the figure of one field; of the legal steps the highest alone, of denials yes or no."""
    right = said = true = 0
    for gold, card in pairs:
        if field == "denial" and gold["denial"] is None:
            continue
        want, have = _wanted(gold, field), _found(card, field)
        right, said, true = right + len(want & have), said + len(have), true + len(want)
    return Figure(right, said, true)


def _wanted(gold: dict, field: str) -> set[str]:
    if field == "denial":
        return {"yes"} if gold["denial"] else set()
    value = gold[field]
    if isinstance(value, list):
        return {str(code) for code in value}
    return set() if value is None else {str(value)}


def _found(card: Card, field: str) -> set[str]:
    if field == "denial":
        return {"yes"} if card.denied_by else set()
    codes = set(card.codes(FIELDS[field]))
    return {min(codes, key=LEGAL_STAGES.index)} if field == "legal_stage" and codes else codes
