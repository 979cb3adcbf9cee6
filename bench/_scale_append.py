"""Appending to PostgreSQL, for bench/scale.py: ours, plain COPY of the same chain, eventsourcing's recorder; in turns.

CPU is the client's. Every subject gets the same events in the same batches; a batch is a commit.
"""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench._log_subjects import AT, encode, records
from bench._scale_ticks import new_log
from monitor.log.chain import ZERO, Row, chain_rows
from monitor.log.codec import encode_all
from monitor.log.events import NewEvent
from monitor.log.postgres.store import open_postgres

if TYPE_CHECKING:
    import psycopg

    from tests.postgres import Server

ROUNDS = 3
_FLOOR = """CREATE TABLE floor (position int8 PRIMARY KEY, head text, key text UNIQUE, data bytea, hash bytea)"""
Part = Sequence[NewEvent]
Append = Callable[[Part], None]


def appends(folder: Path, server: Server, n_events: int, batch: int, *, peers: bool) -> None:
    """Measure and print; `peers` where eventsourcing can be imported."""
    import psycopg

    events = [NewEvent(key, data) for part in records(n_events) for key, data in part]
    parts = [events[start : start + batch] for start in range(0, n_events, batch)]
    taken: dict[str, list[tuple[float, float]]] = {}
    size = wal = 0
    for number in range(ROUNDS):
        name = f"a{batch}-{number}"
        (folder / name).mkdir()  # anchors lie there: those of another log would be missed in this one
        log = open_postgres(new_log(server, name), folder / name / "log.db")
        before = _wal(server)
        _time(taken, "ours", lambda part, log=log: log.append(part, recorded_at=AT), parts)  # type: ignore[misc]
        log.close()
        wal = _wal(server) - before
        with psycopg.connect(server.of("owner", name), autocommit=True) as plain:
            row = plain.execute("SELECT pg_total_relation_size('monitor.events')").fetchone()
            size = row[0] if row else 0
            plain.execute(_FLOOR)
            _time(taken, "plain COPY", _floor(plain), parts)
        if peers:
            recorder = _recorder(server, name)
            _time(taken, "eventsourcing", recorder.append, parts)
            recorder.close()
    ours = [cpu for cpu, _ in taken["ours"]]
    for who, times in taken.items():
        cpu, wall = (statistics.median(each[at] for each in times) for at in (0, 1))
        ratio = statistics.median(theirs / mine for (theirs, _), mine in zip(times, ours, strict=True))
        print(
            f"append, {batch:5} a commit: {who:14} {n_events / cpu:9,.0f} events a CPU second, "
            f"{1000 * wall * batch / n_events:7.2f} ms a commit; ours does {ratio:.2f} x as many"
        )
    million = 1_000_000 / n_events / 1e6
    print(f"  a million such events: {size * million:,.0f} MB with indexes, {wal * million:,.0f} MB of write-ahead log")


def _time(taken: dict[str, list[tuple[float, float]]], who: str, append: Append, parts: Sequence[Part]) -> None:
    cpu, wall = time.process_time(), time.monotonic()
    for part in parts:
        append(part)
    taken.setdefault(who, []).append((time.process_time() - cpu, time.monotonic() - wall))


def _floor(plain: psycopg.Connection[Any]) -> Append:
    state = [0, ZERO]

    def append(part: Part) -> None:
        rows = chain_rows(part, encode_all([event.data for event in part]), AT, *state)  # type: ignore[arg-type]
        state[:] = rows[-1][0], rows[-1][4]
        _copy(plain, rows)

    return append


def _copy(plain: psycopg.Connection[Any], rows: Sequence[Row]) -> None:
    statement = "COPY floor FROM STDIN (FORMAT BINARY)"
    with plain.transaction(), plain.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "text", "text", "bytea", "bytea"])
        for row in rows:
            copy.write_row(row)


class _Recorder:
    """eventsourcing's PostgreSQL recorder, given our bytes; no aggregates and no chain."""

    def __init__(self, server: Server, database: str) -> None:
        from eventsourcing.persistence import StoredEvent
        from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

        self._event: Any = StoredEvent
        self._store: Any = PostgresDatastore(database, "127.0.0.1", str(server.port), "owner", "")
        self._recorder: Any = PostgresApplicationRecorder(self._store, events_table_name="stored_events")
        self._recorder.create_table()

    def append(self, part: Part) -> None:
        self._recorder.insert_events([
            self._event(originator_id=uuid.uuid4(), originator_version=1, topic="m:EntrySeen", state=encode(event.data))
            for event in part
        ])  # fmt: skip

    def close(self) -> None:
        self._store.close()


def _recorder(server: Server, database: str) -> _Recorder:
    return _Recorder(server, database)


def _wal(server: Server) -> int:
    import psycopg

    with psycopg.connect(server.address) as owner:
        row = owner.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
        return int(row[0]) if row else 0
