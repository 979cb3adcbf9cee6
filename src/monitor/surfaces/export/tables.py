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
    "sentence", "sentence_status", "claims", "notes", "model_id", "position", "confirmed_fields",
)  # fmt: skip
CARD = (
    "linked_states", "services", "target_types", "methods", "countries", "places", "dates", "stage", "legal_stage",
    "n_arrested", "n_charged", "claimed_by", "denied_by",
)  # fmt: skip
TOGETHER = (
    "story_id", "case_id", "label", "agreed", "reviewers", "labelled_at", "title", "n_reports", "n_independent",
    "publishers", "links", "first_published_at", "last_published_at", "langs", *CARD, "confirmed_fields", "sentence",
    "sentence_status", "claims", "notes", "positions",
)  # fmt: skip
PER = {
    "entry": "entry_id",
    "story": "story_id",
    "case": "case_id",
}  # what a row is, and the field that tells rows apart
BOM = "\ufeff"
_WEIGHT = {"plot": 2, "unsure": 1}  # of what reviewers called the reports of a story


def as_csv(entries: Iterable[LabelledEntry], *, per: str = "entry", bom: bool = True) -> Iterator[str]:
    """Yield a CSV line by line, RFC 4180, every cell harmless; `per` entry, story or case.

    It begins with a byte-order mark, without which spreadsheets on Windows take UTF-8 for their own code page.
    """
    yield (BOM if bom else "") + _csv_line(COLUMNS if per == "entry" else TOGETHER)
    if per == "entry":
        yield from (_csv_line(_cell(entry, column) for column in COLUMNS) for entry in entries)
        return
    groups: dict[str, list[LabelledEntry]] = {}
    for entry in entries:
        groups.setdefault(getattr(entry, PER[per]), []).append(entry)
    for group in groups.values():
        row = _together(group)
        yield _csv_line(row[column] for column in TOGETHER)


def _together(group: list[LabelledEntry]) -> dict[str, str]:
    """Return the row of a story or case: `plot` where one of its reports is called so, each code and paper once.

    Its sentence is that of the story a reviewer confirmed, else of the first that has one.
    """
    told = max(group, key=lambda entry: (entry.sentence_status == "confirmed", bool(entry.sentence)))
    labels = {entry.label for entry in group}
    days = sorted(entry.published_at for entry in group if entry.published_at)
    return {
        **{field: ", ".join(_once(code for entry in group for code in entry.card.codes(field))) for field in CARD},
        "story_id": " / ".join(_once(entry.story_id for entry in group)), "case_id": group[0].case_id,
        "label": max(labels, key=lambda label: _WEIGHT.get(label, 0)),
        "agreed": str(len(labels) == 1 and all(entry.agreed for entry in group)),
        "reviewers": " / ".join(sorted({name for entry in group for name in entry.reviewers})),
        "labelled_at": max(entry.labelled_at for entry in group), "title": group[0].headline,
        "n_reports": str(len(group)), "n_independent": str(max(entry.n_independent for entry in group)),
        "publishers": " / ".join(_once(entry.publisher for entry in group)),
        "links": " ".join(_once(entry.link for entry in group)),
        "first_published_at": days[0] if days else "", "last_published_at": days[-1] if days else "",
        "langs": ", ".join(_once(entry.lang for entry in group)),
        "confirmed_fields": ", ".join(_once(field for entry in group for field in entry.confirmed_fields)),
        "sentence": told.sentence, "sentence_status": told.sentence_status,
        "claims": " / ".join(_once(claim for entry in group for claim in entry.claims)),
        "notes": " / ".join(_once(note for entry in group for note in entry.notes)),
        "positions": " ".join(str(entry.position) for entry in group),
    }  # fmt: skip


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, words)))


def _cell(entry: LabelledEntry, column: str) -> str:
    if column in CARD:
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
