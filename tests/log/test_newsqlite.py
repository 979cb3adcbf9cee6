"""The `newsqlite` extra replaces Python's SQLite for the whole process, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SAY = "import sqlite3, sqlite3 as again; print(sqlite3.sqlite_version)"


def python(code: str, folder: Path) -> str:
    """Run code in a fresh Python with `folder` on its path and return what it prints."""
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_extra_is_taken_where_it_is_installed(tmp_path: Path) -> None:
    package = tmp_path / "pysqlite3"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "dbapi2.py").write_text("sqlite_version = 'fixed'\n")
    assert python(f"import monitor\n{SAY}", tmp_path) == "fixed"
    assert python(f"import sqlite3, monitor\n{SAY}", tmp_path) != "fixed", "too late to replace what is in use"


def test_without_the_extra_pythons_own_is_used(tmp_path: Path) -> None:
    (tmp_path / "pysqlite3").mkdir()
    (tmp_path / "pysqlite3" / "__init__.py").write_text("raise ImportError('not for this Python')\n")
    assert python(f"import monitor\n{SAY}", tmp_path) == python(SAY, tmp_path)
