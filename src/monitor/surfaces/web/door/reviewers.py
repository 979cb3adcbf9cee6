"""Who may use the triage page: named reviewers with scrypt-hashed tokens, and the sessions of those who signed in.

Owns the file reviewers.json in the data folder; sessions are sessions.py. A token is shown once, when it is made.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
from pathlib import Path

import msgspec

from monitor.errors import InputError, NotFoundError, StorageError
from monitor.files import write_whole
from monitor.surfaces.web.door.sessions import SESSION_S, Session, Sessions

# scrypt as OWASP's password storage guidance recommends it at the least: N=2^15, r=8, p=1 (32 MiB, about 0.1 s).
_N, _R, _P, _MAXMEM = 2**15, 8, 1, 64 << 20
TOKEN_BYTES, MAX_TOKEN = 24, 400
_ONE_AT_A_TIME = threading.Lock()  # guesses, however many, hold one processor and 32 MiB

__all__ = ["SESSION_S", "Reviewer", "Reviewers"]


class Reviewer(msgspec.Struct, frozen=True):
    """One reviewer; `salt` and `digest` are hex."""

    name: str
    salt: str
    digest: str
    added_at: str


class Reviewers:
    """The reviewers of one data folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "reviewers.json"
        self._sessions = Sessions(folder)
        self._proven: set[tuple[str, bytes]] = set()

    def all(self) -> list[Reviewer]:
        """Return every reviewer, by name."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[Reviewer])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as error:
            raise StorageError(f"{self._path}: {error}; restore it, or delete it and add the reviewers anew") from error

    def add(self, name: str, at: str) -> str:
        """Add a reviewer, or give a known one a new token; return the token."""
        if not name.strip() or len(name) > 80 or not name.isprintable() or ":" in name:
            raise InputError("a reviewer's name is 1 to 80 printable characters without a colon")
        token, salt = secrets.token_urlsafe(TOKEN_BYTES), os.urandom(16)
        reviewer = Reviewer(name, salt.hex(), _digest(token, salt).hex(), at)
        self._write([item for item in self.all() if item.name != name] + [reviewer])
        return token

    def remove(self, name: str) -> None:
        """Remove a reviewer; sessions and tokens end at once, decisions stay. Raises NotFoundError."""
        kept = [item for item in self.all() if item.name != name]
        if len(kept) == len(self.all()):
            raise NotFoundError(f"no reviewer {name!r}; `monitor users list` names them")
        self._write(kept)

    def check(self, name: str, token: str) -> bool:
        """Tell whether the token is this reviewer's, at the same cost for every name and every wrong token.

        Takes some tens of milliseconds and 32 MiB: call it off the event loop. A token proven once is known.
        """
        found = next((item for item in self.all() if item.name == name), None)
        if found and self.is_proven(name, token):
            return True
        salt = bytes.fromhex(found.salt) if found else b"\0" * 16
        with _ONE_AT_A_TIME:
            digest = _digest(token[:MAX_TOKEN], salt)
        right = hmac.compare_digest(digest, bytes.fromhex(found.digest) if found else b"\0" * 32)
        if found and right:
            self._proven.add(self._proof(found, token))
        return bool(found) and right

    def is_proven(self, name: str, token: str) -> bool:
        """Tell, at once, whether this token of the reviewer was checked and found right before."""
        found = next((item for item in self.all() if item.name == name), None)
        return found is not None and self._proof(found, token) in self._proven

    def _proof(self, reviewer: Reviewer, token: str) -> tuple[str, bytes]:
        return f"{reviewer.name}:{reviewer.digest}", hashlib.sha256(token.encode()).digest()

    def sign_in(self, name: str, at: float) -> str:
        """Start a session at `at` (seconds since the epoch); return its cookie's value, valid for SESSION_S seconds."""
        return self._sessions.start(name, self._mark(name), at)

    def signed_in(self, cookie: str, at: float) -> Session | None:
        """Return the session of a cookie, or None where it is unknown, ended, too old, or its reviewer gone."""
        session = self._sessions.find(cookie, at)
        return session if session is not None and session.mark == self._mark(session.name) else None

    def sign_out(self, cookie: str) -> None:
        """End the session of a cookie."""
        self._sessions.end(cookie)

    def _mark(self, name: str) -> str:
        """Return what ties a session to the reviewer's present token: a new token ends the old sessions."""
        return next((item.digest[:16] for item in self.all() if item.name == name), "-")

    def _write(self, reviewers: list[Reviewer]) -> None:
        ordered = sorted(reviewers, key=lambda item: item.name)
        write_whole(self._path, msgspec.json.format(msgspec.json.encode(ordered)))


def _digest(token: str, salt: bytes) -> bytes:
    return hashlib.scrypt(token.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MAXMEM, dklen=32)
