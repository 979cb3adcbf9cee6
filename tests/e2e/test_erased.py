"""Erased means gone: whoever reads meanwhile, no file of the data folder keeps a byte of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench._kills import Installation
from bench._traces import traces
from monitor import app
from monitor.log.events import EntrySeen
from monitor.log.payloads import read_entry_payload
from monitor.log.sqlite.store import open_log

N_ERASED = int(os.environ.get("MONITOR_TEST_ERASURES", "25"))  # the figure of docs/reliability.md is 500


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    """An installation over feeds on the loopback interface, some ticks old, searched and trained."""
    opened = Installation(tmp_path)
    for _ in range(max(4, N_ERASED // 5)):
        assert opened.run("tick", "--force")[0] == 0
    opened.run("search", "bridge")
    yield opened
    opened.close()


def chosen_texts(place: Installation, number: int) -> dict[str, tuple[bytes, bytes]]:
    """Return entry -> what of its text could be met in a file, of so many entries."""
    log = open_log(place.database, read_only=True)
    found = {}
    for event in log.read(types=("entry-seen",)):
        assert isinstance(event.data, EntrySeen)
        payload = log.payload(event.data.text_sha)
        text = read_entry_payload(payload)
        if payload is not None and text is not None and len(found) < number:
            found[event.data.entry_id] = traces(payload, text.title)
    log.close()
    return found


def holding(folder: Path, chosen: dict[str, tuple[bytes, bytes]]) -> dict[str, str]:
    """Return entry -> a file of the folder that holds something of its text."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found.update(
                {entry: path.name for entry, looked in chosen.items() if any(part in content for part in looked)}
            )
    return found


def test_nothing_of_many_erasures_beside_open_readers_is_in_any_file(place: Installation) -> None:
    """Promise: with readers open an erasure is pending and said to be; when they have gone, the next tick ends it."""
    chosen = chosen_texts(place, N_ERASED)
    assert len(chosen) == N_ERASED
    data = place.database.parent
    assert len(holding(data, chosen)) == N_ERASED
    readers = [open_log(place.database, read_only=True) for _ in range(2)]
    workspace = app.open_workspace(str(place.folder / "feeds.yaml"), str(data))
    moments = [reader.snapshot() for reader in readers]
    for moment in moments:
        moment.__enter__()
    for number, entry_id in enumerate(chosen):
        if number == N_ERASED // 2:  # half of them beside a reader of an earlier moment
            moments.pop().__exit__(None, None, None)
            moments.pop().__exit__(None, None, None)
        code, output = place.run("erase", entry_id, "--reason", "asked", "--yes")
        assert code == 0, output
        if number == 0:
            assert "the next tick" in output
            assert "is not finished" in place.run("status")[1]
    workspace.close()
    for reader in readers:
        reader.close()
    assert place.run("tick", "--force")[0] == 0
    assert holding(data, chosen) == {}
    assert "is not finished" not in place.run("status")[1]
    assert place.run("log", "verify")[0] == 0


def test_the_files_that_still_hold_it_are_named(place: Installation, tmp_path: Path) -> None:
    """Promise: backups are looked into, exports and replaced logs are not forgotten, and nothing else holds a byte."""
    chosen = chosen_texts(place, 1)
    entry_id = next(iter(chosen))
    place.run("backup", str(tmp_path / "usb" / "mine.db"))
    place.run("backup")
    place.run("log", "export", str(tmp_path / "usb" / "log.jsonl"))
    place.run("restore", str(tmp_path / "usb" / "mine.db"), "--give-up-events")
    _, output = place.run("erase", entry_id, "--reason", "asked", "--yes")
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    held = {name for name, content in files.items() if any(part in content for part in chosen[entry_id])}
    assert held == {name for name in held if name in output}
    assert {"mine.db", "log.jsonl", "log.db.replaced-1"} <= held
