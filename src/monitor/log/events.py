"""The closed set of events: what can happen, and what each event says.

A type is a stable kebab string, never a Python path. Each type has one Struct, its version and its documentation in
docs/events.md. Old versions are upcast on reading (codec); fields unknown to this release stay in the stored bytes.
This module knows nothing of storage, hashes or clocks.

Conventions: times are ISO 8601 strings in UTC ending in `Z`; `*_sha` names a payload by the SHA-256 (hex) of its bytes;
a payload of an entry is the canonical JSON of `{"title", "summary", "text"}`; scores are floats in [0, 1].
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec


class EventData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What one event says. Subclasses set the stable `type` and the `version` of their shape."""

    type: ClassVar[str]
    version: ClassVar[int] = 1


class FeedAdded(EventData, frozen=True, kw_only=True):
    """A feed was configured."""

    type: ClassVar[str] = "feed-added"
    feed_id: str
    url: str
    name: str
    publisher: str = ""
    language: str = ""
    country: str = ""
    group: str = ""
    full_text: bool = False
    interval_s: int | None = None
    allow_private: bool = False
    kind: str = "feed"
    select: dict[str, str] = {}


class FeedChanged(FeedAdded, frozen=True, kw_only=True):
    """A configured feed's settings changed; the event carries all of them."""

    type: ClassVar[str] = "feed-changed"


class FeedRemoved(EventData, frozen=True, kw_only=True):
    """A feed was taken out of the configuration; its entries stay."""

    type: ClassVar[str] = "feed-removed"
    feed_id: str


class FeedFetched(EventData, frozen=True, kw_only=True):
    """A feed answered and its answer was read to the end."""

    type: ClassVar[str] = "feed-fetched"
    feed_id: str
    status: int
    not_modified: bool = False
    n_bytes: int = 0
    body_sha: str = ""
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    n_entries: int = 0
    n_new: int = 0
    n_revised: int = 0
    n_dropped: int = 0
    overlap: bool | None = None
    newest_at: str = ""
    next_due_at: str = ""
    interval_s: int = 0
    duration_ms: int = 0
    warning: str = ""
    parts: list[tuple[str, str, str]] = []
    is_cut: bool = False
    validators_lie: bool = False


class FeedFailed(EventData, frozen=True, kw_only=True):
    """A feed could not be fetched or parsed; it is tried again at `next_due_at`, never disabled."""

    type: ClassVar[str] = "feed-failed"
    feed_id: str
    reason: str
    detail: str = ""
    status: int = 0
    n_failures: int = 1
    next_due_at: str = ""
    duration_ms: int = 0


class TickStarted(EventData, frozen=True, kw_only=True):
    """A pass over the due feeds began. Without a `tick-finished` of the same `tick_id` it was cut short."""

    type: ClassVar[str] = "tick-started"
    tick_id: str
    n_due: int


class TickFinished(EventData, frozen=True, kw_only=True):
    """A pass over the due feeds ended."""

    type: ClassVar[str] = "tick-finished"
    tick_id: str
    n_due: int
    n_fetched: int = 0
    n_not_modified: int = 0
    n_failed: int = 0
    n_new: int = 0
    n_revised: int = 0
    n_flagged: int = 0
    n_pages: int = 0
    duration_ms: int = 0
    note: str = ""


class EntrySeen(EventData, frozen=True):
    """An entry appeared in a feed for the first time."""

    type: ClassVar[str] = "entry-seen"
    entry_id: str
    feed_id: str
    guid: str
    link: str
    text_sha: str
    published_at: str = ""
    published_raw: str = ""
    date_quality: str = ""
    lang: str = ""
    author: str = ""
    source_name: str = ""
    source_url: str = ""
    backfill: bool = False  # from an archive: it happened long before it was seen here


class ArchiveImported(EventData, frozen=True, kw_only=True):
    """A file of an archive was read to its end; reading the same bytes into the same source again does nothing."""

    type: ClassVar[str] = "archive-imported"
    feed_id: str
    file: str
    file_sha: str
    n_read: int
    n_new: int = 0
    n_revised: int = 0
    n_flagged: int = 0
    n_refused: int = 0


class EntryRevised(EventData, frozen=True, kw_only=True):
    """A known entry came back with another title, text or link."""

    type: ClassVar[str] = "entry-revised"
    entry_id: str
    feed_id: str
    revision: int
    link: str
    text_sha: str
    changed: list[str]
    published_at: str = ""


class PageRead(EventData, frozen=True, kw_only=True):
    """The linked page was fetched and its article extracted; `text_sha` names the payload with `text` filled.

    `kept`: the feed changed its own words, and the article read before stays beside them until the page is read again.
    """

    type: ClassVar[str] = "page-read"
    entry_id: str
    revision: int
    url: str
    text_sha: str
    n_chars: int
    extractor: str = ""
    kept: bool = False


class PageFailed(EventData, frozen=True, kw_only=True):
    """The linked page could not be read; tried again at `retry_at` unless that is empty."""

    type: ClassVar[str] = "page-failed"
    entry_id: str
    url: str
    reason: str
    detail: str = ""
    attempt: int = 1
    retry_at: str = ""


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


class StoryLinked(EventData, frozen=True, kw_only=True):
    """A story was linked to an earlier one of its case (charge, trial, denial); `before`: its case until then."""

    type: ClassVar[str] = "story-linked"
    story_id: str
    case_id: str
    similarity: float = 0.0
    reason: str = ""
    before: str = ""
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


class DigestSent(EventData, frozen=True, kw_only=True):
    """A digest was written to the outbox (`state` queued), then sent or failed."""

    type: ClassVar[str] = "digest-sent"
    digest_id: str
    channel: str
    state: str
    n_rows: int = 0
    detail: str = ""


