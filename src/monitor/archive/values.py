"""What a reader of archives yields: entries in the order of the file, and what could not be taken."""

from __future__ import annotations

import msgspec

from monitor.parse.raw import RawEntry


class Refused(msgspec.Struct, frozen=True):
    """A piece of an archive that gives no entry: where it stands and why, each for a person."""

    where: str
    why: str


Piece = RawEntry | Refused
