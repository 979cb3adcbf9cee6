"""Entries as JSON lines or CSV, one a line: what `monitor export`, databases and spreadsheets write.

Names of fields are taken as many programs write them (NAMES). An entry needs a link or an id, and a title or a text.
Text may hold markup. Dates are read as in feeds.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from monitor.archive.files import MAX_LINE_BYTES, lines_of, text_lines
from monitor.archive.values import Piece, Refused
from monitor.errors import InputError
from monitor.parse.raw import RawEntry

# Our field: the names it may have, the first one found counts.
NAMES = {
    "guid": ("guid", "id", "entry_id"),
    "link": ("link", "url", "href"),
    "title": ("title", "headline"),
    "summary": ("summary", "description", "excerpt", "lead"),
    "content": ("text", "content", "body", "articleBody"),
    "published": ("published", "published_at", "date", "datetime", "date_published", "publishedAt", "created_at"),
    "lang": ("lang", "language"),
    "author": ("author", "byline"),
    "source_name": ("source_name",),
    "source_url": ("source_url",),
}
_OURS = {name: field for field, names in NAMES.items() for name in names}
_RANK = {name: rank for names in NAMES.values() for rank, name in enumerate(names)}
csv.field_size_limit(MAX_LINE_BYTES)
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_text = msgspec.json.Decoder(str | int | float | bool | None).decode


def read_entries(path: Path) -> Iterator[Piece]:
    """Yield the entries of a file; lines that give none are refused one by one.

    Raises NotFoundError, and InputError where the file is damaged or is neither JSON lines nor CSV with a known header.
    """
    first = next((line for _, line in lines_of(path) if line.strip()), b"")
    start = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        yield from _json_lines(path)
    elif start == b"[":
        raise InputError(f"{path}: one JSON list; write one entry a line (`jq -c '.[]'` does)")
    elif first:
        yield from _csv(path, first)


def _json_lines(path: Path) -> Iterator[Piece]:
    for number, line in lines_of(path):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            fields = _decode(line.lstrip(b"\xef\xbb\xbf"))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            yield Refused(where, f"not a JSON object: {error}"[:200])
            continue
        yield _entry({name: _scalar(fields[name]) for name in fields.keys() & _OURS.keys()}, where)


def _scalar(raw: msgspec.Raw) -> str:
    """Return a JSON value as text; what is no scalar is nothing."""
    try:
        value = _text(raw)
    except (msgspec.DecodeError, UnicodeError):
        return ""
    return value if isinstance(value, str) else "" if value is None or isinstance(value, bool) else str(value)


def _csv(path: Path, first: bytes) -> Iterator[Piece]:
    delimiter = max((",", ";", "\t"), key=lambda mark: first.count(mark.encode()))
    rows = csv.reader(text_lines(path), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(rows)]
        if not {"link", "guid"} & {_OURS.get(name, "") for name in header}:
            known = ", ".join(NAMES["link"] + NAMES["guid"])
            raise InputError(f"{path}:1: neither JSON lines nor a table whose first line names a column {known}")
        for row in rows:
            fields = {name: value for name, value in zip(header, row, strict=False) if name in _OURS}
            if any(fields.values()):
                yield _entry(fields, f"{path}:{rows.line_num}")
    except csv.Error as error:
        raise InputError(f"{path}:{rows.line_num}: {error}; the lines before it were read") from error


def _entry(found: Mapping[str, str], where: str) -> Piece:
    fields: dict[str, str] = {}
    for name in sorted((name for name, value in found.items() if value.strip()), key=_RANK.__getitem__):
        fields.setdefault(_OURS[name], found[name])
    if not (fields.get("link") or fields.get("guid")):
        return Refused(where, "neither a link nor an id")
    if not (fields.get("title") or fields.get("summary") or fields.get("content")):
        return Refused(where, "neither a title nor a text")
    return RawEntry(**{sys.intern(name): value for name, value in fields.items()})
