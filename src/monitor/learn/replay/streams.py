"""Read labelled streams and pools from files: JSON lines (also .gz) and a TSV of labels.

Owns the file shapes that `simulate` and the benches take; fields it does not know are passed over. A bad line is an
InputError with `file:line: text`: figures over half a file would be worse than none.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from monitor.errors import InputError

PLOT, NOT_PLOT, IGNORED = 1, 0, 2


class StreamEntry(msgspec.Struct, frozen=True):
    """One entry of a stream; `day` is its publication day (YYYY-MM-DD)."""

    entry_id: str
    day: str
    feed: str
    title: str
    summary: str = ""
    text: str = ""
    lang: str = ""
    link: str = ""


class StreamLabel(msgspec.Struct, frozen=True):
    """The true label of an entry (1 plot, 0 not, 2 left out of every figure) and the case it belongs to."""

    label: int
    plot: str = ""


class PoolRecord(msgspec.Struct, frozen=True):
    """One record of a static pool; `prior` marks labels known from the start."""

    record_id: str
    title: str
    abstract: str
    label: bool
    prior: bool = False


def read_stream(path: Path) -> list[StreamEntry]:
    """Return a stream's entries by day, in file order within a day.

    Raises InputError where the file or a line cannot be read.
    """
    entries = [_entry(path, number, line) for number, line in _lines(path)]
    return sorted(entries, key=lambda entry: entry.day)


def read_labels(path: Path) -> dict[str, StreamLabel]:
    """Return labels by entry id from a TSV with the columns id, label and (optional) plot.

    Raises InputError where the file or a line cannot be read.
    """
    labels = {}
    with _opened(path) as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t"), 2):
            label = (row.get("label") or "").strip()
            if not row.get("id") or label not in {"0", "1", "2"}:
                raise InputError(f"{path}:{number}: expected the columns id, label (0, 1 or 2) and plot")
            labels[row["id"]] = StreamLabel(int(label), (row.get("plot") or "").strip())
    return labels


def read_pool(path: Path) -> list[PoolRecord]:
    """Return a pool's records (fields: id or i, title, abstract or summary, label, and optionally prior).

    Raises InputError where the file or a line cannot be read.
    """
    return [_record(path, number, line) for number, line in _lines(path)]


def _opened(path: Path) -> Any:
    try:
        return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    with _opened(path) as file:
        try:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _object(path, number, line)
        except (UnicodeDecodeError, OSError, EOFError) as error:
            raise InputError(f"{path}:{number + 1}: {error}") from error


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}:{number}: {error}") from None
    if not isinstance(value, dict):
        raise InputError(f"{path}:{number}: expected a JSON object")
    return value


def _entry(path: Path, number: int, line: dict[str, Any]) -> StreamEntry:
    try:
        return StreamEntry(
            entry_id=str(line["id"]),
            day=str(line["published"])[:10],
            feed=str(line.get("feed") or ""),
            title=str(line.get("title") or ""),
            summary=str(line.get("summary") or ""),
            text=str(line.get("text") or ""),
            lang=str(line.get("lang") or ""),
            link=str(line.get("link") or ""),
        )
    except KeyError as error:
        raise InputError(f"{path}:{number}: the field {error} is missing") from error


def _record(path: Path, number: int, line: dict[str, Any]) -> PoolRecord:
    label = line.get("label")
    if label not in (0, 1, True, False):
        raise InputError(f"{path}:{number}: label must be 0 or 1")
    return PoolRecord(
        record_id=str(line.get("id", line.get("i", number))),
        title=str(line.get("title") or ""),
        abstract=str(line.get("abstract") or line.get("summary") or ""),
        label=bool(label),
        prior=bool(line.get("prior")),
    )
