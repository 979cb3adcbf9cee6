"""Bounds, both sides of each: what a model may say, what of a text is read, and which reasons are shown."""

from __future__ import annotations

import importlib.util
import math
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from monitor.classify import explain, model, modelstore, reasons, scan
from monitor.classify.features import FEATURES_VERSION, TEXT_WORDS, Features, head_of, read, unsigned
from monitor.classify.model import Example, Model, ModelData, ViewData, model_bytes
from monitor.errors import ModelError
from tests.classify.test_model import small


def words(terms: dict[str, tuple[float, float]], **weights: float) -> dict[str, Any]:
    """The change that gives the words view of a small model these terms."""
    return {"views": (ViewData("words", terms, **weights), *small().views[1:])}


def example(ref: str = "entry:1", title: str = "A title", value: float = 1.0, term: str = "PLOT") -> dict[str, Any]:
    """The change that gives a small model one example."""
    return {"examples": (Example(ref, title, {"ARREST": 0.0, term: value}),)}


@pytest.mark.parametrize(
    "change",
    [
        words({"plot": (model.MAX_IDF, model.MAX_WEIGHT)}), words({"plot": (1.0, -model.MAX_WEIGHT)}),
        words({"plot": (1.0, 0.0), "kidnap": (1.0, 0.1)}), words({"plot": (1.0, 0.5)}, pad=model.MAX_IDF),
        words({"plot": (1.0, 0.5)}, unknown_idf=model.MAX_IDF), {"bias": model.MAX_WEIGHT},
        {"bias": -model.MAX_WEIGHT}, example(), example(value=0.0),
    ],
)  # fmt: skip
def test_what_a_model_may_just_say_is_read(change: dict[str, Any]) -> None:
    """Promise: the bounds themselves are allowed."""
    data = small(**change)
    found = Model.from_bytes(model_bytes(data)).data
    assert msgspec.structs.replace(found, checksum="") == data


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "monitor-model-2"}, "format 'monitor-model-2'"),
        ({"features_version": FEATURES_VERSION + 1}, "made for features version"),
        ({"views": small().views[:2]}, "its views are not words, concepts, patterns"),
        ({"bias": math.nextafter(model.MAX_WEIGHT, math.inf)}, "its bias is not"),
        (words({"plot": (1.0, 0.0)}), "all weights are zero"),
        (words({"plot": (1.0, 0.5)}, pad=-0.1), "view words: its pad or unknown_idf"),
        (words({"plot": (1.0, 0.5)}, pad=100.1), "view words: its pad or unknown_idf"),
        (words({"plot": (1.0, 0.5)}, unknown_idf=-0.1), "view words: its pad or unknown_idf"),
        (words({"plot": (1.0, 0.5)}, unknown_idf=100.1), "view words: its pad or unknown_idf"),
        (words({"plot": (0.0, 0.5)}), "term 'plot' has idf 0"), (words({"plot": (100.1, 0.5)}), "has idf 100.1"),
        (words({"plot": (1.0, 10_001.0)}), "weight 10001"), (words({"plot": (1.0, -10_001.0)}), "weight -10001"),
        (words({"": (1.0, 0.5)}), "term '' has characters"), (words({"a\x1bb": (1.0, 0.5)}), "has characters"),
        (example(ref="entry:\x1b"), "has unprintable characters"), (example(title="\x1b[2J"), "unprintable characters"),
        (example(term="PL\nOT"), "values outside 0 to 1"), (example(value=1.01), "values outside 0 to 1"),
        (example(value=-0.01), "values outside 0 to 1"),
    ],
)  # fmt: skip
def test_what_a_model_may_not_say_is_named(change: dict[str, Any], why: str) -> None:
    """Promise: a model with a sound checksum and one thing wrong is refused for that thing."""
    with pytest.raises(ModelError, match=why):
        Model.from_bytes(model_bytes(small(**change)))


