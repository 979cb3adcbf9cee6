"""Readers of archives: entries in any common spelling, pages, saved feeds; what is damaged is said, not swallowed."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from monitor.archive.entries import read_entries
from monitor.archive.feeds import feed_files, read_feed_file
from monitor.archive.files import file_sha
from monitor.archive.values import Refused
from monitor.errors import InputError, NotFoundError
from monitor.parse.raw import RawEntry
from monitor.parse.values import ParsedEntry

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio's writer
LINE = {
    "url": "https://n.test/1",
    "headline": "Alleged plot",
    "description": "Lead",
    "date": "2025-03-01",
    "language": "fa",
}


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def zstd(data: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return bytes(zstd.compress(data))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_json_lines_are_read_under_many_names_and_packings(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    text = "\ufeff" + json.dumps(LINE) + "\n\n" + json.dumps({"link": "/x", "title": "توطئه", "extra": {"a": [1]}})
    first, second = read_entries(write(tmp_path / "a", pack(text.encode())))
    assert first == RawEntry(
        link="https://n.test/1", title="Alleged plot", summary="Lead", published="2025-03-01", lang="fa"
    )
    assert isinstance(second, RawEntry)
    assert second.title == "توطئه"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_tables_are_read_by_their_header(tmp_path: Path, mark: str) -> None:
    rows = [
        ["id", "title", "when", "date"],
        ["7", '"Alleged ""plot"""', "x", "2025-03-01"],
        ["", "", "", ""],
        ["8", "", "", ""],
    ]
    path = write(tmp_path / "a.csv", "\ufeff" + "\r\n".join(mark.join(row) for row in rows))
    first, second = read_entries(path)
    assert first == RawEntry(guid="7", title='Alleged "plot"', published="2025-03-01")
    assert second == Refused(f"{path}:4", "neither a title nor a text")


def test_lines_that_give_no_entry_are_refused_one_by_one(tmp_path: Path) -> None:
    lines = [
        b'{"url": "https://n.test/1"', b"[1]", b'"x"', b"\xff\xfe{}", b'{"title": "No link"}',
        b'{"url": "https://n.test/1", "title": null}', b'{"url": ["x"], "title": "T"}', b'{"a":' * 5000,
        json.dumps(LINE).encode(),
    ]  # fmt: skip
    *refused, entry = read_entries(write(tmp_path / "a", b"{}\n" + b"\n".join(lines)))
    assert isinstance(entry, RawEntry)
    assert [type(piece) for piece in refused] == [Refused] * 9
    assert refused[1].where.endswith("a:2")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[{}]", "one entry a line"),
        (b"name;when\n1;2", "neither JSON lines nor a table"),
        (gzip.compress(json.dumps(LINE).encode() * 999)[:-20], "damaged or cut off"),
        (b"\x1f\x8bxx", "damaged or cut off"),
        (zstd(json.dumps(LINE).encode() * 999)[:-3], "damaged or cut off"),
        (b'a,url\n"' + b"x\n" * (3 << 20), "field larger than field limit"),
    ],
    ids=["list", "no header", "gzip cut", "no gzip", "zstd cut", "quote without end"],
)
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        list(read_entries(write(tmp_path / "a", data)))


def test_a_file_that_is_not_there_or_empty(tmp_path: Path) -> None:
    assert list(read_entries(write(tmp_path / "a", b""))) == []
    for read in (lambda path: list(read_entries(path)), file_sha, feed_files):
        with pytest.raises(NotFoundError, match=r"No such file|no such folder"):
            read(tmp_path / "none")


def test_a_folder_of_saved_feeds_is_read_in_the_order_of_its_paths(tmp_path: Path) -> None:
    """Promise: newest last, polls one after the other, and what is no feed is refused and passed over."""
    item = "<item><title>{0}</title><link>https://n.test/{0}</link></item>"
    feed = "<rss version='2.0'><channel><title>t</title>{}</channel></rss>"
    for name, titles in (("2025-02/b.xml", "dc"), ("2025-01/a.xml", "ba"), (".hidden/x.xml", "z")):
        (tmp_path / name).parent.mkdir()
        write(tmp_path / name, gzip.compress(feed.format("".join(map(item.format, titles))).encode()))
    write(tmp_path / "2025-01" / "notes.txt", "nothing")
    pieces = [piece for path in feed_files(tmp_path) for piece in read_feed_file(path)]
    assert [piece.title for piece in pieces if isinstance(piece, ParsedEntry)] == ["a", "b", "c", "d"]
    assert [piece.where for piece in pieces if isinstance(piece, Refused)] == [str(tmp_path / "2025-01/notes.txt")]


