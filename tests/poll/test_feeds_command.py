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


def test_the_list_names_the_kind_of_what_is_no_feed(monitor: Call):
    """A sitemap says so before its address; a feed says nothing."""
    Path("feeds.yaml").write_text(
        "feeds:\n- {url: https://a.example/rss, name: A}\n- {url: https://b.example/s.xml, name: B, kind: sitemap}\n"
    )
    lines = monitor("feeds", "list")[1].splitlines()
    assert [line.split("  ")[-1] for line in lines] == ["https://a.example/rss", "sitemap https://b.example/s.xml"]


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


LIST = "<title>Press</title><ul class=press>" + "".join(
    f"<li><a href=/p/{n}>A press release with a long enough title {n}</a> <time datetime=2026-01-{n:02}>x</time></li>"
    for n in range(1, 9)
)


def test_a_page_that_only_lists_is_tried_added_and_checked(monitor: Call):
    """Promise: `try` proposes lines that, added, are read; --report says of every source what it answered."""
    routes = {"/press": reply(200, LIST.encode()), "/rss": reply(200, RSS)}
    with Loopback(routes) as server:  # type: ignore[arg-type]
        configure(server, "/rss", "/gone")
        page = server.url("/press")
        code, said, _ = monitor("feeds", "try", page)
        assert (code, "A press release with a long enough title 1" in said) == (0, True)
        feed, trial = json.loads(monitor("feeds", "try", page, "--json")[1])
        rows = trial["select"]["rows"]
        assert (feed["kind"], trial["kind"], trial["n_entries"], f'rows: "{rows}"' in said) == ("feed", "page", 8, True)
        assert monitor("feeds", "add", page, "--kind", "page", "--select", f"rows={rows}")[0] == 0
        assert monitor("feeds", "check", "--report", "r.tsv")[0] == 1
        table = [line.split("\t") for line in Path("r.tsv").read_text().splitlines()]
        report = {row[2].rpartition("/")[2]: row for row in table}
        assert {key: row[3:6] for key, row in report.items() if key != "url"} == {
            "press": ["page", "true", "2026-01-31T12:00:00Z"], "rss": ["feed", "true", "2026-01-31T12:00:00Z"],
            "gone": ["feed", "false", "2026-01-31T12:00:00Z"],
        }  # fmt: skip


def test_what_cannot_be_tried_says_why(monitor: Call):
    with Loopback({"/p": reply(200, b"<p>Nothing here</p>")}) as server:
        configure(server)
        code, _, error = monitor("feeds", "try", server.url("/p"))
        assert (code, "reads like a list of headlines" in error) == (4, True)
        assert monitor("feeds", "try", server.url("/p"), "--select", "rows=li")[0] == 4
        assert monitor("feeds", "try", server.url("/p"), "--select", "nonsense")[0] == 2
        assert monitor("feeds", "try", server.url("/none"))[0] == 4


def test_opml_holds_feeds_alone(monitor: Call):
    """Promise: another reader is not given a sitemap for a feed; what was left out is said."""
    Path("feeds.yaml").write_text(
        "feeds:\n- {url: https://a.example/rss, name: A}\n- {url: https://a.example/map.xml, name: M, kind: sitemap}\n"
    )
    code, out, error = monitor("feeds", "export-opml")
    assert (code, "a.example/rss" in out, "map.xml" in out) == (0, True, False)
    assert error == "1 sources are no feeds and were left out\n"


def test_check_mends_what_moved_for_good(monitor: Call):
    """Promise: one command brings the addresses up to date; what cannot be read at its new place stays as it was."""
    routes = {
        "/old": reply(301, b"", "Location: /rss"), "/rss": reply(200, RSS),
        "/lost": reply(301, b"", "Location: /page"), "/page": reply(200, b"<html>"),
    }  # fmt: skip
    with Loopback(routes) as server:  # type: ignore[arg-type]
        configure(server, "/old", "/lost")
        code, _, error = monitor("feeds", "check", "--mend")
        text = Path("feeds.yaml").read_text()
        assert (code, "1 addresses mended" in error) == (1, True)
        found = [server.url(path) in text for path in ("/rss", "/old", "/lost")]
        assert found == [True, False, True]
        assert "# mine" in text
        assert "0 addresses mended" in monitor("feeds", "check", "--mend")[2]