def test_a_model_of_the_largest_size_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: one byte more is refused, from memory and from disk, before anything of it is decoded."""
    content = model_bytes(small())
    path = tmp_path / "model.json"
    path.write_bytes(content)
    for limit, is_read in ((len(content), True), (len(content) - 1, False)):
        monkeypatch.setattr(model, "MAX_BYTES", limit)
        monkeypatch.setattr(modelstore, "MAX_BYTES", limit)
        if is_read:
            assert Model.from_bytes(content).data == modelstore.load_model(path).data
            continue
        for refused in (lambda: Model.from_bytes(content), lambda: modelstore.load_model(path)):
            with pytest.raises(ModelError, match=f"{len(content)} bytes, at most {limit}"):
                refused()


def test_a_file_is_refused_for_what_is_wrong_with_it(tmp_path: Path) -> None:
    """Promise: each refusal says its own reason; a name of another length is no claim to be a model's id."""
    path = tmp_path / "model.json"
    modelstore.save_model(tmp_path, model_bytes(small()))
    path.write_bytes(model_bytes(small()))
    for name in ("model.json", "m12345.json", "x000000000000.json"):
        (tmp_path / name).write_bytes(model_bytes(small()))
        assert modelstore.load_model(tmp_path / name).data == Model.from_bytes(model_bytes(small())).data
    (saved,) = [file for file in tmp_path.iterdir() if len(file.stem) == 13 and file.stem[0] == "m"]
    assert saved.stat().st_mode & 0o777 == 0o644
    path.chmod(0o646)
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "bad.json").write_bytes(b"{}")
    wrong = {
        "model.json": "can be written by anybody", "pipe.json": "not a plain file", "absent.json": "No such file",
        "bad.json": "bad.json: model refused: not a monitor-model-1 file",
    }  # fmt: skip
    for name, why in wrong.items():
        with pytest.raises(ModelError, match=why):
            modelstore.load_model(tmp_path / name)


def test_the_nearest_example_is_the_first_of_the_most_alike() -> None:
    """Promise: the cosine of the concepts, of equals the first; none where no concept is shared."""
    likes = tuple(
        Example(f"entry:{n}", f"Title {n}", terms)
        for n, terms in enumerate(({"PLOT": 0.6, "ARREST": 0.8}, {"PLOT": 1.0}, {"PLOT": 1.0}, {"EMBASSY": 1.0}))
    )
    found = Model.from_bytes(model_bytes(small(examples=likes)))
    assert found.nearest(({}, {"PLOT": 2.0}, {})) == ("entry:1", "Title 1", 1.0)
    assert found.nearest(({}, {"PLOT": 3.0, "ARREST": 4.0}, {})) == ("entry:0", "Title 0", 1.0)
    assert found.nearest(({}, {"EMBASSY": 1.0, "CHARGE": 1.0}, {})) == ("entry:3", "Title 3", 0.7071)
    assert found.nearest(({"plot": 1.0}, {"CHARGE": 1.0}, {})) == ("", "", 0.0)
    assert found.explain("a plot", nearest=False).nearest == ""


@pytest.mark.parametrize("pad", [0.0, 2.0])
def test_a_term_is_a_reason_where_it_can_weigh_enough(pad: float) -> None:
    """Promise: idf times weight above SMALL times the pad, or times one where the pad is less, for and against."""
    least = model.SMALL * max(pad, 1.0)
    terms = {"more": least * 1.001, "less": least * 0.999, "against": -least * 1.001, "hardly": -least * 0.999}
    data = small(**words({term: (1.0, weight) for term, weight in terms.items()}, pad=pad))
    _, parts = Model.from_bytes(model_bytes(data)).weigh(
        ({"more": 2.0, "less": 1.0, "against": 1.0, "hardly": 1.0}, {}, {})
    )
    norm = math.sqrt(pad**2 + (1 + math.log(2)) ** 2 + 3)
    assert [part[1:] for part in parts] == [("more", 0), ("against", 0)]
    assert parts[0][0] == pytest.approx(least * 1.001 * (1 + math.log(2)) / norm)
    assert parts[1][0] == pytest.approx(-least * 1.001 / norm)


