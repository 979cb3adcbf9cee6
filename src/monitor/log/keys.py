"""Event keys make every re-run harmless: the same key with the same content is a no-op, with other content an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from monitor.errors import KeyConflictError
from monitor.log.codec import same_content
from monitor.log.events import NewEvent

Stored = tuple[int, str, int, bytes]  # position, type, version, data


def without_known(
    events: Sequence[NewEvent], raws: Sequence[bytes], stored: Callable[[Sequence[str]], Mapping[str, Stored]]
) -> tuple[list[NewEvent], list[bytes]]:
    """Return the events (and their bytes) whose keys are new; `stored` looks keys up in the log.

    Raises KeyConflictError where a key is taken by an event that says something else.
    """
    known = dict(stored([event.key for event in events]))
    new: list[NewEvent] = []
    new_raws: list[bytes] = []
    for event, raw in zip(events, raws, strict=True):
        if event.key in known:
            _refuse_other_content(event, *known[event.key])
        else:
            known[event.key] = (0, event.data.type, event.data.version, raw)
            new.append(event)
            new_raws.append(raw)
    return new, new_raws


def _refuse_other_content(event: NewEvent, position: int, type_: str, version: int, raw: bytes) -> None:
    if not same_content(event.data, type_, version, raw):
        where = f"event {position}" if position else "an earlier event of the same batch"
        raise KeyConflictError(
            f"the key {event.key!r} belongs to {where}, which says something else; nothing was written"
        )
