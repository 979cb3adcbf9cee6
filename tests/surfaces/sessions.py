"""Sessions at the command line and the page, written down whole: `fixtures/golden/sessions/NAME.txt`.

    python -m tests.surfaces.sessions    makes them anew, after a change of what is said; read the difference

A session is a list of commands after `$ `, each with all that it printed (`# exit N` after a command for an exit code
other than 0). `export NAME=VALUE` holds for what follows; `get PATH` and `post PATH FIELD=VALUE …` go to the page, as
ana (`press` as its script does); `write FILE TEXT` writes a file; `draw`, `word` and `job` call a picture, a wording of
the page or a job of the service. What differs from run to run (ports, keys, hashes of
a log with a name of its own) is written as `<what>`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from monitor.errors import MonitorError
from monitor.log.codec import iso
from monitor.log.events import FeedAdded, FeedFailed, FeedFetched, StoryJoined
from monitor.surfaces.cli.main import run
from monitor.surfaces.cli.serve.run import Jobs
from monitor.surfaces.web import charts, figures, wording
from monitor.surfaces.web.door.reviewers import Reviewers
from tests.conftest import NOW, ROOT
from tests.surfaces.conftest import House
from tools.feed_server import Answer, FeedServer

FOLDER = ROOT / "fixtures" / "golden" / "sessions"
VARIES = (
    (re.compile(r"(log-\d{8}T\d{6}Z-\d{9}-)[0-9a-f]{8}"), r"\1<hash>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r'(name="(?:csrf|nonce)" value=")[^"]+'), r"\1<token>"),
    (re.compile(r"\b[0-9a-f]{20,}"), "<hash>"),
    (re.compile(r"(head |[hH]ead `|of the views )[0-9a-f]{16}"), r"\1<hash>"),
    (re.compile(r"[A-Za-z0-9+/]{86}=="), "<signature>"),
    (re.compile(r"[A-Za-z0-9+/]{43}="), "<key>"),
    (re.compile(r"^(\w+: )[A-Za-z0-9_-]{32}$", re.MULTILINE), r"\1<token>"),
    (re.compile(r"\bm[0-9a-f]{12}\b( \(threshold \d\.\d+)?"), "<model>"),
    (re.compile(r"(added: |known: )[0-9a-f]{8}( score \d\.\d\d)?"), r"\1<entry>"),
    (re.compile(r'("(?:n_)?bytes(?:_before|_after)?": )\d+'), r"\1<bytes>"),
)
TITLE = "Police allege Iran planned to kill an exiled editor"
TEXT = (
    "Police in Denmark allege that Iran was behind a foiled plot to assassinate an exiled journalist in Aarhus. "
    "Two men were arrested. Iran denies it."
)


def furnished(folder: Path) -> House:
    """Return a house with rows of several kinds: copies, an unread language, a bad link, a bad feed."""
    house = House(folder, NOW, Reviewers(folder))
    for name in ("ana", "ben"):
        house.reviewers.add(name, iso(NOW))
    start = NOW - timedelta(days=3)
    house.now = start
    house.append("feed:wire", FeedAdded(feed_id="wire", url="https://x.test/f", name="Wire", publisher="Wire Co"))
    house.append(
        "feed:late", FeedAdded(feed_id="late", url="https://l.test/f", name="Late Post", publisher="Late Post")
    )
    for hour in range(0, 70, 6):
        house.now = start + timedelta(hours=hour)
        overlap = None if hour == 0 else hour != 30
        good = FeedFetched(
            feed_id="wire", status=200, n_entries=4, n_new=1, interval_s=21_600, body_sha=f"b{hour}", overlap=overlap
        )
        house.append(f"fetched:wire:{hour}", good)
        house.append(
            f"failed:late:{hour}",
            FeedFailed(feed_id="late", reason="timeout", detail="no answer", n_failures=hour // 6 + 1),
        )
    house.now = NOW - timedelta(hours=2)
    house.entry("aaaa1111aaaa1111", TITLE, TEXT, score=0.93, publisher="Harbour Wire", lang="en",
                reasons=(("alleged plot", 1.4), ("exiled editor", 0.8), ("football", -0.6)))  # fmt: skip
    joined = StoryJoined(story_id="saaaa1111aaaa1111", entry_id="aaaa2222aaaa2222", publisher="Courier", similarity=0.8)
    house.entry("aaaa2222aaaa2222", "Iran behind plan to kill editor, police say", TEXT, score=0.91,
                publisher="Courier", lang="en", story=joined)  # fmt: skip
    house.entry("bbbb1111bbbb1111", "Second alleged plot", "A court heard of it.", score=0.8, publisher="Late Post")
    house.entry("cccc1111cccc1111", "Υπόθεση κατασκοπείας στο λιμάνι της πόλης", "Δύο άνδρες συνελήφθησαν.", score=0.7,
                publisher="Limani", lang="el")  # fmt: skip
    house.entry("dddd1111dddd1111", "A third report about the harbour", "Nobody is named.", score=0.6, band="look",
                publisher="Harbour Wire", link="javascript:alert(1)")  # fmt: skip
    house.now = NOW
    (folder / "feeds.yaml").write_text(
        "settings:\n  data_dir: .\n  rows_per_day: 3\n"
        "feeds:\n  wires:\n  - {url: 'https://x.test/f', id: wire, name: Wire}\n"
        "  - {url: 'https://l.test/f', id: late, name: Late Post}\n",
        encoding="utf-8",
    )
    return house


def rss(*items: tuple[str, str]) -> bytes:
    """Return a feed of (guid, title), the newest first, a day apart."""
    dated = [
        f"<item><guid>{guid}</guid><title>{title}</title><link>https://news.test/{guid}</link>"
        f"<description>About {title}.</description>"
        f"<pubDate>{NOW - timedelta(days=n):%a, %d %b %Y 10:00:00} GMT</pubDate></item>"
        for n, (guid, title) in enumerate(items)
    ]
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{"".join(dated)}</channel></rss>'.encode()


SERVED = {
    "/fair.xml": Answer(rss(("f1", "Fair weather on the coast"), ("f2", "Council opens a bridge"))),
    "/empty.xml": Answer(rss()),
    "/gone.xml": Answer(b"gone", 410, "text/plain"),
    "/site": Answer(
        b'<html><head><title>Site</title><link rel="alternate" type="application/rss+xml" title="Site news" '
        b'href="/fair.xml"></head><body><p>Hello</p></body></html>',
        content_type="text/html",
    ),
}


class Session:
    """Runs a session's commands in a folder of its own."""

    def __init__(self, house: House, server: FeedServer) -> None:
        self.house, self.server = house, server
        self.browser = house.signed_in("ana")

    def answer(self, line: str) -> tuple[int, str]:
        """Run a line; return the exit code and all that it said, what varies taken out."""
        words = shlex.split(line.replace("SERVER", self.server.host))
        code, said = self._carried_out(words)
        for varying, plain in VARIES:
            said = varying.sub(plain, said)
        said = said.replace(str(self.house.folder), "<folder>")
        return code, "\n".join(each.rstrip() for each in said.splitlines())

    def _carried_out(self, words: list[str]) -> tuple[int, str]:
        command, *rest = words
        if command == "export":
            name, _, value = rest[0].partition("=")
            os.environ[name] = value
            if name == "MONITOR_NOW":
                from monitor.log.codec import parse_iso

                self.house.now = parse_iso(value)
            return 0, ""
        if command == "write":
            Path(rest[0]).write_text(rest[1].replace("\\n", "\n"), encoding="utf-8")
            return 0, ""
        if command in ("get", "post", "press"):
            fields = dict(one.split("=", 1) for one in rest[1:])
            headers = {"monitor-part": "1"} if command == "press" else {}
            path = rest[0]
            got = self.browser.get(path) if command == "get" else self.browser.post(path, data=fields, headers=headers)
            return 0, f"{got.status_code} {got.headers.get('location', '')}\n{_body(got.text)}"
        if command == "draw":
            place = charts if hasattr(charts, rest[0]) else figures
            return 0, _body(str(getattr(place, rest[0])(*_values(rest[1:]))))
        if command == "word":
            return 0, str(getattr(wording, rest[0])(*_values(rest[1:])))
        if command == "job":
            return 0, _job(rest[0])
        return _run(rest)