def test_five_terms_for_and_three_against_are_explained() -> None:
    """Promise: the strongest first, of all sides the right signs; what is not shown is the rest, to the last digit."""
    named = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    passages = read(" ".join(named))
    weights = [0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9, 1.1, -1.2, 1.3]
    parts = [(weight, word, 0) for weight, word in zip(weights, named, strict=True)]
    found = explain.explained(passages, 0.5, 3.0, 0.25, parts, ("seed:a", "A title", 0.5))
    assert [(part.term, part.shown, part.view, part.weight) for part in found.terms_for] == [
        (word, word, "words", weight)
        for word, weight in (("twelve", 1.3), ("ten", 1.1), ("nine", 0.9), ("seven", 0.7), ("five", 0.5))
    ]
    assert [(part.term, part.weight) for part in found.terms_against] == [
        ("eleven", -1.2),
        ("eight", -0.8),
        ("six", -0.6),
    ]
    assert found.rest == pytest.approx(3.0 - 0.25 - 4.5 + 2.6)
    assert (found.nearest, found.nearest_title, found.nearest_similarity) == ("seed:a", "A title", 0.5)
    for sign in (1, -1):
        few = explain.explained(passages, 0.5, 1.0, 0.0, [(sign * 0.5, "one", 0), (0.0, "two", 0)], ("", "", 0.0))
        shown = [[part.term for part in side] for side in (few.terms_for, few.terms_against)]
        assert shown == ([["one"], []] if sign > 0 else [[], ["one"]])


def test_a_pattern_of_title_sentence_and_lead_is_one_reason() -> None:
    """Promise: its parts add up under its name; a pair of words is shown where its two words stand together."""
    passages = read("Quiet harbour, police say", "Police charged a spy in the quiet town. The harbour quiet again.")
    parts = [(0.5, "quiet town", 0), (0.6, "harbour quiet", 0)]
    found = explain.explained(passages, 0.5, 2.0, 0.0, parts, ("", "", 0.0))
    assert [part.shown for part in found.terms_for] == ["harbour … quiet", "quiet … town"]
    merged = explain._merged(
        [(0.4, "t:A+B", 2), (0.5, "plot", 0), (0.3, "s:A+B", 2), (0.1, "d:A", 2), (0.2, "d:A+B", 2)]
    )
    assert merged == [(pytest.approx(0.9), "A+B", 2), (0.5, "plot", 0), (0.1, "A", 2)]


@pytest.mark.parametrize(
    ("title", "read_as"),
    [
        ("Four words stand here - One two three four five", "Four words stand here"),
        ("Three words here - The Courier", "Three words here - The Courier"),
        ("Four words stand here - One two three four five six", "Four words stand here - One two three four five six"),
        ("Four words stand here", "Four words stand here"),
        ("Four words - stand here now - The Courier", "Four words - stand here now"),
    ],
)
def test_a_titles_short_tail_behind_a_long_report_is_the_outlets_name(title: str, read_as: str) -> None:
    """Promise: five words behind four are a name; six are not, nor anything behind three."""
    assert unsigned(title) == read_as


def test_of_a_full_text_the_first_words_are_read() -> None:
    """Promise: 300 words with their spacing; a text of just so many is whole; behind a summary it is read too."""
    many = [f"w{n}" for n in range(TEXT_WORDS + 2)]
    assert head_of("  ".join(many[:TEXT_WORDS])) == "  ".join(many[:TEXT_WORDS])
    assert head_of("\n".join(many[: TEXT_WORDS + 1])).split() == many[:TEXT_WORDS]
    counted = Features().counts("", "Summary first.", " ".join(many))[0]
    assert {"summary", "w0", f"w{TEXT_WORDS - 1}"} <= set(counted)
    assert f"w{TEXT_WORDS}" not in counted


