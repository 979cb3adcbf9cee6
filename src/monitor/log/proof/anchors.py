"""Anchors: heads the log has had, kept outside the log, so that a cut tail and an old backup are found.

Owns the file anchors.jsonl, beside log.db: one JSON line for each process that appended, and one for each signed
checkpoint. A chain cannot see that its own end is missing; an anchor can. Copy the file elsewhere and it also shows
that log and anchors were changed together.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from monitor.errors import LogBrokenError
from monitor.files import write_whole

ANCHORS_NAME = "anchors.jsonl"
MARKER_NAME = "verify-failed.txt"


class Anchor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The log's chain at `position` ended in `hash` (hex).

    `restored`, where it is signed by the log's key (trust.py), voids the earlier anchors beyond `position`.
    """

    position: int
    hash: str
    recorded_at: str = ""
    root: str = ""
    public_key: str = ""
    signature: str = ""
    first_key: str = ""
    restored: bool = False
    note: str = ""


_decode = msgspec.json.Decoder(Anchor).decode


def anchors_path(log_path: Path) -> Path:
    """Return where the anchors of a log are kept."""
    return log_path.with_name(ANCHORS_NAME)


def read_anchors(path: Path) -> list[Anchor]:
    """Return every line, oldest first; none where there is no file. Which of them hold is for trust.py to say.

    A last line without its line break is a write that was cut short, and is passed over. Raises LogBrokenError for a
    line that is no anchor, OSError where the file cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    return [_read_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def last_anchor(path: Path) -> Anchor | None:
    """Return the newest anchor, reading only the end of the file. Raises LogBrokenError."""
    try:
        with path.open("rb") as handle:
            handle.seek(max(0, handle.seek(0, os.SEEK_END) - 8_192))
            lines = handle.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return None
    return _read_line(path, len(lines), lines[-1]) if lines and lines[-1].strip() else None


def write_anchor(path: Path, anchor: Anchor) -> None:
    """Add an anchor with a single write. Not synced: it may be lost with the power, but is never ahead of the log."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            _cut_torn_line(handle, size)
        os.write(handle, msgspec.json.encode(anchor) + b"\n")
    finally:
        os.close(handle)


def anchor_head(log_path: Path, head: tuple[int, bytes], recorded_at: str) -> None:
    """Anchor the head of the log at `log_path`, where the folder lets us."""
    with suppress(OSError):  # the events are safe; a missing anchor only leaves the tail less guarded
        write_anchor(anchors_path(log_path), Anchor(position=head[0], hash=head[1].hex(), recorded_at=recorded_at))


def read_marker(log_path: Path) -> str:
    """Return what the last verification of a log found wrong; "" where it found nothing."""
    try:
        return log_path.with_name(MARKER_NAME).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def write_marker(log_path: Path, finding: str) -> None:
    """Remember what a verification found wrong, so that nothing is appended until one finds nothing."""
    path = log_path.with_name(MARKER_NAME)
    if finding:
        write_whole(path, f"{finding}\n".encode())
    else:
        path.unlink(missing_ok=True)


def _cut_torn_line(handle: int, size: int) -> None:
    tail = os.pread(handle, 8_192, max(0, size - 8_192))
    os.ftruncate(handle, size - len(tail) + tail.rfind(b"\n") + 1)


def _read_line(path: Path, number: int, line: bytes) -> Anchor:
    try:
        return _decode(line)
    except msgspec.DecodeError as error:
        raise LogBrokenError(f"{path.name}: line {number} is not an anchor ({error})") from error
