"""`monitor parse` and `monitor read` as people pipe them: files, gzip, standard input, bad input."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest

from monitor.surfaces.cli.main import run
from tests.conftest import ROOT

FEED = ROOT / "fixtures/conformance/rss20-full.xml"
PAGE = (
    b"<html><head><title>T</title></head><body>"
    + b"<p>A sentence of an article, long enough to count.</p>" * 6
    + b"</body></html>"
)


def rows(out: bytes) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_feed_becomes_one_line_per_entry(capsysbinary):
    assert run(["parse", str(FEED)]) == 0
    first, second = rows(capsysbinary.readouterr().out)
    assert (first["feed"], first["title"]) == ("Harbour Gazette", "Two ferries collide & none is hurt")
    assert (first["published_at"], second["guid"]) == ("2026-01-31T07:15:00Z", "https://gazette.example/tides")


def test_gzip_and_standard_input_are_read(capsysbinary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    packed = tmp_path / "feed.xml.gz"
    packed.write_bytes(gzip.compress(FEED.read_bytes()))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FEED.read_bytes())))
    assert run(["parse", str(packed), "-"]) == 0
    assert len(rows(capsysbinary.readouterr().out)) == 4


def test_bad_files_are_named_and_the_others_read(capsysbinary, tmp_path: Path):
    (tmp_path / "page.xml").write_bytes(b"<html><body>login</body></html>")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    assert run(["parse", str(tmp_path / "page.xml"), str(tmp_path / "none"), str(tmp_path / "cut.gz"), str(FEED)]) == 1
    captured = capsysbinary.readouterr()
    lines = captured.err.decode().splitlines()
    assert lines[0] == f"{tmp_path}/page.xml:0: html-page: an HTML page, not a feed"
    assert lines[1] == f"{tmp_path}/none:0: cannot be read: No such file or directory"
    assert lines[2].startswith(f"{tmp_path}/cut.gz:0: cannot be read")
    assert len(rows(captured.out)) == 2


def test_a_page_becomes_its_article(capsysbinary, tmp_path: Path):
    (tmp_path / "page.html").write_bytes(PAGE)
    assert run(["read", "--url", "https://news.example/1", str(tmp_path / "page.html")]) == 0
    row = rows(capsysbinary.readouterr().out)[0]
    assert (row["title"], row["url"]) == ("T", "https://news.example/1")
    assert row["text"].startswith("A sentence of an article")


def test_pages_in_json_lines_keep_their_fields_and_bad_lines_are_named(capsysbinary, tmp_path: Path):
    path = tmp_path / "pages.jsonl.gz"
    lines = [
        json.dumps({"id": 1, "html": PAGE.decode(), "lang": "en"}),
        "{broken",
        json.dumps({"id": 2, "html": ""}),
        json.dumps({"id": 3, "html": 5}),
        "[1]",
        "",
        json.dumps({"id": 4, "html": PAGE.decode(), "articleBody": "the answer"}),
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    assert run(["read", str(path)]) == 1
    captured = capsysbinary.readouterr()
    assert [(row["id"], "html" in row, "articleBody" in row) for row in rows(captured.out)] == [
        (1, False, False),
        (4, False, False),
    ]
    assert [line.split(":")[1] for line in captured.err.decode().splitlines()] == ["2", "3", "4", "5"]


def test_a_filter_prints_no_terminal_codes_from_its_input(capsysbinary, tmp_path: Path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"html": "", "id": "\\u001b[31m"}\n{"\x1b[31m')
    assert run(["read", str(path)]) == 1
    captured = capsysbinary.readouterr()
    assert b"\x1b" not in captured.err + captured.out
