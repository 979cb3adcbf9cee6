"""Reading costs no more than its text is long: steps are counted while the input doubles; no clock is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from monitor.facts.card import read_card
from monitor.facts.reading.sentences import MAX_WORDS, read_sentences
from monitor.stories.ledger import PrintedReport, ledger_of
from monitor.stories.link import Linkable, Linker
from monitor.text.mask import lexicon_for, mark
from monitor.text.tokens import fold

PLAIN = "Iran accused Oman of the killing in Salalah on 3 May 2021 police said two men were arrested and denied it "
RUSSIAN = "Иран обвинил Оман в убийстве журналиста в Маскате полиция арестовала двух человек "
UNSTOPPED = {"plain": PLAIN, "russian": RUSSIAN, "capitals": "A ", "dashes": "- ", "quotes": '" ', "one word": "a" * 50}


def card(text: str) -> object:
    """Read a card from a text without a full stop."""
    return read_card("Plot", "", text, "2021-05-04")


def titled(text: str) -> object:
    """Read a card from a title that never ends."""
    return read_card(text[:20_000], "", "", "2021-05-04")


def ledger(text: str) -> object:
    """Read who cites whom."""
    return ledger_of([PrintedReport("a", "b.example", "", text, text), PrintedReport("c", "d.example", "", "x", text)])


def masked(text: str) -> object:
    """Mask the names of a text."""
    return mark([fold(word) for word in text.split()], lexicon_for("en"))


def linked(text: str) -> object:
    """Link one entry."""
    linker = Linker.from_entries([], window_s=1e6, join=0.3, merge=0.3)
    return linker.link(Linkable(entry_id="a", published_at=0.0, title="Plot", text=text))


def steps(work: Callable[[str], object], text: str) -> int:
    """How many calls the work makes, of Python and of C; the first run only warms what is read once."""
    count = 0

    def step(_frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    work(text)
    sys.setprofile(step)
    try:
        work(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("words", UNSTOPPED)
@pytest.mark.parametrize("work", [card, titled, ledger, masked, linked])
def test_twice_the_text_takes_at_most_twice_the_steps(work: Callable[[str], object], words: str) -> None:
    """No reader of text looks at every word beside every other, however long a sentence runs."""
    text = UNSTOPPED[words] * (6_000 // len(UNSTOPPED[words]))
    once, twice = steps(work, text), steps(work, text * 2)
    assert twice <= 2.3 * once + 500


def test_a_sentence_without_a_full_stop_is_cut() -> None:
    """Its parts hold at most 120 words, at their places."""
    text = PLAIN * 40
    sentences = read_sentences("", "", text, lambda _sentence: None)
    assert max(len(sentence.words) for sentence in sentences) <= MAX_WORDS
    assert all(text[s.offset : s.offset + len(s.text)] == s.text for s in sentences)
    assert sum(len(sentence.words) for sentence in sentences) == len(text.split())
