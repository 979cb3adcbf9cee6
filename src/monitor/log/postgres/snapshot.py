"""Full verification of a log in PostgreSQL: every rule of proof/judgement.py over one repeatable-read snapshot.

Owns how PostgreSQL is read for it; the counterpart of sqlite/verify.py. Rows come in pages, so memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from monitor.errors import MonitorError
from monitor.log.postgres.schema import TRIGGERS
from monitor.log.postgres.store import PostgresLog
from monitor.log.proof.anchors import Anchor
from monitor.log.proof.judgement import RawRow, Verification, judge, note_error
from monitor.log.store import LogStore

if TYPE_CHECKING:
    import psycopg

_PAGE = 5_000
_GUARDS = """SELECT tgname, tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'monitor' AND NOT tgisinternal"""
_TYPE = "split_part(head, ' ', 2)"


class PostgresSnapshot:
    """One moment of the log: everything is read inside the connection's open transaction."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def faults(self) -> Iterator[str]:
        """See that the guards against changes are in place and enabled, and that no other trigger is."""
        present = dict(self._connection.execute(_GUARDS).fetchall())
        for name in TRIGGERS:
            if present.get(name) not in ("O", b"O"):
                yield f"the trigger {name} is missing or disabled: someone may have opened the way to edit the log"
        yield from (f"the trigger {name} is not monitor's" for name in present if name not in TRIGGERS)

    def rows(self) -> Iterator[RawRow]:
        """Yield every event in order, as bytes."""
        query = """SELECT position, convert_to(head, 'UTF8'), convert_to(key, 'UTF8'), data, hash FROM monitor.events
            WHERE position > %s ORDER BY position LIMIT %s"""
        yield from self._pages(query)

    def n_events(self) -> int:
        """Return how many events are stored."""
        return self._number("SELECT count(*) FROM monitor.events")

    def last_position(self) -> int:
        """Return the highest position; 0 where there is none."""
        return self._number("SELECT coalesce(max(position), 0) FROM monitor.events")

    def hash_at(self, position: int) -> bytes | None:
        """Return the stored hash of one event."""
        query = "SELECT hash FROM monitor.events WHERE position = %s"
        row = self._connection.execute(query, (position,), binary=True).fetchone()
        return bytes(row[0]) if row else None

    def hashes(self, after: int, upto: int) -> Iterator[bytes]:
        """Yield the hashes with after < position <= upto."""
        query = "SELECT position, hash FROM monitor.events WHERE position > %s ORDER BY position LIMIT %s"
        for position, hash_ in self._pages(query, after):
            if position > upto:
                return
            yield hash_

    def of_types(self, *types: str) -> Iterator[tuple[int, str, str, str]]:
        """Yield (position, type, recorded_at, data) of the events of some types, in order."""
        query = f"""SELECT position, {_TYPE}, left(head, 27), convert_from(data, 'UTF8') FROM monitor.events
            WHERE position > %s AND {_TYPE} = ANY(%s) ORDER BY position LIMIT %s"""  # noqa: S608 - our own text
        yield from self._pages(query, 0, list(types))

    def names(self, *types: str) -> Iterator[tuple[int, str]]:
        """Yield (position, text_sha) of the events of some types, in order."""
        query = f"""SELECT position, convert_from(data, 'UTF8')::json ->> 'text_sha' FROM monitor.events
            WHERE position > %s AND {_TYPE} = ANY(%s) ORDER BY position LIMIT %s"""  # noqa: S608 - our own text
        yield from self._pages(query, 0, list(types))

    def payloads(self) -> Iterator[tuple[bytes, int, bytes]]:
        """Yield (sha, form, body) of every payload."""
        query = "SELECT id, sha, form, body FROM monitor.payloads WHERE id > %s ORDER BY id LIMIT %s"
        yield from (row[1:] for row in self._pages(query))

    def form_of(self, sha: bytes) -> int | None:
        """Return in which form a payload is stored, None where it is not."""
        query = "SELECT form FROM monitor.payloads WHERE sha = %s"
        row = self._connection.execute(query, (sha,)).fetchone()
        return int(row[0]) if row else None

    def _pages(self, query: str, after: int = 0, *values: Any) -> Iterator[Any]:
        while True:
            found = self._connection.execute(query, (after, *values, _PAGE), binary=True).fetchall()
            yield from found
            if len(found) < _PAGE:
                return
            after = found[-1][0]

    def _number(self, query: str) -> int:
        row = self._connection.execute(query).fetchone()
        return int(row[0]) if row else 0


def verify_postgres(
    log: LogStore, anchors: Iterable[Anchor] | None = None, *, quick: bool = False, keys: Iterable[str] = ()
) -> Verification:
    """Verify a log in PostgreSQL against lines of anchors, read before this is called; None: not against any.

    Raises nothing: what is wrong, and what kept it from being judged, is in the report.
    """
    assert isinstance(log, PostgresLog)  # noqa: S101 - whoever asks has opened it by an address
    report = Verification()
    try:
        with log.snapshot():
            judge(PostgresSnapshot(log.connection), report, anchors, quick=quick, keys=keys)
    except MonitorError as error:
        note_error(report, error)
    except (OSError, MemoryError) as error:
        report.doubt(f"{type(error).__name__}: {error}")
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        report.add(0, f"a stored value is damaged: {error}")
    return report
