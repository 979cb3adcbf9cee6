"""The same program on a log in PostgreSQL: the day of an analyst, row for row as with log.db."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.conftest import Installation


def a_day(installation: Installation) -> dict[str, Any]:
    """Collect, look, decide, look again; return what was shown."""
    installation.run("init")
    installation.run("tick")
    rows = json.loads(installation.run("queue", "--json").stdout)
    first = rows[0]["entry_id"]
    installation.run("label", first, "plot")
    shown = {
        "queue": rows,
        "after": json.loads(installation.run("queue", "--json").stdout),
        "labels": [row["label"] for row in json.loads(installation.run("labels", "list", "--json").stdout)],
        "as of": json.loads(installation.run("queue", "--json", "--as-of", "40").stdout),
    }
    assert "verifies" in installation.run("log", "verify").stdout
    return shown


def test_a_day_is_the_same_on_both_logs(
    installation: Installation, shipped: dict[str, str], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Queue, labels and the past are row for row the same; the log of one copies into the other with equal hashes."""
    installation.configure(shipped, ["concurrency: 1"])  # one order of arrival, so that the logs can be compared
    on_file = a_day(installation)
    installation.data.rename(installation.data.with_name("on-file"))
    installation.run("log", "init-postgres", database)
    writer = database.replace("owner@", "monitor_writer@")
    monkeypatch.setenv("MONITOR_LOG", writer)
    shared = a_day(installation)
    assert not (installation.data / "log.db").exists()
    assert shared == on_file
    copied = installation.run("log", "copy", str(installation.folder / "copy.db")).stdout
    assert "in all verify, head" in copied
    assert installation.run("log", "verify", "copy.db").returncode == 0
    assert "back it up there" in installation.run("backup", code=9).stderr


def test_what_is_wrong_with_the_address_is_said(
    installation: Installation, shipped: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password in it, another scheme, a server that is not there: one line and an exit code."""
    pytest.importorskip("psycopg")
    installation.configure(shipped)
    for address, code, word in (
        ("postgresql://ana:secret@127.0.0.1/x", 3, "take the password out"),
        ("mysql://127.0.0.1/x", 3, "not an address such as postgresql://"),
        ("postgresql://ana@127.0.0.1:9/x", 7, "cannot be reached"),
    ):
        monkeypatch.setenv("MONITOR_LOG", address)
        said = installation.run("tick", code=code).stderr
        assert word in said
        assert "secret" not in said
