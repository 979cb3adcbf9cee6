"""Packs: old events in a sixth of their room, still read, found and verified like any other.

The newest KEEP events are rows. What is older lies in packs of 512 consecutive events: their heads, keys and data, line
by line, deflated as one. The hashes of a pack are not kept, for the chain gives them back: from the hash before the
pack and the lines, which must end in the hash that stands beside it. Nothing of what is hashed changes, and a pack
never changes either. A packed event is found by its position, by the first 8 bytes of its key's SHA-256 (`packed_keys`;
what is found is compared whole) and, where others ask for the newest key that begins in some way, by the key itself
(`named_keys`). Texts are payloads and lie in no pack.

Owns how a pack is made and read, on any connection to a log.db; when it is done is sqlite.py's and the tick's.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256

import msgspec

from monitor.errors import LogBrokenError
from monitor.log.chain import ZERO, Row, first_bad_row, split_head
from monitor.log.events import NewEvent
from monitor.log.rows import SELECT_RANGE

PACK_EVENTS = 512
MAX_PACK_BYTES = 4 << 20  # of lines: an event may hold a whole model
KEEP = 16_384
# Keys that many events have and nobody asks for by their beginning; all others are kept whole too.
PLENTIFUL = frozenset({
    "entry-flagged", "entry-revised", "entry-scored", "entry-seen", "feed-failed", "feed-fetched", "page-failed",
    "page-read", "story-entry", "story-linked", "tick-finished", "tick-started",
})  # fmt: skip
_LEVEL = 6  # 11 µs an event, once; level 9 takes as long again and saves a hundredth
_COLUMNS = "first, last, before, hash, body"


class Pack(msgspec.Struct, frozen=True):
    """One row of `packs`: the events `first` to `last`, between the hashes `before` and `hash`."""

    first: int
    last: int
    before: bytes
    hash: bytes
    body: bytes

    @property
    def name(self) -> str:
        """What it is called in a message."""
        return f"events {self.first} to {self.last}"

    def lines(self) -> list[bytes]:
        """Return head, key and data of each event in turn. Raises LogBrokenError for anything else."""
        try:
            lines = zlib.decompress(self.body).split(b"\n")
        except (zlib.error, TypeError) as error:
            raise LogBrokenError(
                f"{self.name} cannot be unpacked ({error}): run `monitor log verify`", self.first
            ) from error
        if len(lines) != 3 * (self.last - self.first + 1):
            raise LogBrokenError(f"{self.name}: the pack does not hold as many: run `monitor log verify`", self.first)
        return lines

    def rows(self) -> list[Row]:
        """Return its events with their hashes. Raises LogBrokenError where they do not end in the pack's hash."""
        return _rows(self)

    def row(self, position: int) -> tuple[Row, bytes]:
        """Return one of its events, and the hash before it."""
        rows = self.rows()
        number = position - self.first
        return rows[number], rows[number - 1][4] if number else self.before


@lru_cache(maxsize=4)  # whoever looks at one old event often looks at its neighbours
def _rows(pack: Pack) -> list[Row]:
    lines, prev = pack.lines(), pack.before
    rows: list[Row] = []
    for position, head, key, data in zip(
        range(pack.first, pack.last + 1), lines[::3], lines[1::3], lines[2::3], strict=True
    ):
        prev = sha256(b"\0%b%d\n%b\n%b\n%b" % (prev, position, head, key, data)).digest()
        rows.append((position, head.decode(), key.decode(), data, prev))
    if prev != pack.hash:
        raise LogBrokenError(f"one of the {pack.name} was changed: run `monitor log verify`", pack.first)
    return rows


