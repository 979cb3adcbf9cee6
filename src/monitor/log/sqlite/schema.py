"""The tables of log.db and how an older file becomes a current one.

Owns the table definitions, the triggers that refuse every change, and the schema version (`PRAGMA user_version`).
sqlite-utils creates and migrates; it is imported only when a file is new or old, never for a current one.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from monitor.errors import LogBrokenError, LogError
from monitor.log.payloads import DEFLATED, WORDS

if TYPE_CHECKING:
    from sqlite_utils import Database

SCHEMA_VERSION = 2  # 1: without packs
APPLICATION_ID = 0x4D4F4E4C  # "MONL": `file log.db` and plain sqlite3 can tell what this is

# The text is ours, not a library's, so that verification can compare what is in the file letter by letter. A row of
# events holds what is hashed (chain.py); older events lie in packs (packs.py). The view is for people with a SQLite
# shell: the parts of a head of each event that is not packed as columns.
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
    ("table", "packs", "packs"): """CREATE TABLE packs (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  before BLOB NOT NULL,
  hash BLOB NOT NULL,
  earliest TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT""",
    ("table", "packed_keys", "packed_keys"): """CREATE TABLE packed_keys (
  id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (id, position)
) STRICT, WITHOUT ROWID""",
    ("table", "named_keys", "named_keys"): """CREATE TABLE named_keys (
  key TEXT PRIMARY KEY,
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID""",
    ("table", "dictionaries", "dictionaries"): """CREATE TABLE dictionaries (
  form INTEGER PRIMARY KEY,
  words BLOB NOT NULL
) STRICT""",
    ("view", "log", "log"): """CREATE VIEW log AS
SELECT position, substr(head, 1, 27) AS recorded_at, substr(rest, 1, instr(rest, ' ') - 1) AS type,
  CAST(substr(rest, instr(rest, ' ') + 1) AS INTEGER) AS version,
  substr(substr(rest, instr(rest, ' ') + 1), instr(substr(rest, instr(rest, ' ') + 1), ' ') + 1) AS actor,
  key, CAST(data AS TEXT) AS data, lower(hex(hash)) AS hash
FROM (SELECT *, substr(head, 29) AS rest FROM events)""",
}


def _written_once(table: str, column: str, needed: str, what: str) -> dict[str, str]:
    """Return the guards of a table whose rows monitor alone writes, each once and for good."""
    return {
        f"{table}_append_only": f"""CREATE TRIGGER {table}_append_only BEFORE INSERT ON {table}
WHEN NEW.{column} IS NULL AND only_monitor_appends()
BEGIN SELECT RAISE(ABORT, 'append-only: {needed}'); END""",
        f"{table}_no_update": f"""CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'append-only: {what} cannot be changed'); END""",
        f"{table}_no_delete": f"""CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'append-only: {what} cannot be deleted'); END""",
    }


# OR REPLACE would delete the old row without firing a DELETE trigger, so INSERT itself is closed to other programs: the
# function is known to monitor's connections alone (database.py), and SQLite refuses at once to prepare a statement that
# needs an unknown one. It is not called: a trigger that looks the position and the key up costs 1.1 µs an event, 15 %
# of an append; this one 0.5. A payload may be emptied for good (form 0); an emptied one never comes back. An event may
# go only where a pack holds it.
GUARDS = {
    "events_append_only": """CREATE TRIGGER events_append_only BEFORE INSERT ON events
