"""Model files on disk: written once under the name of their content, read with suspicion.

Owns file access and its limits. What a file may say is model.py's job.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from monitor.classify.model import MAX_BYTES, Model, model_id_of
from monitor.errors import ModelError
from monitor.files import write_whole

COLD_MODEL = Path(__file__).parent / "data" / "cold.json"


def save_model(folder: Path, model_bytes: bytes) -> str:
    """Check a model, write it to folder/MODEL_ID.json (whole or not at all) and return its id."""
    model_id = Model.from_bytes(model_bytes).model_id
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{model_id}.json"
    write_whole(target, model_bytes, mode=0o644)
    return model_id


def load_model(path: Path) -> Model:
    """Read a model file. Raises ModelError for anything but an unharmed model in a plain file others cannot write."""
    content = _read(path)
    named = path.stem
    if len(named) == 13 and named.startswith("m") and named != model_id_of(content):
        raise ModelError(f"model refused: {path} does not hold model {named}; restore it or run `monitor models`")
    try:
        return Model.from_bytes(content)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None


def cold_model() -> Model:
    """Return the model shipped with the package: trained on the four seeds, no labels."""
    return Model.from_bytes(COLD_MODEL.read_bytes())


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ModelError(f"model refused: {path}: {error.strerror}") from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise ModelError(f"model refused: {path} is not a plain file")
        if status.st_mode & stat.S_IWOTH:
            raise ModelError(f"model refused: {path} can be written by anybody; `chmod o-w {path}` if you trust it")
        if status.st_size > MAX_BYTES:
            raise ModelError(f"model refused: {path} has {status.st_size} bytes, at most {MAX_BYTES} are read")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(MAX_BYTES + 1)
    finally:
        os.close(handle)
