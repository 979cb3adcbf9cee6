"""Every language with word lists of its own is told, read, and ranked: plots above what only sounds like one."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from bench.score import average_precision
from monitor.classify.modelstore import cold_model
from monitor.text.language import LANGUAGES, tell_language
from tests.conftest import ROOT

WANTED, ITEMS = 0.85, 40
WRITTEN: dict[str, list[dict[str, Any]]] = defaultdict(list)
for _line in (ROOT / "fixtures" / "eval" / "languages.jsonl").read_text(encoding="utf-8").splitlines():
    WRITTEN[(_item := json.loads(_line))["lang"]].append(_item)
FIRST_NINE = frozenset(("en", "es", "fr", "de", "tr", "ru", "ar", "fa", "he"))  # their items are elsewhere


def test_every_later_language_has_items() -> None:
    """No language is added without plots and look-alikes to measure it by."""
    assert set(WRITTEN) == set(LANGUAGES) - FIRST_NINE
    for code, items in WRITTEN.items():
        assert len(items) >= ITEMS, code
        assert 15 <= sum(item["label"] for item in items) <= len(items) - 20, code


@pytest.mark.parametrize("code", WRITTEN)
def test_plots_stand_above_look_alikes(code: str) -> None:
    """Average precision of the cold model, the language told from the words alone."""
    model = cold_model()
    pairs = [(model.score(item["title"], item["summary"]), item["label"] == 1) for item in WRITTEN[code]]
    assert average_precision(pairs) >= WANTED


@pytest.mark.parametrize("code", WRITTEN)
def test_items_are_told_in_their_language(code: str) -> None:
    """98 of a hundred with their summaries, without a hint."""
    told = [tell_language(f"{item['title']}\n{item['summary']}") == code for item in WRITTEN[code]]
    assert sum(told) >= 0.98 * len(told)