WHEN NEW.position IS NULL AND only_monitor_appends()
BEGIN SELECT RAISE(ABORT, 'append-only: an event needs a position'); END""",
    "events_no_update": """CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be changed'); END""",
    "events_no_delete": """CREATE TRIGGER events_no_delete BEFORE DELETE ON events
WHEN OLD.position > coalesce((SELECT last FROM packs ORDER BY first DESC LIMIT 1), 0)
BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be deleted'); END""",
    **_written_once("packs", "first", "a pack needs a position", "a pack"),
    **_written_once("packed_keys", "id", "a key needs a number", "a packed key"),
    **_written_once("named_keys", "key", "a key needs a name", "a packed key"),
    "payloads_append_only": """CREATE TRIGGER payloads_append_only BEFORE INSERT ON payloads
WHEN NEW.sha IS NULL AND only_monitor_appends()
BEGIN SELECT RAISE(ABORT, 'append-only: a payload needs a name'); END""",
    "payloads_only_erased": """CREATE TRIGGER payloads_only_erased BEFORE UPDATE ON payloads
WHEN NEW.sha IS NOT OLD.sha OR NEW.id IS NOT OLD.id OR (NEW.form = 0 AND length(NEW.body) > 0)
  OR (NEW.form <> 0 AND NOT (OLD.form IN (1, 2) AND NEW.form = 4 AND only_monitor_appends()))
BEGIN SELECT RAISE(ABORT, 'append-only: a payload can only be erased, or packed by monitor'); END""",
    **_written_once("dictionaries", "words", "a dictionary needs words", "a dictionary"),
    "payloads_no_delete": """CREATE TRIGGER payloads_no_delete BEFORE DELETE ON payloads
BEGIN SELECT RAISE(ABORT, 'append-only: erase a payload with monitor erase'); END""",
}


# What a file of an older version has instead: nothing that is packed, and a guard that knew of no packs.
_PACKING = ("packs", "packed_keys", "named_keys", "dictionaries")
_OLD_GUARDS = {
    ("trigger", "events_no_delete", "events"): """CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be deleted'); END""",
    ("trigger", "payloads_only_erased", "payloads"): """CREATE TRIGGER payloads_only_erased BEFORE UPDATE ON payloads
WHEN NEW.sha IS NOT OLD.sha OR NEW.id IS NOT OLD.id OR NEW.form <> 0 OR length(NEW.body) > 0
BEGIN SELECT RAISE(ABORT, 'append-only: a payload can only be erased'); END""",
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
    """Return what in the file is not as the release that made it: a table, an index, a guard; or a foreign trigger."""
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name <> '_sqlite_migrations'"
    present = {row[:3]: row[3] for row in connection.execute(query)}
    wanted = statements(schema_version(connection))
    faults = [
        f"the {key[0]} {key[1]} is missing or was changed" for key, sql in wanted.items() if present.get(key) != sql
    ]
    if ("table", "dictionaries", "dictionaries") in present:
        words = connection.execute("SELECT form, words FROM dictionaries").fetchall()
        faults += [] if words == [(DEFLATED, WORDS)] else ["the words that texts are deflated with were changed"]
    foreign = [key[1] for key in present if key[0] == "trigger" and key not in wanted]
    return faults + [f"the trigger {name} is not monitor's" for name in foreign]


def statements(version: int) -> dict[tuple[str, str, str], str]:
    """Return (type, name, table) -> statement of everything that a file of a version has."""
    guards = {("trigger", name, sql.split(" ON ")[1].split()[0]): sql for name, sql in GUARDS.items()}
    everything = TABLES | guards
    if version >= SCHEMA_VERSION:
        return everything
    old = {key: sql for key, sql in everything.items() if key[2] not in _PACKING}
    return old | _OLD_GUARDS


def read_as_current(connection: sqlite3.Connection) -> None:
    """Let a reader of a file of an older version ask for what that has not: in tables of its own, which are empty."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == 1:
        for name in _PACKING:
            statement = TABLES["table", name, name]
            connection.execute(statement.replace("CREATE TABLE", "CREATE TEMP TABLE IF NOT EXISTS"))


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an empty or older file to the current schema, in one transaction."""
    from sqlite_utils import Database, Migrations

    steps = Migrations("monitor-log")
    steps(name="0001-events-and-payloads")(_create)
    steps(name="0002-packs")(_add_packs)
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
    for statement in statements(1).values():
        db.execute(statement)


def _add_packs(db: Database) -> None:
    for _, name, _ in _OLD_GUARDS:
        db.execute(f"DROP TRIGGER {name}")
    old = statements(1)
    for key, statement in statements(SCHEMA_VERSION).items():
        if old.get(key) != statement:
            db.execute(statement)
    db.execute("INSERT INTO dictionaries (form, words) VALUES (?, ?)", (DEFLATED, WORDS))
