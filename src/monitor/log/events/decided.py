"""What people decided: labels, cards, merged and split stories, skipped rows, drawn samples, kept searches."""

from __future__ import annotations

from typing import ClassVar

from monitor.log.events.shape import EventData

__all__ = [
    "CardConfirmed", "CardCorrected", "EntryLabelled", "LabelWithdrawn", "RowSkipped", "SampleDrawn",
    "SearchSaved", "StoryMerged", "StorySplit",
]  # fmt: skip


class StoryMerged(EventData, frozen=True, kw_only=True):
    """Story `from_id` became part of `story_id`; `entry_ids` were its entries. `undoes`: the split it takes back."""

    type: ClassVar[str] = "story-merged"
    story_id: str
    from_id: str
    reason: str = ""
    entry_ids: list[str] = []
    undoes: int = 0


class StorySplit(EventData, frozen=True, kw_only=True):
    """Entries left `story_id` for a story of their own; `undoes`: the position of the merge it takes back."""

    type: ClassVar[str] = "story-split"
    story_id: str
    new_id: str
    entry_ids: list[str]
    reason: str = ""
    undoes: int = 0


class CardCorrected(EventData, frozen=True, kw_only=True):
    """A reviewer corrected a field of a story's plot card, or took that back (`withdrawn`): the text speaks again.

    `read` holds the codes that were shown before the field's first correction: what a machine had read.
    """

    type: ClassVar[str] = "card-corrected"
    story_id: str
    field: str
    value: list[str]
    before: list[str] = []
    note: str = ""
    read: list[str] = []
    had_before: bool = False
    withdrawn: bool = False
    undoes: int = 0


class CardConfirmed(EventData, frozen=True, kw_only=True):
    """A reviewer confirmed what a story's card says: `values` holds the codes of each field as they stood then.

    With `withdrawn` the confirmation of these fields was taken back; `undoes` is its position.
    """

    type: ClassVar[str] = "card-confirmed"
    story_id: str
    values: dict[str, list[str]]
    sentence: str = ""
    withdrawn: bool = False
    undoes: int = 0


class EntryLabelled(EventData, frozen=True, kw_only=True):
    """A reviewer decided: `plot`, `not-plot` or `unsure`. `seen_position` is the log position the reviewer saw.

    Labels given in one act (none of these) share its name in `act`.
    """

    type: ClassVar[str] = "entry-labelled"
    entry_id: str
    label: str
    by: str
    revision: int = 0
    story_id: str = ""
    note: str = ""
    seen_position: int = 0
    blind: bool = False
    sample: bool = False
    source: str = ""
    act: str = ""


class LabelWithdrawn(EventData, frozen=True, kw_only=True):
    """A label was taken back; `label_position` is the position of its event."""

    type: ClassVar[str] = "label-withdrawn"
    label_position: int
    entry_id: str
    by: str
    reason: str = ""


class RowSkipped(EventData, frozen=True, kw_only=True):
    """A reviewer put a story off until `until`, for themselves alone; `undoes`: the position of the skip taken back."""

    type: ClassVar[str] = "row-skipped"
    entry_id: str
    by: str
    until: str
    story_id: str = ""
    undoes: int = 0


class SampleDrawn(EventData, frozen=True, kw_only=True):
    """Random unflagged entries were drawn for audit: rows of [entry_id, inclusion probability]."""

    type: ClassVar[str] = "sample-drawn"
    day: str
    entries: list[tuple[str, float]]
    n_population: int
    model_id: str = ""


class SearchSaved(EventData, frozen=True, kw_only=True):
    """A search was saved under a name, in place of the one before; an empty query forgets it."""

    type: ClassVar[str] = "search-saved"
    name: str
    query: str
    by: str
