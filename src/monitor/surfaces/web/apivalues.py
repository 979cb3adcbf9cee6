"""What the HTTP API takes and gives: the types it decodes and encodes, from which its description is made."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from monitor.facts.corrections import MAX_CHARS, MAX_CODES
from monitor.facts.values import LIST_FIELDS
from monitor.triage.decide import LABELS
from monitor.triage.rearrange import MAX_NOTE
from monitor.triage.rows import QueueRow

MAX_LABEL_NOTE = 2_000  # characters
Position = Annotated[int, Meta(ge=0, description="A position in the log.")]
_LABEL_CODES = Meta(extra_json_schema={"enum": list(LABELS)})
_FIELD_CODES = Meta(extra_json_schema={"enum": list(LIST_FIELDS)})


class QueueAnswer(msgspec.Struct, frozen=True):
    """The stories that wait for a decision, as of a position."""

    position: int
    rows: list[QueueRow]


class NewLabel(msgspec.Struct, forbid_unknown_fields=True):
    """A posted label; `seen_position` is that of the row that was read, and makes a label of an old row a conflict."""

    entry: Annotated[str, Meta(extra_json_schema={"minLength": 4}, description="An entry id, or the beginning of one.")]
    label: Annotated[str, _LABEL_CODES]
    note: Annotated[str, Meta(extra_json_schema={"maxLength": MAX_LABEL_NOTE})] = ""
    entry_only: bool = False
    seen_position: Position | None = None
    beside: bool = False


class SavedLabel(msgspec.Struct, frozen=True):
    """What was recorded; no position where the same stood there already."""

    entry_id: str
    label: str
    position: int | None


class NewCorrection(msgspec.Struct, forbid_unknown_fields=True):
    """A posted correction of one field of a story's card; no values say that the field is unknown."""

    story: Annotated[str, Meta(description="A story id, or the beginning of one.")]
    field: Annotated[str, _FIELD_CODES]
    value: Annotated[
        list[Annotated[str, Meta(extra_json_schema={"maxLength": MAX_CHARS})]],
        Meta(extra_json_schema={"maxItems": MAX_CODES}),
    ]
    note: Annotated[str, Meta(extra_json_schema={"maxLength": MAX_NOTE})] = ""
    seen_position: Position | None = None


class SavedCorrection(msgspec.Struct, frozen=True):
    """What was recorded; no position where the same stood there already."""

    story_id: str
    field: str
    value: list[str]
    position: int | None


class ApiError(msgspec.Struct, frozen=True):
    """What was wrong, in words."""

    error: str
