"""How an event becomes bytes and comes back: JSON by msgspec, typed, upcast from older versions on reading.

Owns the moments (`iso`, `parse_iso`), the encoding of `data`, and the table of upcasters. Hashing is in chain.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import msgspec

from monitor.errors import InputError, LogError
from monitor.log.events import EVENT_TYPES, EventData

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
# (type, old version) -> a function from the old fields to those of the next version. One small step each, never
# changed once released; fixtures/logs holds a log of every released version that must still read.
UPCASTERS: dict[tuple[str, int], Upcaster] = {}

_encode = msgspec.json.Encoder().encode


class Shapes(dict[str, Callable[[bytes], EventData]]):
    """What a release can read: a decoder per type, and the steps from older versions.

    A decoder is made when its type is first read: making all costs 5 ms of every start.
    """

    def __init__(self, types: Mapping[str, type[EventData]], upcasters: Mapping[tuple[str, int], Upcaster]) -> None:
        super().__init__()
        self.types, self.upcasters = types, upcasters
        self.versions = {name: cls.version for name, cls in types.items()}

    def __missing__(self, type_: str) -> Callable[[bytes], EventData]:
        self[type_] = msgspec.json.Decoder(self.types[type_]).decode
        return self[type_]


_SHAPES = Shapes(EVENT_TYPES, UPCASTERS)


def _holds_numbers(cls: type) -> bool:
    """Tell whether an event may hold a float, so that only those are looked at for NaN."""
    kinds = [str(kind) for base in cls.__mro__ for kind in getattr(base, "__annotations__", {}).values()]
    return any("float" in kind or "Any" in kind for kind in kinds)


_with_numbers = frozenset(cls for cls in EVENT_TYPES.values() if _holds_numbers(cls))


def iso(moment: datetime) -> str:
    """Return an aware moment as `2026-01-31T12:00:00.000000Z`. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {moment}")
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{_encode(utc)[1:20].decode()}.{utc.microsecond:06d}Z"  # a fifth of what isoformat() takes


def parse_iso(text: str) -> datetime:
    """Return the aware UTC moment of an ISO 8601 string with a zone. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {text!r}")
    return moment.astimezone(UTC)


def encode_data(data: EventData) -> bytes:
    """Return the JSON bytes the log stores and hashes. Raises InputError for NaN, infinity and lone surrogates."""
    return encode_all([data])[0]


def encode_all(batch: Iterable[EventData]) -> list[bytes]:
    """Return the JSON bytes of each, in order. Raises InputError as `encode_data` does."""
    batch = list(batch)
    try:
        raws = list(map(_encode, batch))
    except (UnicodeEncodeError, TypeError, OverflowError, ValueError) as error:
        raise InputError(f"an event cannot be written as JSON: {error}") from error
    if not _with_numbers.isdisjoint({data.__class__ for data in batch}):
        for data, raw in zip(batch, raws, strict=True):
            if b"null" in raw and data.__class__ in _with_numbers:
                _refuse_not_finite(data)
    return raws


def _refuse_not_finite(data: EventData) -> None:
    """Raise InputError where a number is NaN or infinite: msgspec writes those as null, which is no number."""
    if any(not isfinite(number) for number in _floats(msgspec.to_builtins(data))):
        raise InputError(f"{data.type}: a number is not finite")


def _floats(value: object) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _floats(inner)


def decode_data(type_: str, version: int, raw: bytes, shapes: Shapes = _SHAPES) -> EventData:
    """Return what an event says, upcast to this release's version. Raises LogError for what it cannot read."""
    try:
        if version == shapes.versions[type_]:
            return shapes[type_](raw)
        return _upcast(type_, version, raw, shapes)
    except KeyError:
        raise LogError(
            f"the log holds {type_!r} version {version}, which this release cannot read: update monitor"
        ) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise LogError(f"{type_}: stored data cannot be read ({error}); run `monitor log verify`") from error


def _upcast(type_: str, version: int, raw: bytes, shapes: Shapes) -> EventData:
    cls = shapes.types[type_]
    if version > cls.version:  # written by a newer release: its new fields are kept in `raw` and ignored here
        return shapes[type_](raw)
    fields = msgspec.json.decode(raw)
    for step in range(version, cls.version):
        fields = shapes.upcasters[type_, step](fields)
    return msgspec.convert(fields, cls)


def same_content(data: EventData, type_: str, version: int, raw: bytes, shapes: Shapes = _SHAPES) -> bool:
    """Return whether `data` says what a stored event says, whatever version it was written in."""
    if data.type != type_:
        return False
    mine = encode_data(data)
    return mine == raw or shapes[type_](mine) == decode_data(type_, version, raw, shapes)
