"""The way back: what the views said at recent positions, so that `--as-of` need not fold from the first event.

At every `step` positions lies a mark. Triggers keep what a row was before it first changed after a mark (or that it was
not there), in a table beside its own; of the last `keep` marks. Going back is undoing these, dropping what came later,
and folding forward to the very position: work that grows with the distance, not with the log. It happens in a
transaction that is never committed. Marks depend on positions alone, so views folded anew have the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

import msgspec

from monitor.log.events import Event

# Rows that are never changed once their event is past, or (KEPT_CHANGED) only by updates: they are dropped by position.
APPENDED = frozenset({
    "entries", "entry_events", "feed_days", "seen_days", "rescored", "samples", "story_events", "promotions",
    "incidents", "checkpoints", "labels", "acts", "ticks",
})  # fmt: skip
# Columns that change for many rows at once while the rest of the row stays: a second look scores weeks anew. To keep
# four values instead of the row takes a tenth of the room, and to keep them by `keep_often` instead of a trigger (which
# makes SQLite look at each row twice) a fifth of the time.
# Such a table's key is the position.
OFTEN = {"entries": ("score", "model_id", "scored_position", "scored_revision")}
# Indexes that only the views of today are asked by: each row taken back would have to leave them, half of its cost.
OF_TODAY = ("entries_text",)
MARKS = """
CREATE TABLE marks (position INTEGER PRIMARY KEY, hash TEXT NOT NULL);
CREATE TABLE marked (position INTEGER NOT NULL);
INSERT INTO marks VALUES (0, '');
INSERT INTO marked VALUES (0);
"""
_MARK = "(SELECT position FROM marked)"


class Past(msgspec.Struct, frozen=True):
    """How far apart marks lie and how many are kept: 262,144 events, three months of 73 feeds, for some megabytes.

    Marks twice as far apart save a thirtieth of the file, and a look back then folds 0.1 s longer.
    """

    step: int = 4_096
    keep: int = 64

    def pieces(self, events: Sequence[Event]) -> Iterator[Sequence[Event]]:
        """Yield consecutive events cut behind each mark."""
        start = 0
        for number, event in enumerate(events, 1):
            if event.position % self.step == 0:
                yield events[start:number]
                start = number
        if start < len(events):
            yield events[start:]

    def first_kept(self, head: int) -> int:
        """Return the oldest mark that is kept when the log ends at `head`."""
        return max(0, head // self.step - self.keep + 1) * self.step

    def begin(self, db: sqlite3.Connection, head: int) -> None:
        """Before a whole log is folded: keep nothing of what lies before the marks that will be kept at its end."""
        if self.first_kept(head):
            db.execute("DELETE FROM marks")
            db.execute("UPDATE marked SET position = -1")

    def mark(self, db: sqlite3.Connection, last: Event, head: int) -> None:
        """Set a mark behind `last` where one lies there, and let go of those too old, `head` being the log's end."""
        if last.position % self.step or last.position < self.first_kept(head):
            return
        db.execute("INSERT INTO marks VALUES (?,?)", (last.position, last.hash))
        db.execute("UPDATE marked SET position = ?", (last.position,))
        gone = self.first_kept(last.position)
        db.execute("DELETE FROM marks WHERE position < ?", (gone,))
        for table in tables(db):
            for name in (_undo(table), *([_often(table)] if table in OFTEN else [])):
                db.execute(f"DELETE FROM {name} WHERE mark < ?", (gone,))


def tables(db: sqlite3.Connection) -> list[str]:
    """Return the names of the views' tables."""
    query = """SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'undo\\_%' ESCAPE '\\'
        AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN ('folded', 'marks', 'marked') ORDER BY name"""
    return [str(row[0]) for row in db.execute(query).fetchall()]


def _undo(table: str) -> str:
    return f"undo_{table}"


def _often(table: str) -> str:
    return f"undo_{table}_often"


def columns(db: sqlite3.Connection, table: str) -> tuple[list[str], list[str]]:
    """Return a table's columns, and those of its primary key in order."""
    found = db.execute(f'PRAGMA table_info("{table}")').fetchall()
    return [row[1] for row in found], [row[1] for row in sorted(found, key=lambda row: row[5]) if row[5]]


def create_undo(db: sqlite3.Connection) -> None:
    """Make the marks, and for each table of the views the table and the triggers that keep what rows were."""
    for statement in MARKS.split(";"):
        if statement.strip():
            db.execute(statement)
    for table in tables(db):
        names, key = columns(db, table)
        keys = ", ".join(key)
        # `absent` is not declared NOT NULL: it stands before the key, and SQLite's own check (3.40) then takes another
        # column of a WITHOUT ROWID table for it, and calls a sound file damaged.
        db.execute(f"""CREATE TABLE {_undo(table)} (mark INTEGER NOT NULL, absent INTEGER, {", ".join(names)},
            PRIMARY KEY (mark, {keys})) WITHOUT ROWID""")
        if often := OFTEN.get(table):
            db.execute(f"""CREATE TABLE {_often(table)} (mark INTEGER NOT NULL, {keys}, {", ".join(often)},
                PRIMARY KEY (mark, {keys})) WITHOUT ROWID""")
        for trigger in _triggers(table, names, key):
            db.execute(trigger)