class AlertSent(EventData, frozen=True, kw_only=True):
    """An immediate alert for one story was queued, sent or failed."""

    type: ClassVar[str] = "alert-sent"
    alert_id: str
    story_id: str
    channel: str
    state: str
    detail: str = ""


class JobMissed(EventData, frozen=True, kw_only=True):
    """A scheduled job did not run on time, was skipped, or failed."""

    type: ClassVar[str] = "job-missed"
    job: str
    scheduled_at: str
    reason: str


class JobFinished(EventData, frozen=True, kw_only=True):
    """A daily job of the service ended, well or not; `detail` says in one line what it did or why it failed."""

    type: ClassVar[str] = "job-finished"
    job: str
    scheduled_at: str
    ok: bool = True
    detail: str = ""
    duration_ms: int = 0


class ClockJumped(EventData, frozen=True, kw_only=True):
    """The clock went back since the last event, or leapt ahead."""

    type: ClassVar[str] = "clock-jumped"
    last_at: str
    now_at: str
    seconds: float


class ClockDiffered(EventData, frozen=True, kw_only=True):
    """The clock of a machine was so many seconds (whole minutes) ahead of the shared log's server, whose time counts.

    Behind it where negative. Said once a day for each difference of more than five minutes.
    """

    type: ClassVar[str] = "clock-differed"
    seconds: int


class SearchSaved(EventData, frozen=True, kw_only=True):
    """A search was saved under a name, in place of the one before; an empty query forgets it."""

    type: ClassVar[str] = "search-saved"
    name: str
    query: str
    by: str


class PayloadErased(EventData, frozen=True, kw_only=True):
    """A payload was erased for good; its hash stays.

    `keep_out`: a person asked for it, so later texts of the entry, and copies of it elsewhere, are not stored either;
    `marks` are what a copy is known by, shortened hashes of its summary or title (log/marks.py). `withheld`: such a
    later text or copy, named here and never stored.
    """

    type: ClassVar[str] = "payload-erased"
    text_sha: str
    reason: str
    entry_id: str = ""
    keep_out: bool = False
    marks: list[str] = []
    withheld: bool = False


class CheckpointSigned(EventData, frozen=True, kw_only=True):
    """The log's head was signed (Ed25519, base64): the chain up to `at_position` ends in `at_hash`.

    `root` is the Merkle root over the hashes up to there, `peaks` the tree it came from (hex, merkle.py). `first_key`
    is the log's first public key: one copy of any checkpoint pins the key of the whole log.
    """

    type: ClassVar[str] = "checkpoint-signed"
    at_position: int
    at_hash: str
    public_key: str
    signature: str
    root: str = ""
    peaks: list[str] = []
    first_key: str = ""


class SigningKeyChanged(EventData, frozen=True, kw_only=True):
    """The log's key handed over to another: both sign the head at `at_position` and each other's name (docs/events.md).

    `old_signature` is empty where the old key was lost: then nothing in the log vouches for the new one.
    """

    type: ClassVar[str] = "signing-key-changed"
    at_position: int
    at_hash: str
    old_key: str
    new_key: str
    new_signature: str
    old_signature: str = ""
    reason: str = ""


class ErasureBegun(EventData, frozen=True, kw_only=True):
    """Texts were overwritten in the log, in the same transaction; copies of them may still lie in its side files."""

    type: ClassVar[str] = "erasure-begun"
    n_texts: int
    entry_id: str = ""


class ErasureFinished(EventData, frozen=True, kw_only=True):
    """Every erasure up to event `upto` is complete: the write-ahead log was emptied after it."""

    type: ClassVar[str] = "erasure-finished"
    upto: int


class RetentionRun(EventData, frozen=True, kw_only=True):
    """The texts kept long enough on `day` (UTC) were erased, all of them; what was seen before `before` had expired."""

    type: ClassVar[str] = "retention-run"
    day: str
    before: str
    n_texts: int = 0


class ErasureLifted(EventData, frozen=True, kw_only=True):
    """A person allowed that later texts of an erased entry are stored again; what was erased stays erased."""

    type: ClassVar[str] = "erasure-lifted"
    entry_id: str
    by: str
    reason: str = ""


EVENT_TYPES: dict[str, type[EventData]] = {
    cls.type: cls
    for cls in (
        FeedAdded, FeedChanged, FeedRemoved, FeedFetched, FeedFailed, TickStarted, TickFinished, EntrySeen,
        ArchiveImported,
        EntryRevised, PageRead, PageFailed, EntryScored, EntryFlagged, StoryOpened, StoryJoined, StoryMerged,
        StorySplit, StoryLinked, CardCorrected, CardConfirmed, EntryLabelled, LabelWithdrawn, RowSkipped, SampleDrawn,
        ModelTrained, ModelPromoted, ModelRejected, ThresholdMoved, DigestSent, AlertSent, JobMissed, JobFinished,
        SecondLookBegun, SecondLookFinished, ClockJumped, ClockDiffered,
        PayloadErased, ErasureBegun, ErasureFinished, ErasureLifted, RetentionRun, CheckpointSigned, SigningKeyChanged,
        SearchSaved,
    )
}  # fmt: skip


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event to append. `key` is unique in the log: appending it twice is a no-op, with other content an error."""

    key: str
    data: EventData
    actor: str = "monitor"


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event as read from the log; `raw` is the stored JSON of `data`, unknown fields included."""

    position: int
    type: str
    version: int
    recorded_at: str
    actor: str
    key: str
    data: EventData
    raw: bytes
    prev: str
    hash: str
