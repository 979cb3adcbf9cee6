"""How rows go into PostgreSQL: by COPY, or as one statement with an array a column; the transaction is the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    from monitor.log.chain import Row

COPY_FROM_ROWS = 16  # below, one statement with arrays is cheaper than COPY's round trips
INSERT = """INSERT INTO events (position, head, key, data, hash)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])"""
INSERT_PAYLOADS = """INSERT INTO payloads (sha, form, body)
SELECT * FROM unnest(%s::bytea[], %s::smallint[], %s::bytea[]) ON CONFLICT (sha) DO NOTHING"""


def columns(rows: Sequence[Any], n: int) -> list[list[Any]]:
    """Return rows as columns, for unnest."""
    return [[row[column] for row in rows] for column in range(n)]


def copy_rows(connection: psycopg.Connection[Any], rows: Sequence[Row]) -> None:
    """Copy rows of the log into its table, in PostgreSQL's binary format."""
    statement = "COPY events (position, head, key, data, hash) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "text", "text", "bytea", "bytea"])
        for row in rows:
            copy.write_row(row)