def _triggers(table: str, names: list[str], key: list[str]) -> Iterator[str]:
    """Yield what keeps the row as it was before its first change since the mark, unless it came after the mark.

    Whether it is kept already is asked in WHEN: an INSERT that reads the table it writes makes one of its own first.
    """
    when = f"{_MARK} >= 0" + (f" AND OLD.position <= {_MARK}" if table in APPENDED else "")
    unkept = f"{when} AND NOT {_kept(_undo(table), key, 'OLD')}"
    often = OFTEN.get(table, ())
    keep = f"INSERT INTO {_undo(table)} VALUES ({_MARK}, 0, {_old(names)});"
    rest = ", ".join(name for name in names if name not in often)
    yield f"CREATE TRIGGER past_{table}_update BEFORE UPDATE OF {rest} ON {table} WHEN {unkept} BEGIN {keep} END"
    if table in APPENDED:
        return
    yield f"CREATE TRIGGER past_{table}_delete BEFORE DELETE ON {table} WHEN {unkept} BEGIN {keep} END"
    # A row that an INSERT OR REPLACE puts in another's place fires no DELETE trigger; and the statement's OR REPLACE
    # would hold for the trigger's own INSERT too, so that asks first.
    same = " AND ".join(f"t.{name} = NEW.{name}" for name in key)
    new = ", ".join(f"NEW.{name}" for name in key)
    yield f"""CREATE TRIGGER past_{table}_insert BEFORE INSERT ON {table}
        WHEN {when} AND NOT {_kept(_undo(table), key, "NEW")} BEGIN
        INSERT INTO {_undo(table)} SELECT {_MARK}, 0, t.* FROM {table} t WHERE {same};
        INSERT INTO {_undo(table)} (mark, absent, {", ".join(key)}) SELECT {_MARK}, 1, {new}
            WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE {same});
    END"""


def _old(names: Sequence[str]) -> str:
    return ", ".join(f"OLD.{name}" for name in names)


def _kept(undo: str, key: list[str], which: str) -> str:
    # The plus takes the type away: what is kept has columns without types, and SQLite would compare an integer with all
    # rows kept since the mark, one by one.
    same = " AND ".join(f"u.{name} = +{which}.{name}" for name in key)
    return f"EXISTS (SELECT 1 FROM {undo} u WHERE u.mark = {_MARK} AND {same})"


def keep_often(db: sqlite3.Connection, table: str, by: str, values: Sequence[str]) -> None:
    """Keep what the OFTEN columns of some rows are; a view calls it before it changes them. `by` names `values`."""
    wanted = ", ".join(f"t.{name}" for name in ("position", *OFTEN[table]))
    db.execute(
        f"""INSERT OR IGNORE INTO {_often(table)} SELECT m.position, {wanted} FROM marked m CROSS JOIN json_each(?) j
            CROSS JOIN {table} t WHERE t.{by} = j.value AND m.position >= 0 AND t.position <= m.position""",
        (json.dumps(list(values)),),
    )


def mark_before(db: sqlite3.Connection, position: int) -> tuple[int, str] | None:
    """Return (position, hash) of the last mark at or before `position`; None where the way back does not reach."""
    row = db.execute(
        "SELECT position, hash FROM marks WHERE position <= ? ORDER BY position DESC LIMIT 1", (position,)
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else None


def go_back(db: sqlite3.Connection, mark: tuple[int, str]) -> None:
    """Turn the tables into what they were at a mark, inside the caller's transaction."""
    db.execute("UPDATE marked SET position = -1")
    for name in OF_TODAY:
        db.execute(f"DROP INDEX IF EXISTS {name}")
    for table in tables(db):
        names, key = columns(db, table)
        if table in APPENDED:
            db.execute(f"DELETE FROM {table} WHERE position > ?", (mark[0],))
        there = "AND NOT absent" + (f" AND position <= {mark[0]}" if table in APPENDED else "")
        rows = _earliest(db, _undo(table), key, ", ".join(names), mark[0], there)
        keys = ", ".join(key)
        changed = f"SELECT {keys} FROM {_undo(table)} WHERE mark >= ?"
        db.execute(f"DELETE FROM {table} WHERE ({keys}) IN ({changed})", (mark[0],))
        db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(names))})", rows)
        if often := OFTEN.get(table):  # after the rows: these may have been kept when a score had changed already
            values = _earliest(db, _often(table), key, ", ".join((*often, *key)), mark[0])
            sets, same = (" = ?, ".join(often) + " = ?"), " AND ".join(f"{name} = ?" for name in key)
            db.executemany(f"UPDATE {table} SET {sets} WHERE {same}", values)
    db.execute("UPDATE folded SET position = ?, hash = ?", mark)


def _earliest(
    db: sqlite3.Connection, undo: str, key: list[str], wanted: str, mark: int, condition: str = ""
) -> list[tuple[object, ...]]:
    """Return of each row what was kept first since a mark."""
    first = f"SELECT *, min(mark) OVER (PARTITION BY {', '.join(key)}) AS first FROM {undo} WHERE mark >= ?"
    return db.execute(f"SELECT {wanted} FROM ({first}) WHERE mark = first {condition}", (mark,)).fetchall()
