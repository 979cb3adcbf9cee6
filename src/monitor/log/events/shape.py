"""What every event is: its data, and the event as appended and as read."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class EventData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What one event says. Subclasses set the stable `type` and the `version` of their shape."""

    type: ClassVar[str]
    version: ClassVar[int] = 1


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