def _values(given: list[str]) -> list[Any]:
    """Return the arguments of a picture or a word: JSON, or `now`, or else text as it is."""
    return [NOW if one == "now" else json.loads(one) if _is_json(one) else one for one in given]


def _is_json(text: str) -> bool:
    return text[:1] in '["' or re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def _job(name: str) -> str:
    """Run a job of the service as the service does; return what it says, ends with or refuses."""
    said: list[str] = []
    jobs = Jobs(None, None, lambda *line: said.append(" | ".join(line)))
    try:
        if name == "times":
            said += [f"{job.name} {job.at} {job.every_s}" for job in jobs.all(jobs.settings(), 600)]
        elif name == "last":
            said.append(str(jobs.last_run("backup")))
        elif name == "record":
            jobs.missed("digest", NOW, "the service was down")
            jobs.finished("backup", NOW, True, "copied", 12)
        else:
            said.append(str(getattr(jobs, name)()))
    except MonitorError as error:
        said.append(f"{type(error).__name__}: {error}")
    return "\n".join(said)


def _body(text: str) -> str:
    """Return what a page says below its head, a tag a line; of anything else, all of it."""
    main = re.search(r"<main.*?</main>", text, re.DOTALL)
    lines = re.sub(r">\s*<", ">\n<", main[0]) if main else text
    return re.sub(r"\n\s*\n+", "\n", lines)