def said(*terms: tuple[str, float]) -> reasons.Reasons:
    """The reasons of terms that show themselves."""
    return reasons.reasons_of([(shown, weight, shown) for shown, weight in terms], "en")


def test_reasons_are_the_strongest_of_either_side() -> None:
    """Promise: five for, three against; of equals in the order of their names; what hardly weighs is none."""
    for_it = [("plot", 0.3), ("kidnap", 0.3), ("journalist", 0.4), ("police", 0.3), ("embassy", 0.5), ("poison", 0.3)]
    against = [("denied", -0.3), ("spy", -0.5), ("dissident", -0.4), ("hired", -0.2)]
    found = said(*for_it, *against)
    assert [reason.words for reason in found.for_it] == [
        ("embassy",),
        ("journalist",),
        ("kidnap",),
        ("plot",),
        ("poison",),
    ]
    assert [reason.words for reason in found.against] == [("spy",), ("dissident",), ("denied",)]
    edge = said(("plot", reasons.SMALLEST), ("kidnap", 0.0199), ("spy", -reasons.SMALLEST), ("denied", -0.0199))
    assert ([r.words for r in edge.for_it], [r.words for r in edge.against]) == ([("plot",)], [("spy",)])


def test_of_words_that_stand_in_each_other_the_longer_is_shown() -> None:
    """Promise: three words of a meaning, the weightiest first; of "embassy" and "embassy compound" what says more."""
    assert said(("embassy", 0.5), ("embassy compound", 0.2)).for_it[0].words == ("embassy compound",)
    assert said(("embassy compound", 0.5), ("embassy", 0.2)).for_it[0].words == ("embassy compound",)
    assert said(("Plots", 0.5), ("plot", 0.2)).for_it[0].words == ("Plots",)
    assert said(("plot", 0.5), ("PLOTS", 0.2)).for_it[0].words == ("plot",)
    other = said(("zebra", 0.1), ("walrus", 0.4), ("lemur", 0.3), ("ocelot", 0.2)).for_it[0]
    assert (other.meaning, other.words) == (reasons.OTHER, ("walrus", "lemur", "ocelot"))
    assert other.weight == pytest.approx(1.0)
    assert said(("zebra", -0.1)).against[0].meaning == reasons.OTHER_AGAINST
    assert said(("that", 0.4), ("yak", 0.4), ("lynx", 0.4), ("monday", 0.3)).for_it[0].words == ("lynx",)
    halves = said(("embassy … zebra", 0.6)).for_it
    assert [(reason.words, reason.weight) for reason in halves] == [(("zebra",), 0.3), (("embassy",), 0.3)]


def test_the_compiled_scorer_is_taken_where_it_is_of_this_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: a compiled half that was installed is used; one that speaks otherwise, or is switched off, is not."""
    monkeypatch.delenv("MONITOR_PLAIN_PYTHON", raising=False)
    built = importlib.util.find_spec("monitor.classify._scan")
    found = scan.compiled.__wrapped__()
    assert (found is not None) == (built is not None)
    if found is not None:
        monkeypatch.setattr(scan, "VERSION", scan.VERSION + 1)
        assert scan.compiled.__wrapped__() is None
        monkeypatch.undo()
    monkeypatch.setenv("MONITOR_PLAIN_PYTHON", "1")
    assert scan.compiled.__wrapped__() is None


def test_unknown_words_are_counted_where_they_weigh() -> None:
    """Promise: a model whose unknown words weigh on the norm is scored in plain Python, with every word of the text."""
    data: ModelData = small(**words({"plot": (1.0, 1.0), "harbour plot": (1.0, 1.0)}, unknown_idf=2.0))
    weighs = Model.from_bytes(model_bytes(data))
    assert weighs.scan() is None
    expected = -0.2 + 2 / math.sqrt(2 + 4.0 * 3)  # the known word and pair; town, harbour and a pair of them unknown
    assert weighs.margin(weighs.plain_counts("", "town harbour plot")) == pytest.approx(expected)
