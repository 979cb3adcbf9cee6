"""A file of labels as people have it: JSON lines, a JSON list, or CSV in whatever form a spreadsheet saved it.

Owns reading: encoding, delimiter, names of columns, words for labels. Each line is a row or a fault with its number;
what a row may say is triage/decide.py's.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from monitor.errors import InputError
from monitor.text.kinds import other_kind
from monitor.triage.decide import LABELS

MAX_CELL = 131_072
# The names of columns by what they hold; ours first, then those of screening tools and spreadsheets.
_COLUMNS = {
    "entry_id": ("entry_id", "entryid", "entry", "id"),
    "label": ("label", "verdict", "decision", "included", "answer"),
    "by": ("by", "reviewer", "labelled_by", "reviewers"),
    "note": ("note", "notes", "comment"),
}
_FIELD_OF = {name: field for field, names in _COLUMNS.items() for name in names}
_WORDS = {
    **{label: label for label in LABELS},
    "notplot": "not-plot", "no-plot": "not-plot", "noplot": "not-plot", "not-a-plot": "not-plot",
    "1": "plot", "0": "not-plot", "1.0": "plot", "0.0": "not-plot", "accept": "plot", "reject": "not-plot",
}  # fmt: skip
_TRUE = frozenset({"true", "1", "yes"})


class LabelLine(msgspec.Struct, frozen=True):
    """One label of a file. `withdrawn`: the file says that it no longer stands."""

    entry_id: str
    label: str
    by: str = ""
    note: str = ""
    withdrawn: bool = False


def read_label_file(data: bytes, encoding: str = "") -> Iterator[tuple[int, LabelLine | InputError]]:
    """Yield (line number, a label or what is wrong with the line); `encoding` where the bytes do not tell it.

    Raises InputError where no column names a label.
    """
    kind = other_kind(data, "text/plain")
    if kind and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{kind}, no text: save it as CSV or JSON lines")
    text = _decoded(data, encoding).lstrip("\ufeff")
    start = text.lstrip()[:1]
    if start == "[":
        yield from _of_list(text)
    elif start == "{" or not start:
        yield from _of_json_lines(text)
    else:
        yield from _of_csv(text)


def _decoded(data: bytes, encoding: str) -> str:
    """Return the file's text: by its mark, as told, as UTF-8, else as Windows writes it in the West."""
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    marked = next((name for mark, name in marks if data.startswith(mark)), "")
    try:
        return data.decode(marked or encoding or "utf-8")
    except LookupError as error:
        raise InputError(str(error)) from None
    except UnicodeDecodeError as error:
        if marked or encoding:
            raise InputError(f"not {marked or encoding}: {error.reason}, byte {error.start}") from None
        return data.decode("cp1252", "replace")


def _of_json_lines(text: str) -> Iterator[tuple[int, LabelLine | InputError]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _json_row(line)


def _json_row(line: str) -> LabelLine | InputError:
    try:
        row = msgspec.json.decode(line.strip().lstrip("\ufeff"), type=dict[str, object])
    except (msgspec.DecodeError, RecursionError) as error:
        return InputError(f"expected a JSON object with entry_id and label ({error})")
    return _row(row)


def _of_list(text: str) -> Iterator[tuple[int, LabelLine | InputError]]:
    try:
        rows = msgspec.json.decode(text, type=list[dict[str, object]])
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"expected a list of JSON objects ({error})") from None
    for number, row in enumerate(rows, 1):
        yield number, _row(row)


def _of_csv(text: str) -> Iterator[tuple[int, LabelLine | InputError]]:
    head = text.split("\n", 1)[0]
    if head.lower().startswith("sep=") and len(head.strip()) == 5:  # what Excel writes for itself
        delimiter, text, before = head.strip()[4], text.split("\n", 1)[1], 1
    else:
        delimiter, before = max(",;\t|", key=head.count), 0
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    fields: list[str] = []
    began = 0
    try:
        for cells in reader:
            number, began = began + 1 + before, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not fields:
                fields = _fields_of(cells)
                continue
            yield number, _row(dict(zip(fields, cells, strict=False)))
    except csv.Error as error:
        yield began + 1 + before, InputError(f"not readable as CSV from here on: {error}")


def _fields_of(cells: Iterable[str]) -> list[str]:
    """Return the names of the columns. Raises InputError where none holds the entry's id, or none its label."""
    fields = [_key(cell) for cell in cells]
    known = {_FIELD_OF.get(field) for field in fields}
    missing = [name for name in ("entry_id", "label") if name not in known]
    if missing:
        says = ", ".join(fields)[:200]
        raise InputError(f"the first line must name the columns, {' and '.join(missing)} among them; it says {says!r}")
    return fields


def _key(name: str) -> str:
    return name.strip().strip("\ufeff").lower().replace(" ", "_").replace("-", "_")


def _row(row: Mapping[str, object]) -> LabelLine | InputError:
    found: dict[str, str] = {}
    withdrawn = False
    for name, value in row.items():
        written = "" if value is None else str(value).strip()
        if written.startswith("'") and written[1:2] in "=+-@|%":  # as our own CSV disarms a formula
            written = written[1:]
        if _key(name) == "withdrawn":
            withdrawn = written.lower() in _TRUE
        field = _FIELD_OF.get(_key(name), "")
        if field and field not in found:
            found[field] = written
    if not found.get("entry_id") or not found.get("label"):
        return InputError("entry_id and label are needed")
    label = _WORDS.get("-".join(found["label"].lower().replace("_", " ").replace("-", " ").split()))
    if label is None:
        return InputError(f"label must be one of {', '.join(LABELS)}, not {found['label'][:40]!r}")
    return LabelLine(found["entry_id"], label, found.get("by", ""), found.get("note", ""), withdrawn)
