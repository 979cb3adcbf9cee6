"""What the service did with it and how the log is kept: digests, alerts, jobs, clocks, erasures, checkpoints, keys."""

from __future__ import annotations

from typing import ClassVar

from monitor.log.events.shape import EventData

__all__ = [
    "AlertSent", "CheckpointSigned", "ClockDiffered", "ClockJumped", "DigestSent", "ErasureBegun",
    "ErasureFinished", "ErasureLifted", "JobFinished", "JobMissed", "PayloadErased", "RetentionRun",
    "SigningKeyChanged",
]  # fmt: skip


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
