"""The event store in PostgreSQL: the same events, bytes and hashes as log.db, shared by any number of workers.

One short transaction an append, under one advisory lock, so that positions have no gaps and no reader ever sees a
position before its predecessors: PostgreSQL makes a transaction visible before it frees the transaction's locks. Owns
appending and reading; tables and roles are in pgschema.py, connections in pgconnect.py, judging in pgsnapshot.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import InputError, LogBrokenError, NotFoundError
from monitor.log.chain import ZERO, ZERO_HEX, Row, chain_rows, check_new, first_bad_row, split_head
from monitor.log.codec import decode_data, encode_all
from monitor.log.events import Event, NewEvent
from monitor.log.keys import Stored, without_known
from monitor.log.payloads import check_payloads, pack_as_before, unpack
from monitor.log.postgres.claims import PostgresClaims
from monitor.log.postgres.connect import Connections, driver, explain, one_line_errors, shown
from monitor.log.postgres.rows import COPY_FROM_ROWS, INSERT, INSERT_PAYLOADS, columns, copy_rows
from monitor.log.postgres.schema import SCHEMA_VERSION
from monitor.log.proof.anchors import Anchor, anchor_head, anchors_path, last_anchor, read_marker
from monitor.log.proof.guard import broken
from monitor.log.rows import Appended, event_of

if TYPE_CHECKING:
    import psycopg

# Who appends holds this advisory lock ("MONL" and 1): one log a database.
APPEND_LOCK = 0x4D4F4E4C00000001
CHANNEL = "monitor_log"  # NOTIFY at every append, for those who wait for news
# One message and one answer; each statement sees what was committed before it began, so the head is that of the last
# appender. What is notified is heard once the transaction is committed.
_HEAD = "SELECT position, hash FROM events ORDER BY position DESC LIMIT 1"
_BEGIN = f"BEGIN; SELECT pg_advisory_xact_lock({APPEND_LOCK}); NOTIFY {CHANNEL}; {_HEAD}"
_READ_ROWS = 2_000
_CHECK_ROWS = 1_000

_WITH_PREV = """SELECT e.position, e.head, e.key, e.data, e.hash, p.hash
FROM events e LEFT JOIN events p ON p.position = e.position - 1"""
_TYPE = "split_part(e.head, ' ', 2)"


class PostgresLog:
    """An event store in a PostgreSQL database. Use `open_postgres`; close it when done.

    `path` names no file: this machine's anchors, keys and marks lie beside it, as they lie beside a log.db.
    """

    def __init__(self, address: str, path: Path, *, read_only: bool = False) -> None:
        self.address, self.path, self.read_only = address, path, read_only
        self.where = shown(address)
        self._connections = Connections(address, read_only=read_only)
        self.claims = PostgresClaims(self._connections, self.where)
        self._checked: tuple[int, bytes] | None = None  # a head this object has verified or written
        self._appended = ""  # when this object last appended

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """This thread's connection, for statements of the log room."""
        return self._connections.get()

    def append(
        self,
        events: Sequence[NewEvent],
        *,
        recorded_at: str,
        payloads: Mapping[str, bytes] | None = None,
        erased: Collection[str] = (),
    ) -> Sequence[Event]:
        """Append all events and payloads, and overwrite the `erased` ones, in one durable transaction.

        Where the connection breaks in the commit, the log itself says whether it came to be: the same call is made
        once more, and events that stand in the log already are returned as it has them.
        """
        check_new(events, recorded_at)
        if any("\0" in event.key or "\0" in event.actor for event in events):
            raise InputError("a key or an actor holds a NUL, which PostgreSQL cannot keep")
        check_payloads(payloads or {})
        raws = encode_all([event.data for event in events])
        packed = [(bytes.fromhex(sha), *pack_as_before(payload)) for sha, payload in (payloads or {}).items()]
        gone = [bytes.fromhex(sha) for sha in erased]
        if self._checked is None:
            self.check_writable()
        psycopg = driver()
        try:
            return self._try(events, raws, recorded_at, packed, gone)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if not self._lost(error):
                raise explain(error, self.where) from error
        except psycopg.Error as error:
            raise explain(error, self.where) from error
        self._connections.drop()
        with one_line_errors(self.where):
            added = self._try(events, raws, recorded_at, packed, gone)
            return added if len(added) == len(events) else self._found(events)

    def _try(
        self, events: Sequence[NewEvent], raws: Sequence[bytes], at: str, packed: list[Any], gone: list[bytes]
    ) -> Sequence[Event]:
        try:
            return self._commit(events, raws, at, packed, gone, known_too=False)
        except driver().errors.UniqueViolation:  # most likely a known key: leave the known ones out
            return self._commit(events, raws, at, packed, gone, known_too=True)

    def _commit(
        self,
        events: Sequence[NewEvent],
        raws: Sequence[bytes],
        at: str,
        packed: list[Any],
        gone: list[bytes],
        *,
        known_too: bool,
    ) -> Sequence[Event]:
        connection = self.connection
        try:
            position, prev = self._begin(connection)
            if known_too:
                events, raws = without_known(events, raws, self._stored)
            rows = chain_rows(events, raws, at, position, prev)
            if len(rows) >= COPY_FROM_ROWS:
                copy_rows(connection, rows)
            left: list[tuple[str, Any]] = [(INSERT, columns(rows, 5))] if 0 < len(rows) < COPY_FROM_ROWS else []
            left += [(INSERT_PAYLOADS, columns(packed, 3))] if packed else []
            left += [("SELECT monitor.erase(%s::bytea[])", (gone,))] if gone else []
            with connection.pipeline() if left else nullcontext():  # one round trip for all that is left
                for statement, values in left:
                    connection.execute(statement, values, binary=True)
                connection.execute("COMMIT")
        except BaseException:
            with suppress(Exception):  # a connection that broke has rolled back by itself
                connection.execute("ROLLBACK")
            raise
        self._checked = (rows[-1][0], rows[-1][4]) if rows else (position, prev)
        if rows:
            self._appended = at
        return Appended(events, rows, prev)

    def _begin(self, connection: psycopg.Connection[Any]) -> tuple[int, bytes]:
        """Begin as the only appender and return the head, having checked what other writers added since."""
        found = connection.execute(_BEGIN)
        while found.nextset():
            pass
        row = found.fetchone()
        head = (row[0], row[1]) if row else (0, ZERO)
        if self._checked is not None and head != self._checked:
            position, prev = self._checked
            fault = first_bad_row(self._range(position, None), position, prev)
            if fault or head[0] <= position:
                raise broken(*(fault or (position, f"the log ends at {head[0]}, in another event than it held")))
        return head

    def _stored(self, keys: Sequence[str]) -> dict[str, Stored]:
        query = "SELECT key, position, head, data FROM events WHERE key = ANY(%s)"
        found = self.connection.execute(query, (list(keys),), binary=True).fetchall()
        return {key: (position, *split_head(head)[1:3], bytes(raw)) for key, position, head, raw in found}

    def _found(self, events: Sequence[NewEvent]) -> list[Event]:
        """Return the events as the log has them, after a commit of unknown end."""
        query = f"{_WITH_PREV} WHERE e.key = ANY(%s) ORDER BY e.position"
        rows = self.connection.execute(query, ([event.key for event in events],), binary=True).fetchall()
        return [event_of(row) for row in rows]

    def _lost(self, error: psycopg.Error) -> bool:
        """Say whether the connection is gone, so that nobody here knows how the commit ended."""
        return self._connections.is_lost() or (error.sqlstate or "").startswith(("08", "57P"))

    def take_rows(self, rows: Sequence[Row]) -> None:
        """Store rows of another store as they are, hashes and all: for moving a log. Nobody else appends."""
        with one_line_errors(self.where), self.connection.transaction():
            self.connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
            copy_rows(self.connection, rows)
        self._checked = None

    def take_payload_rows(self, rows: Sequence[tuple[bytes, int, bytes]]) -> None:
        """Store payload rows of another store; those that are there stay."""
        with one_line_errors(self.where):
            self.connection.execute(INSERT_PAYLOADS, columns(rows, 3), binary=True)

    def check_writable(self) -> None:
        """Refuse a log that must not be appended to: broken near its end, or shorter than its last anchor here.

        Raises LogBrokenError or StorageError. `append` calls it once; a tick calls it before it fetches.
        """
        if failed := read_marker(self.path):
            raise broken(0, failed)
        anchor = last_anchor(anchors_path(self.path))
        with one_line_errors(self.where):
            head, hash_ = self.head()
            start = max(0, head - _CHECK_ROWS)
            prev = self._hash_at(start)
            fault = (start, "it is missing") if prev is None else first_bad_row(self._range(start, head), start, prev)
            if fault:
                raise broken(*fault)
            if anchor is not None:
                self._check_anchor(anchor, head)
        self._checked = (head, bytes.fromhex(hash_))

    def _check_anchor(self, anchor: Anchor, head: int) -> None:
        if anchor.position > head:
            what = f"the log ends here, but an anchor of {anchor.recorded_at} knows event {anchor.position}"
            raise broken(head, f"{what}: its tail was cut, or an old copy was put back")
        if (self._hash_at(anchor.position) or b"").hex() != anchor.hash:
            raise broken(anchor.position, "its hash is not the one anchored: the log was rewritten")

    def _hash_at(self, position: int) -> bytes | None:
        if position == 0:
            return ZERO
        row = self.connection.execute(
            "SELECT hash FROM events WHERE position = %s", (position,), binary=True
        ).fetchone()
        return bytes(row[0]) if row else None

    def read(self, *, after: int = 0, upto: int | None = None, types: Sequence[str] | None = None) -> Iterator[Event]:
        """Yield events with after < position <= upto, in order, in bounded memory; nothing is held between pages."""
        with one_line_errors(self.where):
            if types is not None:
                yield from self._read_types(after, upto, list(types))
                return
            prev = self._hash_at(after)
            before, last_head = prev.hex() if prev else "", ""
            at, type_, version, actor = "", "", 0, ""
            for position, head, key, raw, hash_ in self._range(after, upto):
                if head != last_head:
                    at, type_, version, actor = split_head(head)
                    last_head = head
                now = hash_.hex()
                data = decode_data(type_, version, raw)
                yield Event(position, type_, version, at, actor, key, data, raw, before, now)
                before = now

    def _read_types(self, after: int, upto: int | None, types: list[str]) -> Iterator[Event]:
        query = f"{_WITH_PREV} WHERE e.position > %s AND e.position <= %s AND {_TYPE} = ANY(%s) ORDER BY 1 LIMIT %s"
        last = self.head()[0] if upto is None else upto
        while after < last:
            found = self.connection.execute(query, (after, last, types, _READ_ROWS), binary=True).fetchall()
            yield from map(event_of, found)
            if len(found) < _READ_ROWS:
                return
            after = found[-1][0]

    def _range(self, after: int, upto: int | None) -> Iterator[Row]:
        query = """SELECT position, head, key, data, hash FROM events
            WHERE position > %s AND position <= %s ORDER BY position LIMIT %s"""
        last = 2**62 if upto is None else upto
        while True:
            found = self.connection.execute(query, (after, last, _READ_ROWS), binary=True).fetchall()
            yield from found
            if len(found) < _READ_ROWS:
                return
            after = found[-1][0]

    def get(self, position: int) -> Event | None:
        """Return the event at `position`."""
        return self._one("WHERE e.position = %s", position)

    def by_key(self, key: str) -> Event | None:
        """Return the event with this key."""
        return None if "\0" in key else self._one("WHERE e.key = %s", key)

    def compact(self, most: int) -> int:
        """Events stay rows: many machines write at once, and the server's own tools move old ones (docs/scaling.md)."""
        return 0

    def last_keyed(self, prefix: str) -> Event | None:
        """Return the newest event whose key begins with `prefix` and a colon."""
        condition = "WHERE e.key >= %s AND e.key < %s ORDER BY e.position + 0 DESC LIMIT 1"
        return self._one(condition, f"{prefix}:", f"{prefix};")

    def _one(self, condition: str, *values: int | str) -> Event | None:
        with one_line_errors(self.where):
            row = self.connection.execute(f"{_WITH_PREV} {condition}", values, binary=True).fetchone()
            return event_of(row) if row else None

    def head(self) -> tuple[int, str]:
        """Return the last position and its hash."""
        with one_line_errors(self.where):
            row = self.connection.execute(_HEAD, binary=True).fetchone()
        return (row[0], row[1].hex()) if row else (0, ZERO_HEX)

    def rows(self, *, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Yield the stored rows with after < position <= upto, undecoded: for exports and `log tail`."""
        with one_line_errors(self.where):
            yield from self._range(after, upto)

    def tail(self, n: int, types: Sequence[str] = ()) -> list[Row]:
        """Return the last `n` rows, of these types where any are named, oldest first."""
        condition = f"WHERE {_TYPE} = ANY(%s)" if types else "WHERE %s::text[] IS NOT NULL"
        query = f"SELECT position, head, key, data, hash FROM events e {condition} ORDER BY position DESC LIMIT %s"  # noqa: S608
        with one_line_errors(self.where):
            return self.connection.execute(query, (list(types), n), binary=True).fetchall()[::-1]

    def payload_rows(self) -> Iterator[tuple[bytes, int, bytes]]:
        """Yield (sha, form, body) of every payload, in the order they came."""
        last = 0
        query = "SELECT id, sha, form, body FROM payloads WHERE id > %s ORDER BY id LIMIT %s"
        with one_line_errors(self.where):
            while rows := self.connection.execute(query, (last, _READ_ROWS), binary=True).fetchall():
                last = rows[-1][0]
                yield from (row[1:] for row in rows)

    def hashes(self, after: int, upto: int) -> Iterator[bytes]:
        """Yield the 32-byte hashes of the events with after < position <= upto."""
        query = "SELECT position, hash FROM events WHERE position > %s AND position <= %s ORDER BY 1 LIMIT %s"
        with one_line_errors(self.where):
            while found := self.connection.execute(query, (after, upto, 20_000), binary=True).fetchall():
                yield from (row[1] for row in found)
                after = found[-1][0]

    def last_checkpoint(self) -> Event | None:
        """Return the newest signed checkpoint, or None where there is none."""
        return self.last_keyed("checkpoint")

    def recognises(self, position: int, hash_: str) -> bool:
        """Return True, or raise LogBrokenError: with a server that knows less, or other, nothing is gone on with."""
        with one_line_errors(self.where):
            found = self._hash_at(position)
        if found is None or found.hex() != hash_:
            raise LogBrokenError(
                f"the log at {self.where} is not the one this machine knew: event {position} "
                f"{'is missing' if found is None else 'is another'}. Did a copy answer, or a restored backup? "
                "Nothing was done; docs/scaling.md says how to go on"
            )
        return True

    def position_at(self, moment: str) -> int:
        """Return the last position recorded at or before `moment` (ISO, UTC); 0 where there is none."""
        query = "SELECT position FROM events WHERE left(head, 27) <= %s ORDER BY position DESC LIMIT 1"
        with one_line_errors(self.where):
            row = self.connection.execute(query, (moment,)).fetchone()
        return int(row[0]) if row else 0

    def payload(self, text_sha: str) -> bytes | None:
        """Return a payload's bytes, or None where it was erased or never stored. Raises LogBrokenError for bit rot."""
        sha = bytes.fromhex(text_sha)
        with one_line_errors(self.where):
            query = "SELECT form, body FROM payloads WHERE sha = %s"
            row = self.connection.execute(query, (sha,), binary=True).fetchone()
        return unpack(sha, *row) if row else None

    def payloads(self, text_shas: Collection[str]) -> dict[str, bytes]:
        """Return those of these payloads that are there, by name, in one round trip. Raises LogBrokenError."""
        query = "SELECT sha, form, body FROM payloads WHERE sha = ANY(%s::bytea[])"
        with one_line_errors(self.where):
            wanted = [bytes.fromhex(sha) for sha in text_shas]
            rows = self.connection.execute(query, (wanted,), binary=True).fetchall()
        return {row[0].hex(): body for row in rows if (body := unpack(*row)) is not None}

    def purge(self, wait_s: float) -> bool:
        """Let the server drop what is left of overwritten payloads in its pages, where this role may ask for it.

        Its write-ahead log and its backups keep their own time: docs/scaling.md says how long.
        """
        with one_line_errors(self.where):
            self.connection.execute("VACUUM payloads")
        return True

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let this thread read one moment of the log for the length of a `with` block, whoever appends meanwhile."""
        with one_line_errors(self.where):
            connection = self.connection
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield
            finally:
                with suppress(Exception):
                    connection.execute("ROLLBACK")

    def close(self) -> None:
        """Anchor the head on this machine if this object appended, then close every thread's connection."""
        if self._appended and self._checked is not None:
            anchor_head(self.path, self._checked, self._appended)
            self._appended = ""
        self._connections.close()


def open_postgres(address: str, path: Path, *, read_only: bool = False) -> PostgresLog:
    """Open the log at `address`; `path` is where a log.db would lie, and this machine's anchors and keys do.

    Raises NotFoundError (no log there yet), LogBrokenError (made by a newer release), StorageError, MissingExtraError.
    """
    log = PostgresLog(address, path, read_only=read_only)
    try:
        with one_line_errors(log.where):
            row = log.connection.execute("SELECT schema_version FROM monitor.about").fetchone()
        if row is None:
            raise NotFoundError(f"no log at {log.where}: run `monitor log init-postgres` as its owner first")
        if row[0] > SCHEMA_VERSION:
            raise LogBrokenError(f"the log at {log.where} has schema {row[0]}: a newer monitor made it; update")
    except BaseException:
        log.close()
        raise
    return log
