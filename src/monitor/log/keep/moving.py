"""Moving a log to another store: rows as they are, so every hash is the same; taken up again where it was cut short.

Texts go before the events that name them. Owns the copying; what is copied is judged at the end by whoever asked.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from monitor.errors import LogError
from monitor.log.chain import ZERO, first_bad_row
from monitor.log.postgres.store import PostgresLog
from monitor.log.rows import INSERT_EVENT, INSERT_PAYLOAD, bindable
from monitor.log.sqlite.store import SqliteLog
from monitor.log.store import LogStore

T = TypeVar("T")
BATCH = 5_000


def move_log(source: LogStore, target: LogStore, say: Callable[[int, int], None] = lambda _done, _all: None) -> int:
    """Copy every event and text that `target` lacks, in order; return how many events were copied.

    Raises LogError where the target holds another log, LogBrokenError where the source's chain does not hold.
    """
    last, _ = source.head()
    position, hash_ = target.head()
    mine = source.get(position) if position else None
    if position and (mine is None or mine.hash != hash_):
        raise LogError(f"the target holds another log: its event {position} is not ours; name an empty one")
    take_payloads, take_rows = _writer(target)
    for payloads in _batches(source.payload_rows()):
        take_payloads(payloads)
    prev, done = bytes.fromhex(hash_) if position else ZERO, 0
    for rows in _batches(source.rows(after=position, upto=last)):
        if fault := first_bad_row(rows, position, prev):
            raise LogError(
                f"the log to copy is broken at event {fault[0]}: {fault[1]}; nothing of it was copied from there on"
            )
        take_rows(rows)
        position, prev = rows[-1][0], rows[-1][4]
        done += len(rows)
        say(position, last)
    return done


def take_along(anchors: Path, target: Path) -> None:
    """Copy the anchors kept beside a log to those of its copy, where there are none: without them a cut is not seen."""
    if anchors.is_file() and not target.exists():
        shutil.copyfile(anchors, target)
        target.chmod(0o600)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _writer(target: LogStore) -> tuple[Callable[[list[Any]], None], Callable[[list[Any]], None]]:
    if isinstance(target, PostgresLog):
        return target.take_payload_rows, target.take_rows
    assert isinstance(target, SqliteLog)  # noqa: S101 - there are two kept stores
    connection = target.connection

    def payloads(rows: list[Any]) -> None:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT_PAYLOAD, rows)

    def events(rows: list[Any]) -> None:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT_EVENT, bindable(rows))

    return payloads, events
