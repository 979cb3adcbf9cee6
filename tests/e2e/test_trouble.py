"""What cron mails: a word when something begins to need a person and when it is over, and nothing in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import NoFeedWorkedError, StorageError
from monitor.surfaces.cli.trouble import Watch
from tests.e2e.conftest import Installation
from tools.feed_server import Answer, FeedServer

CLOSED = "http://127.0.0.{}:9/feed.xml"  # the discard port; nothing listens there


def said(
    folder: Path, error: Exception | None, capsys: pytest.CaptureFixture[str], unsent: list[str] | None = None
) -> str:
    """What one quiet run prints that ends so."""

    def work() -> int:
        watch.problems = unsent or []
        if error is not None:
            raise error
        return 0

    watch = Watch(folder)
    watch.run(work)
    return capsys.readouterr().err


def test_eight_hours_of_outage_are_two_mails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One when the network goes, one when it is back."""
    down = NoFeedWorkedError("is the network up?")
    lines = [said(tmp_path, error, capsys) for error in (None, *[down] * 48, None, None)]
    assert [line for line in lines if line] == ["error: is the network up?\n", "monitor tick works again\n"]


def test_another_trouble_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk during an outage is news; works again is said when nothing is left."""
    full, down = StorageError("disk full"), NoFeedWorkedError("network")
    lines = [said(tmp_path, error, capsys) for error in (down, full, full, down, None)]
    assert lines == ["error: network\n", "error: disk full\n", "", "error: network\n", "monitor tick works again\n"]


def test_an_alert_that_does_not_go_out_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is tried again at every tick; the mail comes when it begins to fail and when it works."""
    unsent = ["alert: mail: failed: no route"]
    lines = [said(tmp_path, None, capsys, lines) for lines in (unsent, unsent, [])]
    assert lines == ["warning: alert: mail: failed: no route\n", "", "monitor tick works again\n"]


def test_where_nothing_can_be_remembered_each_run_speaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a data folder a mail too many is better than none."""
    lines = [said(tmp_path / "none", StorageError("gone"), capsys) for _ in range(2)]
    assert lines == ["error: gone\n"] * 2


def test_dead_feeds_send_no_mail(installation: Installation, server: FeedServer, shipped: dict[str, str]) -> None:
    """A dead feed, alone due or not, and one that answers 404 stand in `status`; cron hears nothing."""
    installation.configure({**shipped, "dead": CLOSED.format(1), "gone": server.url("/gone.xml")})
    installation.run("init")
    assert installation.run("tick", "--quiet").stderr == ""
    again = installation.run("tick", "--quiet", "--force", "--feed", "dead", now="2026-01-23T14:10:00Z")
    assert again.stderr == ""
    assert "dead" in installation.run("status").stdout


def test_no_network_is_told_by_several_hosts_or_a_silent_hour(installation: Installation, server: FeedServer) -> None:
    """Exit code 10 when hosts fail together, or when the only one has been silent for an hour; not for a refusal."""
    server.answers["/a.xml"] = Answer(status=503)
    installation.configure({"one": CLOSED.format(1), "two": CLOSED.format(2)})
    installation.run("init")
    assert "is the network up?" in installation.run("tick", "--quiet", "--force", code=10).stderr
    installation.configure({"refusing": server.url("/a.xml")})
    assert "monitor tick works again" in installation.run("tick", "--quiet", "--force").stderr
