"""The judgement over a log: it holds, it does not hold, or it could not be checked; each with its reason.

Owns the rules and nothing of how a store keeps its rows: a store hands in a `Snapshot`, one moment of itself, and every
rule looks at that moment alone, so that writers at work cannot make a sound log look broken. Only "does not hold" stops
work. tools/verify_log.py says the same with no line in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Protocol

import msgspec

from monitor.errors import LogBrokenError, MonitorError
from monitor.log.chain import ZERO
from monitor.log.events import CheckpointSigned
from monitor.log.payloads import ERASED, WITHHELD, unpack
from monitor.log.proof.anchors import Anchor
from monitor.log.proof.merkle import grow, root_of
from monitor.log.proof.trust import Trust, anchor_of, holding

MAX_PROBLEMS = 20
HOLDS, DOES_NOT_HOLD, UNCHECKED = "holds", "does-not-hold", "could-not-be-checked"
TEXT_TYPES = ("entry-seen", "entry-revised", "page-read")

# position, head, key, data, hash: nothing is decoded to be hashed. Of a pack, only the last event's hash is stored.
RawRow = tuple[int, bytes, bytes, bytes, bytes | None]


class Snapshot(Protocol):
    """One moment of a store, as verification reads it."""

    def faults(self) -> Iterable[str]:
        """Yield what is wrong with the file or the tables themselves."""

    def rows(self) -> Iterable[RawRow]:
        """Yield every event in order, as stored."""

    def n_events(self) -> int:
        """Return how many events are stored."""

    def last_position(self) -> int:
        """Return the highest position; 0 where there is none."""

    def hash_at(self, position: int) -> bytes | None:
        """Return the stored hash of one event."""

    def hashes(self, after: int, upto: int) -> Iterator[bytes]:
        """Yield the hashes with after < position <= upto."""

    def of_types(self, *types: str) -> Iterable[tuple[int, str, str, str]]:
        """Yield (position, type, recorded_at, data) of the events of some types, in order."""

    def names(self, *types: str) -> Iterable[tuple[int, str]]:
        """Yield (position, text_sha) of the events of some types, in order."""

    def payloads(self) -> Iterable[tuple[bytes, int, bytes]]:
        """Yield (sha, form, body) of every payload."""

    def form_of(self, sha: bytes) -> int | None:
        """Return in which form a payload is stored, None where it is not."""


class Problem(msgspec.Struct, frozen=True):
    """What is wrong at `position` (0: with the file as a whole)."""

    position: int
    what: str


class Verification(msgspec.Struct):
    """What a verification looked at and found. `unchecked` says why no judgement was possible, where none was."""

    n_events: int = 0
    head: str = ""
    n_payloads: int = 0
    n_erased: int = 0
    n_unfinished: int = 0  # erased by an event, bytes still there: an older version was cut short; a tick ends it
    n_checkpoints: int = 0
    n_anchors: int = 0
    public_keys: list[str] = []
    restores: list[str] = []
    problems: list[Problem] = []
    unchecked: str = ""
    notes: list[str] = []

    @property
    def verdict(self) -> str:
        """Which of the three judgements it is."""
        return DOES_NOT_HOLD if self.problems else UNCHECKED if self.unchecked else HOLDS

    @property
    def ok(self) -> bool:
        """Whether the log holds."""
        return self.verdict == HOLDS

    def add(self, position: int, what: str) -> None:
        """Note a problem; the first twenty are kept."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(position, what))

    def doubt(self, why: str) -> None:
        """Note why something could not be judged; the first reason is kept."""
        self.unchecked = self.unchecked or why

    def first(self) -> Problem | None:
        """Return the problem at the lowest position; one of the whole file only where there is no other."""
        return min(self.problems, key=lambda problem: (problem.position == 0, problem.position), default=None)


def judge(
    snapshot: Snapshot,
    report: Verification,
    anchors: Iterable[Anchor] | None,
    *,
    quick: bool = False,
    keys: Iterable[str] = (),
) -> None:
    """Look at everything in one snapshot and note it in `report`.

    `anchors` are all lines kept outside the log, None where nobody asks about them; `keys` are public keys (base64)
    known from elsewhere; `quick` leaves out the texts and the check of the file.
    """
    if not quick:
        for fault in snapshot.faults():
            report.add(0, fault)
    check_chain(snapshot, report)
    trust = Trust(keys)
    _check_checkpoints(snapshot, report, trust)
    if anchors is not None:
        _check_anchors(snapshot, list(anchors), report, trust)
    _conclude(report, trust)
    if not quick:
        _check_payloads(snapshot, report)
        _check_names(snapshot, report)


def note_error(report: Verification, error: MonitorError) -> None:
    """File an error under what it means: damage is a finding, a machine that refused is none."""
    if isinstance(error, LogBrokenError):
        report.add(error.position, str(error))
    else:
        report.doubt(str(error))


def check_chain(snapshot: Snapshot, report: Verification) -> None:
    """Recompute every hash; a fault is reported once, and the events after it are judged by the hash they follow."""
    prev, expected, since = ZERO, 1, 0
    for position, head, key, data, stored in snapshot.rows():
        hashed = sha256(b"\0%b%d\n%b\n%b\n%b" % (prev, position, head, key, data)).digest()
        if stored is None:
            if position != expected:
                _report_event(report, position, expected, hashed)
            prev, expected, since = hashed, position + 1, since or position
            continue
        if hashed != stored or position != expected:
            _report_event(report, position, expected, stored, since)
        prev, expected, since = stored, position + 1, 0
    report.n_events = snapshot.n_events()
    report.head = prev.hex()


