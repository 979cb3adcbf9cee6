"""Who works on a log in PostgreSQL now: what the server knows of connections and of the locks they hold.

A lock is a number made of a name, so a host or a job is known again by those who know its name. Nothing is written: a
worker that ends is gone from here in the same moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from monitor.log.claims import AtWork

if TYPE_CHECKING:
    import psycopg

# A role sees the connections of its own role; where a process holds several (a page for each thread), they are one.
_QUERY = """
SELECT a.application_name, min(coalesce(host(a.client_addr), '')),
    to_char(min(a.backend_start) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    coalesce(array_agg(((l.classid::bigint << 32) | l.objid::bigint) ORDER BY l.objid) FILTER (WHERE l.pid IS NOT NULL),
        '{}')
FROM pg_catalog.pg_stat_activity a
LEFT JOIN pg_catalog.pg_locks l ON l.pid = a.pid AND l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
WHERE a.datname = current_database() AND a.application_name LIKE 'monitor %%' AND a.application_name <> %s
GROUP BY a.application_name ORDER BY 3, 1"""


def at_work(
    connection: psycopg.Connection[Any], own: str, host_of: Mapping[int, str], job_of: Mapping[int, str]
) -> list[AtWork]:
    """Return the other processes on this log, the oldest first; `own` is the name of the one that asks.

    `host_of` and `job_of` say what is behind a lock's number.
    """
    found = []
    for name, address, since, keys in connection.execute(_QUERY, (own,)).fetchall():
        mine = sorted(host_of[key] for key in keys if key in host_of)
        doing = sorted(job_of[key] for key in keys if key in job_of)
        machine, _, pid = name.removeprefix("monitor ").rpartition(" ")
        rest = len(keys) - len(mine) - len(doing)
        found.append(
            AtWork(machine=machine, pid=pid, address=address, since=since, hosts=mine, jobs=doing, n_more=rest)
        )
    return found
