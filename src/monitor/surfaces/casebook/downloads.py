"""The casebook's files: CSV by case and by report, JSON Lines with their schema, STIX, and the codebook.

Cells are safe in a spreadsheet. The codebook says how our codes map to published schemes, as far as they do.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import msgspec

from monitor.facts.values import LIST_FIELDS, Card, Value
from monitor.surfaces import safe
from monitor.surfaces.casebook.cases import NAMES, WITHDRAWN, Case, Casebook
from monitor.surfaces.export.exchange import as_stix
from monitor.surfaces.export.labelled import LabelledEntry, TakenBack

# Our code -> AAAD (kind of action), ACLED (event and sub-event type), GTD (attacktype1). By the meaning of the words.
METHODS = {
    "assassination": ("assassination", "Violence against civilians: Attack", "1 Assassination"),
    "shooting": ("attack", "Violence against civilians: Attack", "2 Armed Assault"),
    "stabbing": ("attack", "Violence against civilians: Attack", "2 Armed Assault"),
    "poisoning": ("attack", "Violence against civilians: Attack", "8 Unarmed Assault"),
    "bombing": ("attack", "Explosions/Remote violence: Remote explosive/landmine/IED", "3 Bombing/Explosion"),
    "arson": ("attack", "Strategic developments: Looting/property destruction", "7 Facility/Infrastructure Attack"),
    "abduction": (
        "abduction", "Violence against civilians: Abduction/forced disappearance", "6 Hostage Taking (Kidnapping)",
    ),
    "sabotage": ("none", "Strategic developments: Looting/property destruction", "7 Facility/Infrastructure Attack"),
    "assault": ("attack", "Violence against civilians: Attack", "8 Unarmed Assault"),
}  # fmt: skip
TARGETS = {
    "dissident": ("activist or opposition", "Civilians", "14 Private Citizens & Property"),
    "journalist": ("journalist", "Civilians (Journalists)", "10 Journalists & Media"),
    "diplomat": ("none", "Civilians (Government)", "7 Government (Diplomatic)"),
    "jewish-or-israeli": ("none", "Civilians (Jewish)", "15 Religious Figures/Institutions where it is one"),
    "official": ("former insider", "Civilians (Government)", "2 Government (General)"),
    "military": ("none", "State forces", "4 Military"),
    "infrastructure": ("none", "none", "21 Utilities, 19 Transportation, 16 Telecommunication"),
    "defector": ("former insider", "Civilians", "14 Private Citizens & Property"),
    "other": ("none", "Civilians", "13 Other"),
}
STAGES = {
    "planned": ("threat", "Strategic developments: Other", "not included (no attempt)"),
    "foiled": ("attempt", "Strategic developments: Disrupted weapons use or Arrests", "success 0 where under way"),
    "attempted": ("attempt", "by the act", "success 0"),
    "executed": ("carried out", "by the act", "success 1"),
}
SCHEMES = {
    "AAAD": "Authoritarian Actions Abroad Database, in our words: states against exiles; other targets are outside it",
    "ACLED": "Armed Conflict Location & Event Data: by event type and sub-event type",
    "GTD": "Global Terrorism Database: by attacktype1 and targtype1; acts by states' own forces stand outside it",
}


def cases_csv(book: Casebook) -> str:
    """Return one row a case; several codes stand in one cell, apart by `|`."""
    head = ["case_id", "status", "name", "first_reported_at", "confirmed_at", "changed_at", "n_reviewers", "sentence"]
    rows = [
        [
            case.case_id, case.status, case.name, case.first_reported_at, case.confirmed_at, case.changed_at,
            str(case.n_reviewers), case.sentence, *("|".join(case.codes(field)) for field in LIST_FIELDS),
            str(case.n_publishers), str(case.n_independent), str(len(case.reports)),
        ]
        for case in book.cases
    ]  # fmt: skip
    return _csv([*head, *LIST_FIELDS, "n_publishers", "n_independent", "n_reports"], rows)


def reports_csv(book: Casebook) -> str:
    """Return one row a report, with its place in the log."""
    head = [
        "case_id",
        "report_id",
        "publisher",
        "link",
        "published_at",
        "lang",
        "role",
        "log_position",
        "log_hash",
        "text_sha256",
    ]
    rows = [
        [
            case.case_id, item.report_id, item.publisher, item.link, item.published_at, item.lang, item.role,
            str(item.event.position), item.event.hash, item.text_sha256,
        ]
        for case in book.cases
        for item in case.reports
    ]  # fmt: skip
    return _csv(head, rows)


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([[safe.csv_cell(cell) for cell in row] for row in rows])
    return "\ufeff" + out.getvalue()


def cases_jsonl(book: Casebook) -> bytes:
    """Return one case a line; schema.json says its shape."""
    return b"".join(msgspec.json.encode(case) + b"\n" for case in book.cases)


def schema() -> dict[str, Any]:
    """Return the JSON schema (2020-12) of a line of cases.jsonl."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Case)}


def cases_stix(book: Casebook) -> dict[str, Any]:
    """Return the cases as a STIX 2.1 bundle, TLP white: allegations with their sources; withdrawn ones revoked."""
    rows = [_labelled(case, number) for case in book.confirmed for number in range(len(case.reports))]
    gone = [
        TakenBack(case.case_id, case.name, case.first_reported_at, case.first_reported_at, case.changed_at)
        for case in book.cases
        if case.status == WITHDRAWN
    ]
    return as_stix(rows, "white", gone)


def _labelled(case: Case, number: int) -> LabelledEntry:
    item = case.reports[number]
    fields = {field: tuple(Value(code) for code in case.codes(field)) for field in LIST_FIELDS}
    return LabelledEntry(
        entry_id=item.report_id, story_id=case.case_id, case_id=case.case_id, label="plot", reviewers=[],
        agreed=True, notes=[], labelled_at=case.confirmed_at, title=case.name, summary=case.sentence, link=item.link,
        publisher=item.publisher, origin="", published_at=item.published_at, lang="en", score=None, model_id="",
        card=msgspec.structs.replace(Card(), **fields), sentence=case.sentence, sentence_status="confirmed", claims=[],
        n_independent=case.n_independent, position=item.event.position, opened_at=case.first_reported_at,
        changed_at=case.changed_at,
    )  # fmt: skip


def codebook() -> dict[str, Any]:
    """Return what each field and code means, and its nearest code in published schemes."""

    def mapped(table: dict[str, tuple[str, str, str]]) -> dict[str, dict[str, str]]:
        return {code: dict(zip(SCHEMES, names, strict=True)) for code, names in table.items()}

    return {
        "fields": NAMES,
        "schemes": SCHEMES,
        "note": "Our codes map roughly to these, by the meaning of the words: for comparing, not for merging unseen. "
        "Read the scheme's own codebook of the year you use. A case here is a report of an alleged plot; most schemes "
        "hold events.",
        "methods": mapped(METHODS),
        "target_types": mapped(TARGETS),
        "stage": mapped(STAGES),
    }
