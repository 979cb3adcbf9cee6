"""A snapshot spares folding and changes nothing: it is of this log and this release, or it is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import InputError, StorageError
from monitor.log.codec import iso
from monitor.log.events import NewEvent, PayloadErased
from monitor.log.memory import MemoryLog
from monitor.views.fold import open_views
from monitor.views.past import Past
from monitor.views.snapshot import export_views, import_views
from tests.views.test_fold import fill


def logs(n: int) -> MemoryLog:
    """A log of `n` events."""
    log = MemoryLog()
    fill(log, 1, n)
    return log


def test_views_taken_in_equal_folded_ones(tmp_path: Path) -> None:
    """Promise: from a snapshot and what came since, byte for byte what folding all gives."""
    log = logs(20)
    views = open_views(tmp_path / "one.db", log)
    assert export_views(views, tmp_path / "snap.db") == 20
    fill(log, 21, 5)
    assert import_views(tmp_path / "snap.db", log, tmp_path / "two.db") == 20
    two = open_views(tmp_path / "two.db", log)
    assert two.position == 25
    assert two.dump() == open_views(None, log).dump()
    assert (tmp_path / "snap.db").stat().st_mode & 0o777 == (tmp_path / "two.db").stat().st_mode & 0o777 == 0o600


def test_a_snapshot_may_be_taken_after_an_erasure(tmp_path: Path) -> None:
    """Promise: what the way back keeps of a row that was not there is no damage."""
    log = logs(20)
    views = open_views(tmp_path / "one.db", log, past=Past(step=4, keep=4))
    erased = PayloadErased(text_sha="ab" * 32, reason="r", entry_id="e1", keep_out=True, marks=["m"])
    log.append([NewEvent("erased", erased, "ana")], recorded_at=iso(datetime(2026, 2, 1, tzinfo=UTC)))
    views.catch_up()
    assert views.db.execute("SELECT count(*) FROM undo_erased_marks").fetchone() == (1,)
    assert export_views(views, tmp_path / "snap.db") == 21


def test_a_snapshot_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    """Promise: another log's, a longer log's, a damaged one and any other file are refused, and the views stay."""
    log = logs(9)
    here = open_views(tmp_path / "here.db", log)
    before = here.dump()
    export_views(open_views(None, logs(20)), tmp_path / "longer.db")
    (tmp_path / "text.db").write_text("no database")
    damaged = (tmp_path / "longer.db").read_bytes()
    (tmp_path / "damaged.db").write_bytes(damaged[:8192] + b"\x00" * 8192 + damaged[16384:])
    for name in ("longer.db", "text.db", "damaged.db", "absent.db"):
        with pytest.raises(InputError, match=name):
            import_views(tmp_path / name, log, tmp_path / "here.db")
    assert open_views(tmp_path / "here.db", log).dump() == before


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """Promise: an export takes no file's place, and a folder that is not there is one clear line."""
    views = open_views(None, logs(3))
    (tmp_path / "snap.db").write_text("mine")
    with pytest.raises(InputError, match="exists"):
        export_views(views, tmp_path / "snap.db")
    with pytest.raises(StorageError, match="nothing was written"):
        export_views(views, tmp_path / "absent" / "snap.db")
