"""The outbox view: digests and alerts queued, sent or failed, so that each goes out once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import cast

from monitor.log.events import AlertSent, DigestSent, Event

SCHEMA = """
CREATE TABLE outbox (
    message_id TEXT NOT NULL, channel TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, subject TEXT NOT NULL,
    n_rows INTEGER NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (message_id, channel)
) WITHOUT ROWID;
"""

_PUT = "INSERT OR REPLACE INTO outbox VALUES (?,?,?,?,?,?,?,?)"


def _digest(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(DigestSent, event.data)
        row = (
            data.digest_id,
            data.channel,
            "digest",
            data.state,
            "",
            data.n_rows,
            data.detail,
            event.recorded_at,
        )
        db.execute(_PUT, row)


def _alert(db: sqlite3.Connection, events: Sequence[Event]) -> None:
    for event in events:
        data = cast(AlertSent, event.data)
        row = (
            data.alert_id,
            data.channel,
            "alert",
            data.state,
            data.story_id,
            1,
            data.detail,
            event.recorded_at,
        )
        db.execute(_PUT, row)


HANDLERS = {"digest-sent": _digest, "alert-sent": _alert}
