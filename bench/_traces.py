"""What of a text could be met in a file: its words as they are, and the bytes that log.db stores for it."""

from __future__ import annotations

from monitor.log.payloads import pack

_ENDING = 24  # of the stored bytes: a title stands at a payload's end, and short texts begin alike


def traces(payload: bytes, title: str) -> tuple[bytes, bytes]:
    """Return the two byte strings of which none may be left of an erased text."""
    return title.encode(), pack(payload)[1][-_ENDING:]
