"""Sessions kept on the server: a random cookie names one, its hash is what is stored, and signing out deletes it.

Owns the file sessions.json in the data folder, so that a restart signs nobody out.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import msgspec

from monitor.errors import StorageError
from monitor.files import write_whole

SESSION_S = 12 * 3600
MAX_SESSIONS = 1_000


class Session(msgspec.Struct, frozen=True):
    """One browser's session. `mark` ties it to the reviewer's token of then: a new token ends it."""

    name: str
    mark: str
    since: float


class Sessions:
    """The sessions of one data folder; `find` reads the file again only where it changed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "sessions.json"
        self._read: dict[str, Session] = {}
        self._stamp: tuple[int, int] = (0, 0)

    def start(self, name: str, mark: str, at: float) -> str:
        """Begin a session at `at` (seconds since the epoch); return the cookie's value."""
        cookie = secrets.token_urlsafe(32)
        kept = {key: one for key, one in self._all().items() if 0 <= at - one.since < SESSION_S}
        newest = dict(sorted(kept.items(), key=lambda item: item[1].since)[-MAX_SESSIONS + 1 :])
        self._write(newest | {_hash(cookie): Session(name, mark, at)})
        return cookie

    def find(self, cookie: str, at: float) -> Session | None:
        """Return the session of a cookie that lasts at `at`."""
        session = self._all().get(_hash(cookie))
        return session if session is not None and 0 <= at - session.since < SESSION_S else None

    def end(self, cookie: str) -> None:
        """Delete a session; nothing happens where there is none."""
        kept = dict(self._all())
        if kept.pop(_hash(cookie), None) is not None:
            self._write(kept)

    def _all(self) -> dict[str, Session]:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp != self._stamp:
                self._read = msgspec.json.decode(self._path.read_bytes(), type=dict[str, Session])
                self._stamp = stamp
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError:
            return {}  # damaged: everybody signs in again
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from error
        return self._read

    def _write(self, sessions: dict[str, Session]) -> None:
        write_whole(self._path, msgspec.json.encode(sessions))


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
