"""Bad model files: every one refused with a reason, the refusal logged, the model in use kept, nothing executed."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.classify.modelstore import COLD_MODEL
from monitor.errors import ModelError
from monitor.surfaces.cli.main import run
from tests.learn.conftest import Desk


class Payload:
    """Unpickling it would create the canary."""

    def __init__(self, canary: str) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Callable[..., int], tuple[str]]:
        return os.system, (f"touch {self.canary}",)


def changed(**changes: Any) -> bytes:
    """Return the shipped model with fields replaced, its checksum made to fit again."""
    from hashlib import sha256

    data = json.loads(COLD_MODEL.read_bytes()) | changes | {"checksum": ""}

    def encode(value: object) -> bytes:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    return encode(data | {"checksum": sha256(encode(data)).hexdigest()})


def with_term(term: str, values: list[Any]) -> bytes:
    """Return the shipped model with one term of its first view set."""
    views = json.loads(COLD_MODEL.read_bytes())["views"]
    views[0]["terms"][term] = values
    return changed(views=views)


def zipped(**members: bytes) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def bad_files(canary: str) -> dict[str, bytes]:
    """Return name -> content of every bad model file."""
    good = COLD_MODEL.read_bytes()
    evil = pickle.dumps(Payload(canary))
    flipped = bytearray(good)
    flipped[len(flipped) // 2] ^= 0x10
    views = json.loads(good)["views"]
    zeros = [v | {"terms": {t: [idf, 0.0] for t, (idf, _) in v["terms"].items()}} for v in views]
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n"
    loader = {"__class__": "system", "__module__": "os", "__loader__": "ObjectNode", "content": f"touch {canary}"}
    return {
        "evil.pkl": evil, "evil.joblib": evil, "pickle.json": evil, "pickle.skops": evil,
        "type.skops": zipped(**{"schema.json": json.dumps(loader).encode()}),
        "bomb.skops": zipped(**{"schema.json": b" " * (1 << 26)}),
        "traversal.skops": zipped(**{f"../../..{canary}": b"x", "schema.json": good}),
        "object.npy": b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + header + evil,
        "empty.json": b"", "truncated.json": good[: len(good) // 2], "bitflip.json": bytes(flipped),
        "not_utf8.json": b"\xff\xfe" + good, "deep.json": b"[" * 200_000, "padded.json": good + b" ",
        "nan.json": changed().replace(b'"bias":', b'"bias":NaN,"was":', 1),
        "infinite.json": with_term("word", [1.0, 1e999]), "huge_int.json": changed(bias=10**4000),
        "huge_weight.json": with_term("word", [1.0, 1e9]), "zero_idf.json": with_term("word", [0.0, 1.0]),
        "negative_idf.json": with_term("word", [-1.0, 1.0]), "wrong_shape.json": with_term("word", [1.0]),
        "text_weight.json": with_term("word", [1.0, "2"]), "ansi_term.json": with_term("\x1b[2Jplot", [1.0, 1.0]),
        "missing_view.json": changed(views=views[:2]), "renamed_view.json": changed(views=[views[0]] * 3),
        "zero_weights.json": changed(views=zeros), "threshold_zero.json": changed(threshold=0.0),
        "threshold_two.json": changed(threshold=2.0), "band_above.json": changed(look_again=0.99, threshold=0.5),
        "future_format.json": changed(format="monitor-model-999"), "other_features.json": changed(features_version=999),
        "extra_field.json": changed(loader="os.system"), "duplicate.json": good[:-1] + b',"threshold":0.0001}',
    }  # fmt: skip


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A path that no model file may bring into being."""
    path = tmp_path / "canary"
    yield path
    assert not path.exists()


def test_every_bad_file_is_refused_and_the_model_in_use_stays(
    desk: Desk, canary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`monitor models use FILE` ends with exit code 8 and one line for each; the log says why."""
    before = desk.in_use()
    config = tmp_path / "feeds.yaml"
    config.write_text("feeds: []\n")
    folder = tmp_path / "bad"
    folder.mkdir()
    cases = bad_files(str(canary))
    for name, content in cases.items():
        (folder / name).write_bytes(content)
    for name, target in (("zero.json", "/dev/zero"), ("passwd.json", "/etc/passwd"), ("dangling.json", "/nonexistent")):
        (folder / name).symlink_to(target)
    (folder / "writable.json").write_bytes(COLD_MODEL.read_bytes())
    (folder / "writable.json").chmod(0o666)
    names = sorted(path.name for path in folder.iterdir())
    desk.workspace.close()
    for name in names:
        code = run(["--config", str(config), "--data", str(desk.folder), "models", "use", str(folder / name)])
        told = capsys.readouterr()
        assert (name, code) == (name, 8), told.err
        assert told.err.startswith("error: ")
        assert "\x1b" not in told.err
        assert "Traceback" not in told.err
    again = Desk.reopen(desk.folder, desk.at)
    assert again.in_use() == before
    assert len(again.events("model-rejected")) == len(names) == len(cases) + 4
    again.workspace.close()


def test_a_model_damaged_where_it_lies_is_not_used(desk: Desk) -> None:
    """The file in use is checked at every start; a changed one is refused by name."""
    path = next((desk.folder / "models").glob("m*.json"))
    path.chmod(0o644)
    path.write_bytes(changed(bias=5.0))
    with pytest.raises(ModelError, match="does not hold model"):
        desk.in_use()