def _report_event(report: Verification, position: int, expected: int, stored: object, since: int = 0) -> None:
    """Note what is wrong with an event, or with one of a pack that begins at `since`."""
    if position != expected:
        gone = str(expected) if position - expected == 1 else f"{expected} to {position - 1}"
        report.add(expected, f"event {gone} missing: the one stored next is {position}")
    elif not isinstance(stored, bytes) or len(stored) != len(ZERO):
        report.add(position, f"event {position}: its hash is not a hash")
    elif since:
        report.add(since, f"one of the events {since} to {position} was changed: their hashes do not end in the pack's")
    else:
        report.add(
            position, f"event {position} was changed, or is not the one that stood here: its hash does not match"
        )


def _check_checkpoints(snapshot: Snapshot, report: Verification, trust: Trust) -> None:
    """Check every signature and signed root, that the chain passes through every signed head, every change of key."""
    peaks: list[bytes] = []
    n_leaves = 0
    for position, type_, recorded_at, raw in snapshot.of_types("checkpoint-signed", "signing-key-changed"):
        if type_ == "signing-key-changed":
            fault, at, hash_ = trust.hand_over(raw, position)
            if fault:
                report.add(position, fault)
            _check_passes(snapshot, report, at, hash_, position, f"the change of key at {position}")
            continue
        data = msgspec.json.decode(raw, type=CheckpointSigned)
        report.n_checkpoints += 1
        _check_signed(snapshot, anchor_of(data, recorded_at), report, trust, position, f"the checkpoint at {position}")
        if data.root and data.at_position >= n_leaves:
            peaks, n_leaves = grow(peaks, n_leaves, snapshot.hashes(n_leaves, data.at_position))
            if root_of(peaks).hex() != data.root:
                report.add(position, f"the checkpoint at {position} signs another Merkle root than the events have")


def _check_anchors(snapshot: Snapshot, lines: list[Anchor], report: Verification, trust: Trust) -> None:
    """Check that the log still passes through every head it once had."""
    if not lines and report.n_checkpoints:
        report.doubt(
            "no anchors: anchors.jsonl is missing or empty, though the log was checkpointed; "
            "without it a cut tail cannot be seen; put your copy back, or sign anew with `monitor log checkpoint`"
        )
    anchors, doubtful, report.restores = holding(lines, trust)
    report.n_anchors = len(anchors)
    for anchor, restore in doubtful:
        stored = snapshot.hash_at(anchor.position)
        if stored is None or stored.hex() != anchor.hash:
            report.doubt(
                f"anchors.jsonl says that the log was put back to event {restore.position} "
                f"({restore.recorded_at or 'no time'}), in a line without the log's signature: an older version of "
                "monitor wrote it, or somebody hides a cut; if you know that restore, `monitor log vouch` signs it"
            )
    head = snapshot.last_position()
    ahead = [anchor for anchor in anchors if anchor.position > head]
    if ahead:
        last = max(ahead, key=lambda anchor: anchor.position)
        report.add(
            head + 1,
            f"the log ends at {head}, but {len(ahead)} anchor(s) know more, up to event {last.position} "
            f"({last.recorded_at or 'no time'}): its tail was cut, or an old copy was put back",
        )
    for anchor in anchors:
        if 0 < anchor.position <= head:
            _check_signed(snapshot, anchor, report, trust, anchor.position, f"the anchor at {anchor.position}")


def _check_signed(
    snapshot: Snapshot, head: Anchor, report: Verification, trust: Trust, position: int, name: str
) -> None:
    _check_passes(snapshot, report, head.position, head.hash, position, name)
    if head.signature and not head.restored and (fault := trust.check(head, position)):
        report.add(position, f"{name} {fault}")


def _check_passes(snapshot: Snapshot, report: Verification, at: int, hash_: str, position: int, name: str) -> None:
    """Note where the chain does not pass through a head that was signed or anchored."""
    stored = snapshot.hash_at(at) if at else ZERO
    if stored is None or stored.hex() != hash_:
        report.add(position, f"{name} knows event {at} with another hash: the log was rewritten")


def _conclude(report: Verification, trust: Trust) -> None:
    """Say by which keys the log is signed, and doubt the ones nobody vouches for."""
    report.public_keys = trust.seen
    for key, position in trust.unknown.items():
        report.doubt(
            f"from event {position} on it is signed by the key {key}, which the log's own key {trust.first} did not "
            f"hand over to: compare it with the copy you keep, then `monitor log verify --key {trust.first} "
            f"--key {key}`"
        )


def _check_payloads(snapshot: Snapshot, report: Verification) -> None:
    """Check every stored payload against its name."""
    for sha, form, body in snapshot.payloads():
        try:
            if unpack(sha, form, body) is None:
                report.n_erased += 1
        except LogBrokenError as error:
            report.add(0, str(error))
        report.n_payloads += 1


def _check_names(snapshot: Snapshot, report: Verification) -> None:
    """Check that every named payload is there, or was erased by an event that says so.

    An event without its overwriting is no fault: versions before 0.2 wrote the two apart, and were cut short between.
    """
    erased = {bytes.fromhex(sha) for _, sha in snapshot.names("payload-erased")}
    report.n_unfinished = sum(snapshot.form_of(sha) not in {None, ERASED, WITHHELD} for sha in erased)
    for position, sha_hex in snapshot.names(*TEXT_TYPES):
        sha = bytes.fromhex(sha_hex)
        form = snapshot.form_of(sha)
        if form is None:
            report.add(position, f"the text of event {position} is missing (payload {sha_hex[:16]})")
        elif form == ERASED and sha not in erased:
            report.add(position, f"the text of event {position} was removed without a payload-erased event")
    if report.n_unfinished:
        report.notes.append(
            f"{report.n_unfinished} text(s) were declared erased and are still there: an erasure was cut short; "
            "the next tick completes it"
        )
