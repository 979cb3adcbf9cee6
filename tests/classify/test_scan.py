"""The compiled scorer says what the plain one says, to the last bit, whatever it is given."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classify.features import FEATURES_VERSION, cleaned
from monitor.classify.model import FORMAT, Model, ModelData, ViewData, model_bytes
from monitor.classify.modelstore import cold_model
from monitor.classify.scan import Scan, compiled
from monitor.parse.feed import parse_feed
from monitor.text import mask
from monitor.text.language import LANGUAGES
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(compiled() is None, reason="the scorer was not compiled: no C compiler at installation")

# Letters and marks that tokens turn on, and such as look like them.
_MARKS = " \n\t.!?…؟۔,;:-–_'\"’״׳()…0٣۵²½№Aß\u0130\u0301\u200c\u200f\ufeff\0\ud800𝔘😀ﬁªאह\u093f\u094d\u0901\u093c।"


def vocabulary() -> list[str]:
    """Words of every lexicon, first words and following ones, in small and capital letters, and invented ones."""
    words: set[str] = set(mask.CASED) | {"U.S.", "u.s", "a.b.c.d", "I.S.I.", "ב.ג.", 'צה"ל', "ארה״ב", "zxqv", "É.U."}
    for code in LANGUAGES:
        lexicon = mask.lexicon_for(code)
        words |= {word for word in sorted(lexicon) if word.isprintable()}
        words |= {stem + tail for stem in sorted(lexicon.stems)[::7] for tail in ("", "s", "ung")}
        for held in list(lexicon.values())[:4000]:
            if isinstance(held, mask.Branch):
                words |= set(held.following) | {stem + "x" for stem in held.stems}
    return sorted(words | {word.capitalize() for word in words} | {word.upper() for word in words})


def padded_model(**unknown: float) -> Model:
    """The shipped model, but that unknown terms of the views named weigh on the norm."""
    data = cold_model().data
    views = tuple(
        ViewData(view.name, view.terms, pad=1.5, unknown_idf=unknown.get(view.name, 0.0)) for view in data.views
    )
    return Model.from_bytes(model_bytes(ModelData(FORMAT, FEATURES_VERSION, views, data.bias, 0.6, 0.4)))


MODELS = [cold_model(), padded_model(concepts=2.5, patterns=3.5)]
WORDS = vocabulary()


def assert_same(model: Model, title: str, summary: str = "", text: str = "", lang: str = "") -> None:
    """Both ways come to the same float."""
    scan = model.scan()
    assert scan is not None
    fast = scan.log_odds(*cleaned(title, summary, text), lang)
    assert fast == model.margin(model.plain_counts(title, summary, text, lang)), (title, summary, text, lang)


@pytest.mark.parametrize("model", MODELS, ids=["shipped", "unknown terms weigh"])
def test_fixture_entries_score_the_same(model: Model) -> None:
    """Feeds in many languages, with markup, furniture and full texts."""
    entries = [entry for path in sorted((ROOT / "fixtures" / "feeds").glob("*")) for entry in _entries(path)]
    assert len(entries) > 100
    for entry in entries:
        for lang in (entry.lang, ""):
            assert_same(model, entry.title, entry.summary, entry.text, lang)


def _entries(path: Path) -> list[Any]:
    return parse_feed(path.read_bytes()).entries if path.is_file() else []


@pytest.mark.parametrize("model", MODELS, ids=["shipped", "unknown terms weigh"])
def test_texts_of_the_lexicons_words_score_the_same(model: Model) -> None:
    """3,000 texts drawn from every word, stem and phrase the lexicons know: each rule of the walk is taken often."""
    dice = random.Random(11)
    marks = [" "] * 12 + [". ", "? ", "\n", "-", " “", "… ", "'", '"', ".", " ۔ "]
    for _ in range(3000):
        title, summary = (
            "".join(dice.choice(WORDS) + dice.choice(marks) for _ in range(dice.randint(0, n))) for n in (12, 60)
        )
        assert_same(model, title, summary, lang=dice.choice(["", "en-GB", "zz", *LANGUAGES]))


@settings(max_examples=600, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6), st.text(_MARKS, max_size=6)), max_size=30),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(_MARKS, max_size=3)), max_size=30),
    st.sampled_from(["", " "]),
    st.sampled_from(["", *LANGUAGES]),
)
def test_any_text_scores_the_same(title: list[str], summary: list[str], joint: str, lang: str) -> None:
    """Whatever letters stand side by side, lone surrogates and zero bytes among them."""
    for model in MODELS:
        assert_same(model, joint.join(title), joint.join(summary), lang=lang)


def test_long_texts_and_long_words_score_the_same() -> None:
    """The longest texts that are read; a word as long; thousands of one kind."""
    many = " ".join(WORDS[::3])
    for text in (many[:50_000], "a" * 50_000, "a." * 25_000, "Iran " * 10_000, "\n" * 50_000, "é" * 50_000):
        assert_same(MODELS[0], text[:50_000], text)
        assert_same(MODELS[0], "", "", text)


def test_a_crowded_memory_is_thrown_away_and_fills_again() -> None:
    """After 100,000 different words it begins anew, and answers the same."""
    model = cold_model()
    scan = model.scan()
    assert scan is not None
    before = model.score("Alleged plot to abduct exiled journalist foiled, police say")
    for start in range(0, 101_000, 1000):
        scan.log_odds("", " ".join(f"w{number}" for number in range(start, start + 1000)), "en")
    assert scan.crowded
    assert model.score("Alleged plot to abduct exiled journalist foiled, police say") == before
    assert model.scan() is not scan


def test_a_large_model_is_not_crowded_by_its_own_words() -> None:
    """A model that weighs more words than may be met beside them still meets as many."""
    data = cold_model().data
    words = {f"own{number}": (1.5, 0.1) for number in range(105_000)}
    views = (ViewData("words", words, pad=1.0), *data.views[1:])
    model = Model.from_bytes(model_bytes(ModelData(FORMAT, FEATURES_VERSION, views, data.bias, 0.6, 0.4)))
    scan = model.scan()
    assert scan is not None
    assert_same(model, "own7 alleged own104999 plot", " ".join(f"met{number}" for number in range(9_000)), lang="en")
    assert model.scan() is scan


class Asked(Scan):
    """The compiled scorer with a say at each word that it asks for."""

    def __init__(self, model: Model, say: Callable[[], None]) -> None:
        self.say: Callable[[], None] = lambda: None
        super().__init__(model.bias, model._views)
        self.say = say

    def _node(self, found: Any) -> int:
        self.say()
        return super()._node(found)


def test_a_call_within_a_call_is_left_to_the_plain_scorer() -> None:
    """Two threads may share a model: whoever comes second while a word is asked for gets None, and the right score."""
    model = cold_model()
    title = "Zxcvbn alleged plot to abduct journalist"
    expected, inner = cold_model().score(title), []
    model._scan = Asked(model, lambda: inner.append(model.score(title)))
    assert model.score(title) == expected
    assert inner
    assert set(inner) == {expected}


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("log_odds", ("a", "b", 99)), ("log_odds", ("a", b"b", 0)), ("add_term", (3, 1.0, 1.0, True)),
        ("bind_word", ("a", 10**6)), ("bind_word", ("a", -1)), ("bind_pair", ("a", "b", -1)),
        ("bind_concepts", (1, 2, 10**6)), ("bind_pattern", (3, 1, 0, 0)), ("bind_pattern", (0, 1, 0, -1)),
        ("add_branch", (10**6, {}, {})), ("add_branch", (-1, {"a": 10**6}, {})), ("add_branch", (-1, {}, {"a": "b"})),
        ("add_entry", (0, 0, 0, None)),
    ],
)  # fmt: skip
def test_the_compiled_half_refuses_numbers_it_does_not_know(method: str, arguments: tuple[Any, ...]) -> None:
    """A mistake in scan.py is an exception, not a broken process."""
    model = cold_model()
    model.score("warm")
    scan = model.scan()
    assert scan is not None
    with pytest.raises((ValueError, TypeError)):
        getattr(scan._core, method)(*arguments)
    assert model.score("Alleged plot foiled") == cold_model().score("Alleged plot foiled")


def test_a_failed_question_ends_the_call_and_nothing_else() -> None:
    """An exception in the Python half comes through; the next call is answered as if nothing had been."""
    model = cold_model()
    scan = model._scan = Asked(model, _fail)
    with pytest.raises(RuntimeError, match="no lexicon"):
        scan.log_odds("alleged plot foiled", "arrested in the embassy", "en")
    scan.say = lambda: None
    assert model.scan() is scan
    assert_same(model, "alleged plot foiled", "arrested in the embassy", lang="en")


def _fail() -> None:
    raise RuntimeError("no lexicon")


def test_plain_python_is_taken_where_it_is_asked_for() -> None:
    """MONITOR_PLAIN_PYTHON turns the compiled scorer off; the score is the same."""
    program = (
        "from monitor.classify.modelstore import cold_model; m = cold_model();"
        "print(m.scan() is None, repr(m.score('Alleged plot to kill exiled editor foiled')))"
    )
    env = os.environ | {"MONITOR_PLAIN_PYTHON": "1"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", repr(cold_model().score("Alleged plot to kill exiled editor foiled"))]


@pytest.mark.shared
def test_a_real_stream_scores_the_same(shared: Path) -> None:
    """10,000 entries of a quarter's news."""
    lines = gzip.decompress((shared / "data" / "stream" / "2023q1.jsonl.gz").read_bytes()).splitlines()
    for line in lines[:: max(1, len(lines) // 10_000)]:
        entry = json.loads(line)
        assert_same(MODELS[0], entry["title"], entry["summary"])
