"""What bench/kill.py kills and starves: appends batches to a log and acknowledges each with one line, after its commit.

python -m bench._victim FOLDER N      append batches n = (what the log has) … until N are there; FOLDER/acks witnesses
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from monitor.errors import MonitorError
from monitor.log.events import EntryFlagged, EntryLabelled, EntrySeen, NewEvent
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.store import open_log

AT = "2026-01-31T12:00:00.000000Z"


def batch(n: int) -> tuple[list[NewEvent], dict[str, bytes]]:
    """Return the n-th batch: an entry, its flag and its label, and the entry's text."""
    text = entry_payload(f"Title {n}", "summary " * 20, "word " * (400 if n % 7 == 0 else 10))
    sha = payload_sha(text)
    seen = EntrySeen(entry_id=f"e{n}", feed_id="f", guid=f"g{n}", link="http://x.example/", text_sha=sha)
    flag = EntryFlagged(entry_id=f"e{n}", revision=0, model_id="m", score=0.9, threshold=0.5)
    label = EntryLabelled(entry_id=f"e{n}", label="plot", by="ana")
    events = [NewEvent(f"entry-seen:e{n}", seen), NewEvent(f"entry-flagged:e{n}", flag), NewEvent(f"label:e{n}", label)]
    return events, {sha: text}


def main(folder: Path, n_batches: int) -> int:
    acks = os.open(folder / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        log = open_log(folder / "log.db", create=True)
        log.connection.execute("PRAGMA wal_autocheckpoint = 20")
        for n in range(max(0, log.head()[0] // 3 - 3), n_batches):  # the last three again: must be no-ops
            events, payloads = batch(n)
            log.append(events, recorded_at=AT, payloads=payloads)
            os.write(acks, f"{n}\n".encode())
        log.close()
    except MonitorError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