TEXT = "Officers said that an alleged plot against an exiled editor had been stopped in the harbour town. " * 4


def page(title: str, head: str = "") -> bytes:
    return f"<html lang=en><head><title>{title}</title>{head}</head><body><article><p>{TEXT}</p></article>".encode()


def warc(*records: tuple[str, bytes, str, str], gzipped: bool = True, encoding: str = "") -> bytes:
    warcio = pytest.importorskip("warcio")
    assert warcio
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzipped)
    for url, body, status, kind in records:
        fields = [("Content-Type", kind), *([("Content-Encoding", encoding)] if encoding else [])]
        headers = StatusAndHeaders(status, fields, protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=headers,
            warc_headers_dict={"WARC-Date": "2025-06-01T10:00:00Z"},
        )  # fmt: skip
        writer.write_record(record)
    return out.getvalue()


OK, HTML = "200 OK", "text/html; charset=utf-8"


def test_pages_of_a_web_archive_become_entries(tmp_path: Path) -> None:
    """Promise: answered HTML alone counts; the date is what the page states, else that of the capture."""
    from monitor.archive.warc import read_warc

    stated = "<meta property='article:published_time' content='2025-05-30T08:00:00+00:00'>"
    path = write(tmp_path / "a.warc.gz", warc(
        ("https://n.test/1", page("Plot stopped", stated), OK, HTML),
        ("https://n.test/2", page("Undated"), OK, HTML),
        ("https://n.test/3", page("Gone"), "404 Not Found", HTML),
        ("https://n.test/4.png", b"\x89PNG", OK, "image/png"),
        ("https://n.test/5", b"<html><body>Menu</body></html>", OK, HTML),
        ("urn:x", page("No address"), OK, HTML),
    ))  # fmt: skip
    entries = [piece for piece in read_warc(path) if isinstance(piece, RawEntry)]
    assert [(e.link, e.title, e.published, e.updated, e.lang) for e in entries] == [
        ("https://n.test/1", "Plot stopped", "2025-05-30T08:00:00+00:00", "2025-06-01T10:00:00Z", "en"),
        ("https://n.test/2", "Undated", "", "2025-06-01T10:00:00Z", "en"),
    ]
    assert TEXT.strip() in entries[0].content
    assert sum(isinstance(piece, Refused) for piece in read_warc(path)) == 1


@pytest.mark.parametrize("gzipped", [True, False])
@pytest.mark.parametrize("share", [0.55, 0.65, 0.71])
def test_a_web_archive_cut_in_the_middle_gives_what_came_before_and_says_so(
    tmp_path: Path, share: float, gzipped: bool
) -> None:
    from monitor.archive.warc import read_warc

    whole = warc(*((f"https://n.test/{n}", page(f"T{n}"), OK, HTML) for n in range(9)), gzipped=gzipped)
    pieces = read_warc(write(tmp_path / "a", whole[: int(len(whole) * share)]))
    assert isinstance(next(pieces), RawEntry)
    with pytest.raises(InputError, match="damaged or cut off at record"):
        list(pieces)


@pytest.mark.parametrize("data", [b"nothing of the kind\n" * 9, gzip.compress(b"x" * 999), page("T"), b"\0" * 4096])
def test_what_is_no_web_archive_is_said(tmp_path: Path, data: bytes) -> None:
    pytest.importorskip("warcio")
    from monitor.archive.warc import read_warc

    path = write(tmp_path / "a", data)
    if data.startswith(b"<html"):  # one line of it could be the first of an ARC file, without an address
        assert list(read_warc(path)) == []
        return
    with pytest.raises(InputError, match=r"record 1|not a web archive"):
        list(read_warc(path))


def test_a_page_that_unpacks_to_more_than_a_page_is_refused(tmp_path: Path) -> None:
    """Promise: a record is read up to the limit of a page, whatever its encoding would make of it."""
    from monitor.archive.warc import read_warc

    bomb = gzip.compress(b"<p>" + b"a" * (64 << 20))
    path = write(tmp_path / "a.warc.gz", warc(("https://n.test/1", bomb, OK, HTML), encoding="gzip"))
    (refused,) = read_warc(path)
    assert "too-large" in refused.why  # type: ignore[union-attr]
