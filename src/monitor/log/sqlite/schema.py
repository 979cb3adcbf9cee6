"""The tables of log.db and how an older file becomes a current one.

Owns the table definitions, the triggers that refuse every change, and the schema version (`PRAGMA user_version`).
sqlite-utils creates and migrates; it is imported only when a file is new or old, never for a current one.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from monitor.errors import LogBrokenError, LogError

if TYPE_CHECKING:
    from sqlite_utils import Database

SCHEMA_VERSION = 1
APPLICATION_ID = 0x4D4F4E4C  # "MONL": `file log.db` and plain sqlite3 can tell what this is

# The text is ours, not a library's, so that verification can compare what is in the file letter by letter. A row of
# events holds what is hashed (chain.py). The view is for people with a SQLite shell: the parts of a head as columns.
TABLES = {
    ("table", "events", "events"): """CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  head TEXT NOT NULL,
  key TEXT NOT NULL,
  data BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT""",
    ("index", "events_key", "events"): "CREATE UNIQUE INDEX events_key ON events (key)",
    ("table", "payloads", "payloads"): """CREATE TABLE payloads (
  id INTEGER PRIMARY KEY,
  sha BLOB NOT NULL,
  form INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT""",
    ("index", "payloads_sha", "payloads"): "CREATE UNIQUE INDEX payloads_sha ON payloads (sha)",
    ("view", "log", "log"): """CREATE VIEW log AS
SELECT position, substr(head, 1, 27) AS recorded_at, substr(rest, 1, instr(rest, ' ') - 1) AS type,
  CAST(substr(rest, instr(rest, ' ') + 1) AS INTEGER) AS version,
  substr(substr(rest, instr(rest, ' ') + 1), instr(substr(rest, instr(rest, ' ') + 1), ' ') + 1) AS actor,
  key, CAST(data AS TEXT) AS data, lower(hex(hash)) AS hash
FROM (SELECT *, substr(head, 29) AS rest FROM events)""",
}

# OR REPLACE would delete the old row without firing a DELETE trigger, so INSERT itself is closed to other programs: the
# function is known to monitor's connections alone (database.py), and SQLite refuses at once to prepare a statement that
# needs an unknown one. It is never called: a trigger that looks the position and the key up costs 1.1 µs an event, 15 %
# of an append; this one 0.5. A payload may be emptied for good (form 0); an emptied one never comes back.
GUARDS = {
    "events_append_only": """CREATE TRIGGER events_append_only BEFORE INSERT ON events
WHEN NEW.position IS NULL AND only_monitor_appends()
BEGIN SELECT RAISE(ABORT, 'append-only: an event needs a position'); END""",
    "events_no_update": """CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be changed'); END""",
    "events_no_delete": """CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be deleted'); END""",
    "payloads_append_only": """CREATE TRIGGER payloads_append_only BEFORE INSERT ON payloads
WHEN NEW.sha IS NULL AND only_monitor_appends()
BEGIN SELECT RAISE(ABORT, 'append-only: a payload needs a name'); END""",
    "payloads_only_erased": """CREATE TRIGGER payloads_only_erased BEFORE UPDATE ON payloads
WHEN NEW.sha IS NOT OLD.sha OR NEW.id IS NOT OLD.id OR NEW.form <> 0 OR length(NEW.body) > 0
BEGIN SELECT RAISE(ABORT, 'append-only: a payload can only be erased'); END""",
    "payloads_no_delete": """CREATE TRIGGER payloads_no_delete BEFORE DELETE ON payloads
BEGIN SELECT RAISE(ABORT, 'append-only: erase a payload with monitor erase'); END""",
}


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the file's schema version; 0 for an empty file. Raises LogError for a newer or a foreign file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == SCHEMA_VERSION:
        return SCHEMA_VERSION
    if version > SCHEMA_VERSION:
        raise LogError(
            f"the log has schema {version}, this release knows {SCHEMA_VERSION}: a newer monitor wrote it; update"
        )
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise LogBrokenError("the file is an SQLite database but not a monitor log")
    return int(version)


def schema_faults(connection: sqlite3.Connection) -> list[str]:
    """Return what in the file is not as this release made it: a table, an index, a guard; or a foreign trigger."""
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name <> '_sqlite_migrations'"
    present = {row[:3]: row[3] for row in connection.execute(query)}
    wanted = TABLES | {("trigger", name, name.split("_")[0]): sql for name, sql in GUARDS.items()}
    faults = [
        f"the {key[0]} {key[1]} is missing or was changed" for key, sql in wanted.items() if present.get(key) != sql
    ]
    foreign = [key[1] for key in present if key[0] == "trigger" and key not in wanted]
    return faults + [f"the trigger {name} is not monitor's" for name in foreign]


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an empty or older file to the current schema, in one transaction."""
    from sqlite_utils import Database, Migrations

    steps = Migrations("monitor-log")
    steps(name="0001-events-and-payloads")(_create)
    connection.execute("BEGIN IMMEDIATE")
    try:
        steps.apply(Database(connection, execute_plugins=False))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _create(db: Database) -> None:
    for statement in [*TABLES.values(), *GUARDS.values()]:
        db.execute(statement)