def last_packed(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Return (position, hash) of the newest packed event; (0, 32 zero bytes) where none is."""
    row = connection.execute("SELECT last, hash FROM packs ORDER BY first DESC LIMIT 1").fetchone()
    return row or (0, ZERO)


def pack_at(connection: sqlite3.Connection, position: int) -> Pack | None:
    """Return the pack that holds an event."""
    query = f"SELECT {_COLUMNS} FROM packs WHERE first <= ? ORDER BY first DESC LIMIT 1"  # noqa: S608
    row = connection.execute(query, (position,)).fetchone()
    return Pack(*row) if row and row[1] >= position else None


def packs_after(connection: sqlite3.Connection, position: int) -> Iterator[Pack]:
    """Yield the packs that hold events after `position`, in order."""
    start = pack_at(connection, position + 1)
    query = f"SELECT {_COLUMNS} FROM packs WHERE first >= ? ORDER BY first"  # noqa: S608
    for row in connection.execute(query, (start.first if start else position + 1,)):
        yield Pack(*row)


def packs_before(connection: sqlite3.Connection) -> Iterator[Pack]:
    """Yield all packs, the newest first."""
    for row in connection.execute(f"SELECT {_COLUMNS} FROM packs ORDER BY first DESC"):  # noqa: S608
        yield Pack(*row)


def next_rows(connection: sqlite3.Connection, after: int, upto: int, most: int) -> list[Row]:
    """Return the events that follow `after`, up to `upto`: those of one pack, or at most `most` rows (-1: all).

    Inside the caller's snapshot, as they may be packed between the two looks.
    """
    pack = pack_at(connection, after + 1)
    if pack is None:
        return connection.execute(SELECT_RANGE, (after, upto, most)).fetchall()
    rows = pack.rows()
    return rows[after + 1 - pack.first : upto + 1 - pack.first]


def rows_between(connection: sqlite3.Connection, after: int, upto: int = 2**62) -> Iterator[Row]:
    """Yield the events with after < position <= upto, packed or not, inside the caller's snapshot."""
    while pack := pack_at(connection, after + 1) if after < upto else None:
        yield from pack.rows()[after + 1 - pack.first : upto + 1 - pack.first]
        after = pack.last
    yield from connection.execute(SELECT_RANGE, (after, upto, -1))


def hash_in_pack(connection: sqlite3.Connection, position: int) -> bytes | None:
    """Return the hash of a packed event; None where it is not packed."""
    pack = pack_at(connection, position)
    if pack is None:
        return None
    return pack.hash if position == pack.last else pack.row(position)[0][4]


def typed_rows(
    pack: Pack, after: int, upto: int, types: Sequence[str]
) -> list[tuple[int, str, str, bytes, bytes, bytes]]:
    """Return the events of some types in a pack, each with the hash before it; little work where there are none."""
    wanted = {type_.encode() for type_ in types}
    heads = pack.lines()[::3]
    places = [number for number, head in enumerate(heads) if head.split(b" ", 2)[1] in wanted]
    if not places:
        return []
    rows = pack.rows()
    found = [(*rows[number], rows[number - 1][4] if number else pack.before) for number in places]
    return [row for row in found if after < row[0] <= upto]


def packed_of_types(connection: sqlite3.Connection, types: Sequence[str]) -> Iterator[tuple[int, str, bytes]]:
    """Yield (position, head, data) of the packed events of some types, in order; their hashes are not looked at."""
    wanted = {type_.encode() for type_ in types}
    for pack in packs_after(connection, 0):
        lines = pack.lines()
        for number in range(0, len(lines), 3):
            if lines[number].split(b" ", 2)[1] in wanted:
                yield pack.first + number // 3, lines[number].decode(), lines[number + 2]


def may_be_packed(connection: sqlite3.Connection, events: Sequence[NewEvent]) -> bool:
    """Return whether a packed event may have the key of one of these; the look at it whole is `packed_with_keys`'."""
    if not last_packed(connection)[0]:
        return False
    ids = msgspec.json.encode([_key_id(event.key) for event in events]).decode()
    query = "SELECT 1 FROM json_each(?) j CROSS JOIN packed_keys k WHERE k.id = j.value LIMIT 1"
    return connection.execute(query, (ids,)).fetchone() is not None


def packed_with_keys(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, Row]:
    """Return the packed events that have one of these keys, by key. Raises LogBrokenError."""
    wanted: dict[int, list[str]] = {}
    for key in keys:
        wanted.setdefault(_key_id(key), []).append(key)
    ids = msgspec.json.encode(list(wanted)).decode()
    query = """SELECT k.id, k.position FROM json_each(?) j CROSS JOIN packed_keys k WHERE k.id = j.value
        ORDER BY k.position"""
    found = {}
    for id_, position in connection.execute(query, (ids,)).fetchall():
        pack = pack_at(connection, position)
        if pack is None:  # taken for unknown, its key could be given away twice
            raise LogBrokenError("the event of a packed key is in no pack: run `monitor log verify`", position)
        row = pack.row(position)[0]
        if row[2] in wanted[id_]:
            found[row[2]] = row
    return found


def newest_named(connection: sqlite3.Connection, prefix: str) -> int | None:
    """Return the position of the newest packed event whose key begins with `prefix` and a colon."""
    if prefix.split(":")[0] in PLENTIFUL:
        start = f"{prefix}:".encode()
        for pack in packs_before(connection):
            keys = pack.lines()[1::3]
            for number in range(len(keys) - 1, -1, -1):
                if keys[number].startswith(start):
                    return pack.first + number
        return None
    query = "SELECT position FROM named_keys WHERE key >= ? AND key < ? ORDER BY +position DESC LIMIT 1"
    row = connection.execute(query, (f"{prefix}:", f"{prefix};")).fetchone()
    return int(row[0]) if row else None


def newest_at(connection: sqlite3.Connection, moment: str) -> int:
    """Return the last packed position recorded at or before a moment (ISO, UTC); 0 where there is none."""
    query = f"SELECT {_COLUMNS} FROM packs WHERE earliest <= ? ORDER BY first DESC LIMIT 1"  # noqa: S608
    row = connection.execute(query, (moment,)).fetchone()
    if row is None:
        return 0
    pack, limit = Pack(*row), moment.encode()
    heads = pack.lines()[::3]
    return max(pack.first + number for number, head in enumerate(heads) if head[:27] <= limit)


def newest_of_types(connection: sqlite3.Connection, n: int, types: Sequence[str]) -> list[Row]:
    """Return the last `n` packed events, of these types where any are named, newest first."""
    found: list[Row] = []
    for pack in packs_before(connection):
        if len(found) >= n:
            break
        found += [row for row in reversed(pack.rows()) if not types or split_head(row[1])[1] in types]
    return found[:n]


def pack_oldest(connection: sqlite3.Connection, keep: int, size: int = PACK_EVENTS) -> int:
    """Move the `size` oldest rows into a pack, in the caller's transaction; return how many, 0 where not all are old.

    Raises LogBrokenError for events whose chain does not hold: what is wrong must stay as it is.
    """
    position, before = last_packed(connection)
    (head,) = connection.execute("SELECT max(position) FROM events").fetchone()
    if head is None or head - position - keep < size:
        return 0
    rows = _fitting(connection.execute(SELECT_RANGE, (position, position + size, -1)))
    if fault := first_bad_row(rows, position, before):
        raise LogBrokenError(f"event {fault[0]}: {fault[1]}; nothing was packed", fault[0])
    pack = _packed(rows, before)
    if pack.rows() != rows:
        raise LogBrokenError(f"{pack.name} hold a line break and cannot be packed", pack.first)
    earliest = min(row[1][:27] for row in rows)
    connection.execute(
        "INSERT INTO packs (first, last, before, hash, earliest, body) VALUES (?, ?, ?, ?, ?, ?)",
        (pack.first, pack.last, before, pack.hash, earliest, pack.body),
    )
    keys = sorted((_key_id(row[2]), row[0]) for row in rows)
    connection.executemany("INSERT INTO packed_keys (id, position) VALUES (?, ?)", keys)
    named = [(row[2], row[0]) for row in rows if row[2].split(":")[0] not in PLENTIFUL]
    connection.executemany("INSERT INTO named_keys (key, position) VALUES (?, ?)", named)
    connection.execute("DELETE FROM events WHERE position <= ?", (pack.last,))
    return len(rows)


def _fitting(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that one pack takes: at least one."""
    taken: list[Row] = []
    n_bytes = 0
    for row in rows:
        n_bytes += len(row[1]) + len(row[2]) + len(row[3])
        if taken and n_bytes > MAX_PACK_BYTES:
            break
        taken.append(row)
    return taken


def _packed(rows: Sequence[Row], before: bytes) -> Pack:
    lines = [part for _, head, key, data, _ in rows for part in (head.encode(), key.encode(), data)]
    return Pack(rows[0][0], rows[-1][0], before, rows[-1][4], zlib.compress(b"\n".join(lines), _LEVEL))


def _key_id(key: str) -> int:
    """Return the number under which a key is looked for."""
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big", signed=True)


def pack_faults(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield what is wrong with how packed events are found: a key that is missing could be given away twice."""
    (n_keys,) = connection.execute("SELECT count(*) FROM packed_keys").fetchone()
    n_events = n_found = n_named = 0
    for pack in packs_after(connection, 0):
        keys = [key.decode() for key in pack.lines()[1::3]]
        n_events += len(keys)
        places = msgspec.json.encode([(_key_id(key), pack.first + n) for n, key in enumerate(keys)]).decode()
        query = """SELECT count(*) FROM json_each(?) j CROSS JOIN packed_keys k
            WHERE k.id = json_extract(j.value, '$[0]') AND k.position = json_extract(j.value, '$[1]')"""
        n_found += connection.execute(query, (places,)).fetchone()[0]
        named = [(key, pack.first + n) for n, key in enumerate(keys) if key.split(":")[0] not in PLENTIFUL]
        n_named += len(named)
        for key, position in named:
            row = connection.execute("SELECT position FROM named_keys WHERE key = ?", (key,)).fetchone()
            if row != (position,):
                yield f"the key of event {position} is not where it is looked for"
    if not n_keys == n_events == n_found:
        yield f"of {n_events} packed events {n_found} are found by their keys, of {n_keys}"
    if connection.execute("SELECT count(*) FROM named_keys").fetchone()[0] != n_named:
        yield "named_keys holds keys of no packed event"
