"""What goes wrong in practice: one clear line, an event where one belongs, other feeds done, a documented exit code."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import FIRST, Installation
from tools.feed_server import Answer, FeedServer

CLOSED = "http://127.0.0.1:9/feed.xml"  # the discard port; nothing listens there
LATER = "2026-01-23T15:00:00Z"


def failures(installation: Installation) -> dict[str, str]:
    """Feed id to reason of every feed-failed event."""
    return {event.data.feed_id: event.data.reason for event in installation.events("feed-failed")}  # type: ignore[attr-defined]


def one_line(text: str) -> str:
    """The only line of an error message that a person has to read."""
    lines = [line for line in text.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, text
    return lines[0]


def can_unshare() -> bool:
    """Say whether this process may make mounts of its own."""
    return os.geteuid() == 0 and shutil.which("unshare") is not None and not subprocess.call(["unshare", "-m", "true"])


needs_mounts = pytest.mark.skipif(not can_unshare(), reason="needs root and a mount namespace of its own")


def test_one_bad_feed_does_not_stop_its_neighbours(
    installation: Installation, server: FeedServer, shipped: dict[str, str]
) -> None:
    """A 404 and a web page in place of a feed are events; every other feed is read, and the tick ends well."""
    server.answers["/page.html"] = Answer(
        b"<!doctype html><title>Sign in</title><p>Please sign in.", content_type="text/html"
    )
    installation.configure({**shipped, "missing": server.url("/missing.xml"), "page": server.url("/page.html")})
    installation.run("init")
    done = installation.run("tick")
    assert failures(installation) == {"missing": "http-404", "page": "html-page"}
    assert len(installation.events("entry-seen")) == 161
    assert {event.data.feed_id for event in installation.events("feed-fetched")} == set(shipped)  # type: ignore[attr-defined]
    assert "2 failed" in done.stdout


def test_a_feed_that_failed_is_tried_again_later(installation: Installation, server: FeedServer) -> None:
    """A failure has a time for the next try; when the feed is back, nothing is missing."""
    installation.configure({"wire": server.url("/gone.xml"), "city": server.url("/city-evening.xml")})
    installation.run("init")
    installation.run("tick")
    server.answers["/gone.xml"] = server.answers["/harbour-wire.xml"]
    installation.run("tick", now="2026-01-24T14:00:00Z")
    assert len(installation.events("entry-seen")) == 18 + 23


def test_no_network(installation: Installation) -> None:
    """When no feed that was due answers, the tick says so in one line and exits 10; each feed has its event."""
    installation.configure({"a": CLOSED, "b": CLOSED + "?b"})
    installation.run("init")
    done = installation.run("tick", code=10)
    assert "is the network up" in one_line(done.stderr)
    assert failures(installation) == {"a": "refused", "b": "refused"}
    installation.run("log", "verify")


def test_a_broken_feeds_yaml(installation: Installation) -> None:
    """Every fault is named with its line, nothing is touched, exit code 3."""
    (installation.folder / "feeds.yaml").write_text("settings:\n  intervall_s: 60\nfeeds:\n- url: nowhere\n  name: A\n")
    done = installation.run("tick", code=3)
    assert "feeds.yaml:2:" in done.stderr
    assert "feeds.yaml:4:" in done.stderr
    assert not installation.data.exists()


def test_no_feeds_yaml_and_no_log(installation: Installation, shipped: dict[str, str]) -> None:
    """Forgetting `init` is answered by naming it."""
    assert "monitor init" in one_line(installation.run("tick", code=3).stderr)
    installation.configure(shipped)
    assert "monitor init" in one_line(installation.run("tick", code=4).stderr)


def test_a_second_tick_leaves_at_once(installation: Installation, shipped: dict[str, str]) -> None:
    """While one tick holds the lock another names its pid and exits 5."""
    installation.configure(shipped)
    installation.run("init")
    from monitor.worker.lock import worker_lock

    with worker_lock(installation.data / "tick.lock"):
        done = installation.run("tick", code=5)
    assert one_line(done.stderr) == f"error: already running (pid {os.getpid()})"
    installation.run("tick")


@needs_mounts
def test_a_read_only_data_folder(installation: Installation, server: FeedServer, shipped: dict[str, str]) -> None:
    """A tick that cannot write says so before it fetches anything, and exits 7; the queue can still be read."""
    installation.configure(shipped)
    installation.run("init")
    installation.run("tick")
    asked = sum(server.sent.values())
    read_only = (
        "unshare",
        "-m",
        "sh",
        "-c",
        'mount --bind data data && mount -o remount,ro,bind data && exec "$@"',
        "sh",
    )
    done = installation.run("tick", "--force", now=LATER, code=7, prefix=read_only)
    assert "data" in one_line(done.stderr)
    assert asked == sum(server.sent.values())
    assert "waiting" in installation.run("queue", now=LATER, prefix=read_only).stdout
    for command, code in (("status", 0), ("health", 1)):
        told = installation.run(command, code=code, prefix=read_only).stdout
        assert "data cannot be written (read-only, or not ours)" in told


@needs_mounts
def test_a_full_disk(installation: Installation, server: FeedServer, shipped: dict[str, str]) -> None:
    """A tick on a full disk says so and exits 7; once there is room, the next one makes up for it."""
    installation.configure(shipped)
    script = installation.folder / "full.sh"
    script.write_text(
        f"""set -e
        mkdir -p data && mount -t tmpfs -o size=12m tmpfs data
        MONITOR_NOW={FIRST} "$0" init >/dev/null
        dd if=/dev/zero of=data/ballast bs=1k count=16384 2>/dev/null || true
        set +e
        MONITOR_NOW={FIRST} "$0" tick >/dev/null 2>full.txt; echo $? >full.code
        for look in status queue "log verify" "feeds list"; do
          MONITOR_NOW={FIRST} "$0" $look >>look.txt 2>&1; echo $? >>look.codes
        done
        rm data/ballast
        MONITOR_NOW={LATER} "$0" tick >/dev/null 2>after.txt; echo $? >after.code
        MONITOR_NOW={LATER} "$0" log verify >/dev/null 2>&1; echo $? >verify.code
        MONITOR_NOW={LATER} "$0" log export >export.jsonl 2>/dev/null
        """
    )
    from tests.e2e.conftest import MONITOR

    subprocess.run(
        ["unshare", "-m", "bash", "-c", script.read_text(), str(MONITOR)],
        cwd=installation.folder,
        timeout=120,
        check=True,
    )

    def told(name: str) -> str:
        return (installation.folder / name).read_text().strip()

    assert told("full.code") == "7", told("full.txt")
    assert "full" in one_line(told("full.txt"))
    assert told("look.codes").split() == ["0"] * 4, told("look.txt")  # looking needs no room
    assert "warning  disk full" in told("look.txt")
    assert (told("after.code"), told("verify.code")) == ("0", "0"), told("after.txt")
    assert told("export.jsonl").count('"entry-seen"') == 161


def test_a_data_folder_of_another_user(installation: Installation, shipped: dict[str, str]) -> None:
    """What cannot be made is named, not traced."""
    installation.configure(shipped)
    Path(installation.data).write_text("in the way")
    assert "data" in one_line(installation.run("init", code=7).stderr)
