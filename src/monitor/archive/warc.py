"""Web archives (WARC) to entries: each HTML page answered with 200 is read as an article.

Owns which records count and that a file cut in the middle is said; reading a page is text/archived.py's, in the
killable child. warcio reads the container (extra `archive`); it is imported here alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.archive.files import READ_ERRORS, damaged
from monitor.archive.values import Piece, Refused
from monitor.errors import InputError, MissingExtraError, NotFoundError
from monitor.parse.raw import RawEntry
from monitor.text.extract import MAX_PAGE_BYTES, PageError, read_archived

_HTML = ("text/html", "application/xhtml+xml")


def read_warc(path: Path) -> Iterator[Piece]:
    """Yield an entry for each page that holds an article; a page that holds none is refused.

    Raises MissingExtraError, NotFoundError, and InputError where the file is damaged or cut off.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise MissingExtraError("reading web archives", "archive") from error
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotFoundError(f"{path}: {error.strerror}") from error
    number = 0
    with file:
        try:
            records, record = ArchiveIterator(file), None
            for record in records:
                number += 1
                if _is_page(record):
                    yield _entry(record, f"{path}: record {number}")
            if record is not None and (records.offset < path.stat().st_size or _is_cut(record)):
                raise EOFError("the file ends too early")  # warcio stops there without a word
        except (ArchiveLoadFailed, *READ_ERRORS) as error:
            raise damaged(path, f"record {number + 1}", error) from error
        if number == 0 and path.stat().st_size:
            raise InputError(f"{path}: not a web archive (WARC or ARC, plain or gzip)")


def _is_page(record: Any) -> bool:
    if record.rec_type != "response" or record.http_headers is None:
        return False
    kind = (record.http_headers.get_header("Content-Type") or "").split(";")[0].strip().lower()
    return kind in _HTML and record.http_headers.get_statuscode() == "200"


def _is_cut(record: Any) -> bool:
    """Tell whether a record that was read to its end has less than it says."""
    return getattr(record.raw_stream, "limit", 0) > 0


def _entry(record: Any, where: str) -> Piece:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if not url.startswith(("http://", "https://")):
        return Refused(where, "no web address")
    page = record.content_stream().read(MAX_PAGE_BYTES + 1)
    if _is_cut(record) and len(page) <= MAX_PAGE_BYTES:
        raise EOFError("the record ends too early")
    try:
        read = read_archived(page, url, record.http_headers.get_header("Content-Type") or "")
    except PageError as error:
        return Refused(f"{where} ({url[:200]})", f"{error.reason}: {error.detail}")
    return RawEntry(
        guid=url, link=url, title=read.title, content=read.text, lang=read.lang,
        published=read.published, updated=record.rec_headers.get_header("WARC-Date") or "",
    )  # fmt: skip
