"""How an event becomes bytes and comes back: JSON by msgspec, typed, upcast from older versions on reading.

Owns the moments (`iso`, `parse_iso`), the encoding of `data`, and the table of upcasters. Hashing is in chain.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from monitor.errors import InputError, LogError
from monitor.log.events import EVENT_TYPES, EventData

# (type, old version) -> a function from the old fields to those of the next version. One small step each, never
# changed once released; fixtures/logs holds a log of every released version that must still read.
UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}

_encode = msgspec.json.Encoder().encode
_decoders = {name: msgspec.json.Decoder(cls).decode for name, cls in EVENT_TYPES.items()}
_versions = {name: cls.version for name, cls in EVENT_TYPES.items()}


def iso(moment: datetime) -> str:
    """Return an aware moment as `2026-01-31T12:00:00.000000Z`. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {moment}")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def parse_iso(text: str) -> datetime:
    """Return the aware UTC moment of an ISO 8601 string with a zone. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {text!r}")
    return moment.astimezone(UTC)


def encode_data(data: EventData) -> bytes:
    """Return the JSON bytes the log stores and hashes. Raises InputError for NaN, infinity and lone surrogates."""
    try:
        raw = _encode(data)
    except (UnicodeEncodeError, TypeError, OverflowError) as error:
        raise InputError(f"{data.type}: cannot be written as JSON: {error}") from error
    if b"null" in raw:  # msgspec writes NaN and infinity as null: such bytes would not read back
        try:
            _decoders[data.type](raw)
        except msgspec.ValidationError as error:
            raise InputError(f"{data.type}: a number is not finite or a field is empty: {error}") from error
    return raw


def decode_data(type_: str, version: int, raw: bytes) -> EventData:
    """Return what an event says, upcast to this release's version. Raises LogError for what it cannot read."""
    try:
        if version == _versions[type_]:
            return _decoders[type_](raw)
        return _upcast(type_, version, raw)
    except KeyError:
        raise LogError(
            f"the log holds {type_!r} version {version}, which this release cannot read: update monitor"
        ) from None
    except msgspec.DecodeError as error:
        raise LogError(f"{type_}: stored data cannot be read ({error}); run `monitor log verify`") from error


def _upcast(type_: str, version: int, raw: bytes) -> EventData:
    cls = EVENT_TYPES[type_]
    if version > cls.version:  # written by a newer release: its new fields are kept in `raw` and ignored here
        return _decoders[type_](raw)
    fields = msgspec.json.decode(raw)
    for step in range(version, cls.version):
        fields = UPCASTERS[type_, step](fields)
    return msgspec.convert(fields, cls)


def same_content(data: EventData, type_: str, version: int, raw: bytes) -> bool:
    """Return whether `data` says what a stored event says, whatever version it was written in."""
    if data.type != type_:
        return False
    mine = encode_data(data)
    return mine == raw or _decoders[type_](mine) == decode_data(type_, version, raw)
