"""Files that are written whole or not at all."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.errors import StorageError
from monitor.files import write_whole


@contextmanager
def room_for(n_bytes: int) -> Iterator[None]:
    """Let no file of this process grow past `n_bytes`, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path):
    path = tmp_path / "kept"
    write_whole(path, b"old")
    with room_for(100), pytest.raises(StorageError, match=str(path)):
        write_whole(path, b"new" * 100)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_keeps_leading_to_its_file(tmp_path: Path):
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "feeds.yaml", tmp_path / "feeds.yaml"
    target.write_text("old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.parametrize(("mode", "there", "wanted"), [(0o600, 0o644, 0o600), (None, 0o664, 0o664), (0o600, 0, 0o600)])
def test_who_may_read_it_is_said_or_stays(tmp_path: Path, mode: int | None, there: int, wanted: int):
    path = tmp_path / "file"
    if there:
        path.touch()
        path.chmod(there)
    write_whole(path, b"new", mode=mode)
    assert path.stat().st_mode & 0o777 == wanted
