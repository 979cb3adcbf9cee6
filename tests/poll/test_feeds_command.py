"""`monitor feeds` in an empty folder: add by site address, check, list, export, remove, import again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.surfaces.cli.main import run
from tests.fetch.loopback import Loopback, reply

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>The Wire</title><link>https://a.example/</link>
<description>d</description><item><title>One</title><guid>1</guid></item></channel></rss>"""
PAGE = b'<link rel="alternate" type="application/rss+xml" href="/rss">'
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def monitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_NOW", "2026-01-31T12:00:00Z")

    def call(*args: str) -> tuple[int, str, str]:
        code = run(list(args))
        out = capsys.readouterr()
        return code, out.out, out.err

    return call


def configure(server: Loopback, *feeds: str) -> None:
    """Write a feeds.yaml with a comment, and this server allowed."""
    lines = [f"settings:\n  allow_private: ['127.0.0.1:{server.port}']\n# mine\nfeeds:"]
    lines += [f"- url: {server.url(path)}\n  name: {path}" for path in feeds]
    Path("feeds.yaml").write_text("\n".join(lines) + "\n")


def test_a_feed_comes_and_goes(monitor: Call):
    """Add by the site's address, check, list, export, remove; the comment stays."""
    routes = {"/": reply(200, PAGE), "/rss": reply(200, RSS)}
    with Loopback(routes) as server:  # type: ignore[arg-type]
        configure(server)
        before = Path("feeds.yaml").read_text()
        assert monitor("feeds", "add", server.url("/"))[0] == 0
        assert "# mine" in Path("feeds.yaml").read_text()
        (row,) = json.loads(monitor("feeds", "list", "--json")[1])
        assert (row["url"], row["name"], row["state"]) == (server.url("/rss"), "The Wire", "new")
        assert json.loads(monitor("feeds", "check", "--json")[1])[0]["n_entries"] == 1
        assert monitor("feeds", "add", server.url("/rss"))[0] == 3
        code, opml, _ = monitor("feeds", "export-opml")
        assert (code, server.url("/rss") in opml) == (0, True)
        assert monitor("feeds", "remove", row["feed_id"][:5])[0] == 0
        assert Path("feeds.yaml").read_text() == before
        Path("x.opml").write_text(opml)
        assert monitor("feeds", "import-opml", "x.opml")[1].startswith("1 feeds added")
        assert monitor("feeds", "import-opml", "x.opml")[1].startswith("0 feeds added")


def test_check_names_what_is_wrong_and_exits_1(monitor: Call):
    """A dead feed, a page instead of a feed and an empty feed are bad; the good one is not."""
    routes = {"/good": reply(200, RSS), "/page": reply(200, b"<html><body>x</body></html>")}
    with Loopback(routes) as server:  # type: ignore[arg-type]
        configure(server, "/good", "/page", "/gone")
        code, out, _ = monitor("feeds", "check")
        assert code == 1
        assert out.splitlines()[-1] == "1 of 3 feeds are well"
        assert "http-404" in out
        assert "html-page" in out


def test_mistakes_end_in_one_line(monitor: Call):
    """No feed there, no such feed, no OPML: an exit code, one line, feeds.yaml as it was."""
    with Loopback({"/": reply(200, b"<html></html>")}) as server:
        configure(server, "/a")
        before = Path("feeds.yaml").read_text()
        Path("bad.opml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><opml/>')
        for code, args in (
            (4, ["add", server.url("/")]),
            (4, ["remove", "nothing"]),
            (4, ["check", "nothing"]),
            (9, ["import-opml", "bad.opml"]),
            (3, ["add", "ftp://x", "--no-check"]),
        ):
            got, _, err = monitor("feeds", *args)
            assert (args, got, err.count("\n")) == (args, code, 1)
        assert Path("feeds.yaml").read_text() == before
