"""What the machine made of it: scores, flags, stories; models, thresholds and second looks."""

from __future__ import annotations

from typing import Any, ClassVar

from monitor.log.events.shape import EventData

__all__ = [
    "EntryFlagged", "EntryScored", "ModelPromoted", "ModelRejected", "ModelTrained", "SecondLookBegun",
    "SecondLookFinished", "StoryJoined", "StoryLinked", "StoryOpened", "ThresholdMoved",
]  # fmt: skip


class EntryScored(EventData, frozen=True, kw_only=True):
    """A model scored entries of one commit: rows of [entry_id, revision, score]."""

    type: ClassVar[str] = "entry-scored"
    model_id: str
    threshold: float
    scores: list[tuple[str, int, float]]
    feed_id: str = ""
    why: str = "new"


class EntryFlagged(EventData, frozen=True, kw_only=True):
    """The machine put an entry in the queue. Terms are [term, weight, matched words]; they explain, not accuse."""

    type: ClassVar[str] = "entry-flagged"
    entry_id: str
    revision: int
    model_id: str
    score: float
    threshold: float
    why: str = "new"
    band: str = "flag"
    terms_for: list[tuple[str, float, str]] = []
    terms_against: list[tuple[str, float, str]] = []
    nearest: str = ""
    nearest_similarity: float = 0.0


class StoryOpened(EventData, frozen=True, kw_only=True):
    """An entry began a story of its own."""

    type: ClassVar[str] = "story-opened"
    story_id: str
    entry_id: str
    publisher: str = ""
    origin: str = ""


class StoryJoined(EventData, frozen=True, kw_only=True):
    """An entry joined a story because it reports the same happening."""

    type: ClassVar[str] = "story-joined"
    story_id: str
    entry_id: str
    similarity: float = 0.0
    why: str = ""
    publisher: str = ""
    origin: str = ""


class StoryLinked(EventData, frozen=True, kw_only=True):
    """A story was linked to an earlier one of its case (charge, trial, denial); `before`: its case until then."""

    type: ClassVar[str] = "story-linked"
    story_id: str
    case_id: str
    similarity: float = 0.0
    reason: str = ""
    before: str = ""
    undoes: int = 0


class ModelTrained(EventData, frozen=True, kw_only=True):
    """A candidate model was fitted; `card` says from what, `content_sha` names the payload that is its file."""

    type: ClassVar[str] = "model-trained"
    model_id: str
    card: dict[str, Any]
    content_sha: str = ""


class ModelPromoted(EventData, frozen=True, kw_only=True):
    """A model became the one in use."""

    type: ClassVar[str] = "model-promoted"
    model_id: str
    threshold: float
    previous_id: str = ""
    reason: str = ""
    figures: dict[str, Any] = {}


class ModelRejected(EventData, frozen=True, kw_only=True):
    """A candidate or a model file was refused; the model in use stays."""

    type: ClassVar[str] = "model-rejected"
    model_id: str
    reason: str
    figures: dict[str, Any] = {}


class SecondLookBegun(EventData, frozen=True, kw_only=True):
    """Entries nobody flagged or labelled are to be scored anew by the model that was just promoted.

    They were first seen since `since`, behind the position `bounds[0]`; each further bound ends a shard, which one
    worker scores whole. At most `most` rows come of it, and as many of archives.
    """

    type: ClassVar[str] = "second-look-begun"
    model_id: str
    since: str
    bounds: list[int]
    most: int
    n_entries: int = 0


class SecondLookFinished(EventData, frozen=True, kw_only=True):
    """Every shard of the second look that began at the position `begun` is scored, and the best finds are flagged."""

    type: ClassVar[str] = "second-look-finished"
    begun: int
    n_rescored: int = 0
    n_flagged: int = 0


class ThresholdMoved(EventData, frozen=True, kw_only=True):
    """The thresholds of the model in use followed the flow of the last 24 hours.

    `n_entries` were scored in them, `n_rows` topics reach the floor; the same log gives the same thresholds.
    """

    type: ClassVar[str] = "threshold-moved"
    model_id: str
    threshold: float
    previous: float
    look_again: float
    previous_look_again: float
    why: str
    n_entries: int = 0
    n_rows: int = 0
    rows_per_day: float = 0.0