def _run(args: list[str]) -> tuple[int, str]:
    kept = sys.stdout, sys.stderr
    written = BytesIO()
    screen = TextIOWrapper(written, encoding="utf-8", write_through=True)
    sys.stdout = sys.stderr = screen
    try:
        code = run(args)
    finally:
        sys.stdout, sys.stderr = kept
    screen.flush()
    return code, written.getvalue().decode()


def commands(name: str) -> list[str]:
    """Return the commands of a session, as they are written down."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return re.findall(r"^\$ (.*)$", text, re.MULTILINE)


@contextmanager
def _surroundings(folder: Path) -> Iterator[Session]:
    kept, there = dict(os.environ), Path.cwd()
    for name in [name for name in os.environ if name.startswith("MONITOR_")]:
        del os.environ[name]
    os.environ |= {"MONITOR_NOW": iso(NOW), "MONITOR_REVIEWER": "ana", "COLUMNS": "100"}
    try:
        house = furnished(folder)
        os.chdir(folder)
        with FeedServer(SERVED) as server:
            yield Session(house, server)
    finally:
        os.chdir(there)
        os.environ.clear()
        os.environ.update(kept)


def told(name: str, folder: Path) -> str:
    """Run a session in an empty folder and return it as it is written down."""
    parts = []
    with _surroundings(folder) as session:
        for line in commands(name):
            bare = re.sub(r"\s+# exit \d+$", "", line)
            code, said = session.answer(bare)
            parts.append(f"$ {bare}" + (f"  # exit {code}" if code else "") + "\n" + (said + "\n" if said else ""))
    return "".join(parts)


def names() -> list[str]:
    """Return the names of all sessions."""
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def main(write: Callable[[str], object] = print) -> None:
    """Make the files anew."""
    for name in sys.argv[1:] or names():
        with tempfile.TemporaryDirectory() as folder:
            text = told(name, Path(folder).resolve())
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
        write(str(FOLDER / f"{name}.txt"))


if __name__ == "__main__":
    main()
