"""A model is data: what is damaged or hostile is refused, and what is scored can be explained to the last digit."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from monitor.classify.features import FEATURES_VERSION, VIEWS
from monitor.classify.model import FORMAT, Model, ModelData, ViewData, model_bytes, model_id_of, sigmoid
from monitor.classify.modelstore import cold_model, load_model, save_model
from monitor.errors import ModelError

PLOT = (
    "Alleged plot to abduct exiled journalist foiled, police say",
    "Two men hired by an intelligence service were charged.",
)
OTHER = ("Striker extends contract", "The club and its captain agreed on two more seasons.")


def small(**changes: Any) -> ModelData:
    """A valid small model, with changes."""
    views = tuple(ViewData(name, {"plot": (1.5, 0.7)} if name == "words" else {}) for name in VIEWS)
    data = ModelData(FORMAT, FEATURES_VERSION, views, -0.2, 0.6, 0.4)
    return msgspec.structs.replace(data, **changes)


def test_the_score_is_the_documented_formula() -> None:
    """sigmoid(bias + weight · (1 + ln n) · idf / norm), with one known term of norm (1 + ln n) · idf."""
    model = Model.from_bytes(model_bytes(small()))
    assert model.score("a plot") == pytest.approx(sigmoid(-0.2 + 0.7), abs=1e-15)
    padded = small(views=(ViewData("words", {"plot": (1.5, 0.7)}, pad=2.0), *small().views[1:]))
    value = 1.5 * (1 + math.log(2))
    expected = sigmoid(-0.2 + 0.7 * value / math.sqrt(value**2 + 4))
    assert Model.from_bytes(model_bytes(padded)).score("a plot") == pytest.approx(expected, abs=1e-15)


def test_the_shipped_model_tells_a_plot_from_sport() -> None:
    """The cold model works as shipped."""
    model = cold_model()
    assert model.score(*PLOT) >= model.threshold
    assert model.score(*OTHER) < model.look_again


@pytest.mark.parametrize("text", [PLOT, OTHER, ("", ""), ("Suikast planı", "İran ajanları gözaltında.")])
def test_reasons_sum_to_the_score(text: tuple[str, str]) -> None:
    """Bias + reasons + rest = the log-odds of the score."""
    model = cold_model()
    found = model.explain(*text)
    total = found.bias + found.rest + sum(r.weight for r in (*found.terms_for, *found.terms_against))
    assert sigmoid(total) == pytest.approx(found.score, abs=1e-12)
    assert found.score == pytest.approx(model.score(*text), abs=1e-12)


def test_reasons_are_shown_in_the_texts_own_words() -> None:
    """A reviewer reads what stands there, not the mask; and learns which seed it resembles."""
    title = "Detienen a dos sicarios contratados por Irán para asesinar a un disidente"
    found = cold_model().explain(title)
    shown = " ".join(r.shown for r in found.terms_for)
    assert "Irán" in shown
    assert all(
        word in "Detienen a dos sicarios contratados por Irán para asesinar a un disidente …" for word in shown.split()
    )
    assert found.nearest.startswith("seed:")
    assert 0 < found.nearest_similarity <= 1


def test_a_model_file_is_the_same_bytes_again() -> None:
    """Decoding and encoding changes nothing, so its id is its content's."""
    content = model_bytes(small())
    assert model_bytes(Model.from_bytes(content).data) == content
    assert Model.from_bytes(content).model_id == model_id_of(content)


GOOD = json.loads(model_bytes(small()))


def changed(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[" * 200_000, b"\x80\x04\x95", b"\xff\xfe{}", model_bytes(small())[:-9],
        changed(format="monitor-model-999"), changed(features_version=0), changed(views=[]), changed(bias=math.inf),
        changed(threshold=0.0), changed(threshold=2.0), changed(look_again=0.9), changed(surprise=1),
        changed(bias=-0.1), model_bytes(small())[:-1] + b',"bias":-0.2}',
        model_bytes(small(bias=math.nan)), model_bytes(small(bias=1e9)),
        model_bytes(small(views=(ViewData("words", {"plot": (1.5, 0.0)}), *small().views[1:]))),
        model_bytes(small(views=(ViewData("words", {"\x1b[2Jplot": (1.5, 0.7)}), *small().views[1:]))),
        model_bytes(small(views=(ViewData("words", {"plot": (-1.0, 0.7)}), *small().views[1:]))),
        model_bytes(small(views=(ViewData("words", {"plot": (1.0, 0.7)}, pad=-1.0), *small().views[1:]))),
        model_bytes(small(views=tuple(reversed(small().views)))),
    ],
)  # fmt: skip
def test_a_damaged_or_hostile_model_is_refused(content: bytes) -> None:
    """Every fault is a ModelError with a reason; nothing is executed, nothing half-loaded."""
    with pytest.raises(ModelError, match="refused"):
        Model.from_bytes(content)


@pytest.mark.parametrize(
    ("threshold", "look_again", "is_read"),
    [(0.6, 0.4, True), (0.6, 0.6, True), (0.6, 0.7, False), (0.6, 0.0, False), (1.0, 0.4, False)],
)
def test_the_look_again_band_ends_at_the_threshold(threshold: float, look_again: float, is_read: bool) -> None:
    """Promise: what is worth a second look is never above what is flagged; such a model is refused, and why is said."""
    content = model_bytes(small(threshold=threshold, look_again=look_again))
    if is_read:
        assert Model.from_bytes(content).look_again == look_again
    else:
        with pytest.raises(ModelError, match="0 < look_again <= threshold < 1"):
            Model.from_bytes(content)


def test_a_flipped_bit_is_found() -> None:
    """A changed weight does not go unnoticed: the checksum is over the whole content."""
    content = bytearray(model_bytes(small()))
    place = content.index(b"0.7")
    content[place + 2] ^= 1
    with pytest.raises(ModelError, match="checksum"):
        Model.from_bytes(bytes(content))


def test_a_model_is_stored_under_its_id_and_read_back(tmp_path: Path) -> None:
    """A file under another model's name is refused: the log's ids can be trusted."""
    content = model_bytes(small())
    model_id = save_model(tmp_path, content)
    assert load_model(tmp_path / f"{model_id}.json").model_id == model_id
    other = tmp_path / "m000000000000.json"
    other.write_bytes(content)
    with pytest.raises(ModelError, match="does not hold"):
        load_model(other)


def test_only_plain_files_others_cannot_write_are_read(tmp_path: Path) -> None:
    """A link to a device, a folder, a missing and a world-writable file are refused without hanging."""
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "open.json").write_bytes(model_bytes(small()))
    (tmp_path / "open.json").chmod(0o666)
    for name in ("zero.json", "pipe.json", "open.json", "absent.json", "."):
        with pytest.raises(ModelError):
            load_model(tmp_path / name)


def test_scoring_imports_no_training_library() -> None:
    """A tick scores without numpy, scipy and scikit-learn."""
    code = (
        "import sys; from monitor.classify.modelstore import cold_model; cold_model().explain('a plot', 'b');"
        "print([m for m in ('numpy', 'scipy', 'sklearn') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
