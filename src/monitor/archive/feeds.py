"""A folder of saved feed files to entries: every file in every folder below, in the order of their paths.

A file that is no feed is refused and the next one read. Folders named by time come in that order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from monitor.archive.files import whole
from monitor.archive.values import Refused
from monitor.errors import InputError, NotFoundError
from monitor.parse.feed import MAX_BYTES, parse_feed
from monitor.parse.values import ParsedEntry

MAX_FILES = 1_000_000


def feed_files(folder: Path) -> list[Path]:
    """Return the files below a folder, hidden ones left out. Raises NotFoundError and InputError."""
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise NotFoundError(f"{folder}: no such folder")
    found: list[Path] = []
    for root, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(root, name) for name in sorted(names) if not name.startswith(".")]
        if len(found) > MAX_FILES:
            raise InputError(f"{folder}: more than {MAX_FILES:,} files")
    return sorted(found)


def read_feed_file(path: Path) -> Iterator[ParsedEntry | Refused]:
    """Yield the entries of one saved feed, oldest first as feeds list the newest first."""
    try:
        feed = parse_feed(whole(path, MAX_BYTES))
    except InputError as error:
        yield Refused(str(path), str(error).removeprefix(f"{path}: "))
        return
    if feed.error:
        yield Refused(str(path), f"{feed.error}: {feed.warning}")
        return
    yield from reversed(feed.entries)
