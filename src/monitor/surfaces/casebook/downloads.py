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

# Our code -> AAAD (kind of action), ACLED (event and sub-event type), GTD (attacktype1). "near" where the words of the
# scheme come close but count otherwise, "none" where it has no such code or leaves such cases out.
_EXILES = "in its scope, where an exile of the accused state"
METHODS = {
    "assassination": ("assassination", "near: Violence against civilians: Attack", "1 Assassination"),
    "shooting": (
        "near: assassination, where a killing was meant", "Violence against civilians: Attack",
        "2 Armed Assault, or 1 Assassination of somebody prominent",
    ),
    "stabbing": (
        "near: assassination, where a killing was meant", "Violence against civilians: Attack",
        "2 Armed Assault, or 1 Assassination of somebody prominent",
    ),
    "poisoning": (
        "near: assassination, where a killing was meant", "near: Violence against civilians: Attack",
        "8 Unarmed Assault, or 1 Assassination of somebody prominent",
    ),
    "bombing": (
        "near: assassination, where a killing was meant",
        "Explosions/Remote violence: Remote explosive/landmine/IED", "3 Bombing/Explosion",
    ),
    "arson": (
        "none", "near: Strategic developments: Looting/property destruction", "7 Facility/Infrastructure Attack",
    ),
    "abduction": (
        "abduction", "Violence against civilians: Abduction/forced disappearance", "6 Hostage Taking (Kidnapping)",
    ),
    "sabotage": (
        "none", "near: Strategic developments: Looting/property destruction", "near: 7 Facility/Infrastructure Attack",
    ),
    "assault": ("near: threat", "Violence against civilians: Attack", "8 Unarmed Assault"),
}  # fmt: skip
TARGETS = {
    "dissident": (
        _EXILES, "Civilians", "14 Private Citizens & Property, or 2 Government (General) where a politician",
    ),
    "journalist": (_EXILES, "Civilians, with journalists as associated actor", "10 Journalists & Media"),
    "diplomat": ("none", "near: Civilians, with a government as associated actor", "7 Government (Diplomatic)"),
    "jewish-or-israeli": (
        "none", "near: Civilians, with a Jewish group as associated actor",
        "none: by what is attacked, 15 Religious Figures/Institutions, 8 Educational Institution, 7 or 14",
    ),
    "official": ("none", "near: Civilians, with a government as associated actor", "2 Government (General)"),
    "military": ("none", "State forces", "4 Military"),
    "infrastructure": ("none", "none", "21 Utilities, 19 Transportation, 16 Telecommunication and others"),
    "defector": (_EXILES, "Civilians", "near: 14 Private Citizens & Property"),
    "other": ("none", "none", "13 Other"),
}  # fmt: skip
STAGES = {
    "planned": ("near: threat", "none: an event is what happened", "none: plots are left out"),
    "foiled": (
        "near: threat", "near: Strategic developments: Disrupted weapons use, or Arrests",
        "near: success 0 where the attack was under way, else left out",
    ),
    "attempted": ("near: by the act", "near: by the act", "success 0"),
    "executed": ("by the act", "by the act", "success 1"),
}  # fmt: skip
SCHEMES = {
    "AAAD": "Authoritarian Actions Abroad Database, codebook 5 (2020), by its kinds of action as published: what "
    "authoritarian states did to their own exiles from 1991 to 2019; other targets and years are outside it",
    "ACLED": "Armed Conflict Location & Event Data, event and sub-event types since 2019; an event has happened",
    "GTD": "Global Terrorism Database, codebook of 2017, attacktype1 and targtype1: where several types fit, the first "
    "in its own order counts; acts by states' own forces stand outside it",
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
        "note": "Our codes beside those of published schemes, by the meaning of the words: for comparing, not for "
        "merging unseen. “near” says that the scheme counts otherwise, “none” that it has no such code or leaves such "
        "cases out. Read the scheme's own codebook of the year you use. A case here is a report of an alleged plot; "
        "most schemes hold events that happened.",
        "methods": mapped(METHODS),
        "target_types": mapped(TARGETS),
        "stage": mapped(STAGES),
    }
