"""CSV that no spreadsheet evaluates, JSON lines, and the set that screening tools read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import msgspec

from monitor.surfaces import safe
from monitor.surfaces.export.labelled import LabelledEntry

COLUMNS = (
    "entry_id", "story_id", "case_id", "label", "agreed", "reviewers", "labelled_at", "title", "summary", "publisher",
    "link", "published_at", "lang", "score", "linked_states", "services", "target_types", "methods", "countries",
    "places", "dates", "stage", "legal_stage", "n_arrested", "n_charged", "claimed_by", "denied_by", "n_independent",
    "sentence", "sentence_status", "claims", "notes", "model_id", "position",
)  # fmt: skip
BOM = "\ufeff"
_CARD = {
    "linked_states", "services", "target_types", "methods", "countries", "places", "dates", "stage", "legal_stage",
    "n_arrested", "n_charged", "claimed_by", "denied_by",
}  # fmt: skip


def as_csv(entries: Iterable[LabelledEntry], *, bom: bool = True) -> Iterator[str]:
    """Yield a CSV line by line, RFC 4180, every cell harmless.

    It begins with a byte-order mark, without which spreadsheets on Windows take UTF-8 for their own code page.
    """
    yield (BOM if bom else "") + _csv_line(COLUMNS)
    for entry in entries:
        yield _csv_line(_cell(entry, column) for column in COLUMNS)


def _cell(entry: LabelledEntry, column: str) -> str:
    if column in _CARD:
        return ", ".join(entry.card.codes(column))
    value = getattr(entry, column)
    if isinstance(value, list):
        return " / ".join(map(str, value))
    return "" if value is None else str(value)


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerow([safe.csv_cell(cell) for cell in cells])
    return line.getvalue()


def as_jsonl(entries: Iterable[LabelledEntry]) -> Iterator[str]:
    """Yield one JSON object a line, everything included."""
    for entry in entries:
        yield msgspec.json.encode(entry).decode() + "\n"


def as_labelled_set(entries: Iterable[LabelledEntry]) -> Iterator[str]:
    """Yield JSON lines with the fields screening tools share: title, abstract, included (1, 0), and answer.

    `included` is ASReview's column; `text` and `answer` (accept, reject) are Prodigy's. `unsure` is left out.
    """
    for entry in entries:
        if entry.label == "unsure":
            continue
        plot = entry.label == "plot"
        row = {
            "id": entry.entry_id, "title": entry.title, "abstract": entry.summary, "url": entry.link,
            "included": int(plot), "text": f"{entry.title}\n{entry.summary}".strip(),
            "answer": "accept" if plot else "reject", "meta": {"story": entry.story_id, "lang": entry.lang},
        }  # fmt: skip
        yield msgspec.json.encode(row).decode() + "\n"
