"""Who may use the triage page: named reviewers with scrypt-hashed tokens, and signed sessions.

Owns the file reviewers.json and the session key in the data folder. A token is shown once, when it is made.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

import msgspec

from monitor.errors import InputError, NotFoundError, StorageError

# scrypt as OWASP's password storage guidance recommends it at the least: N=2^15, r=8, p=1 (32 MiB, about 0.1 s).
_N, _R, _P, _MAXMEM = 2**15, 8, 1, 64 << 20
SESSION_S = 12 * 3600
TOKEN_BYTES = 24


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
        self._key_path = folder / "session.key"
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
        """Tell whether the token is this reviewer's; takes the same time for unknown names."""
        found = next((item for item in self.all() if item.name == name), None)
        salt = bytes.fromhex(found.salt) if found else b"\0" * 16
        fast = (f"{name}:{found.digest if found else ''}", hashlib.sha256(token.encode()).digest())
        if fast in self._proven:
            return True
        right = hmac.compare_digest(_digest(token, salt), bytes.fromhex(found.digest) if found else b"\0" * 32)
        if found and right:
            self._proven.add(fast)
        return bool(found) and right

    def sign_in(self, name: str, at: float) -> str:
        """Return a session cookie's value for a reviewer, valid for SESSION_S seconds after `at`."""
        body = base64.urlsafe_b64encode(msgspec.json.encode([name, int(at), self._mark(name)])).decode()
        return f"{body}.{self._signature(body)}"

    def signed_in(self, cookie: str, at: float) -> str | None:
        """Return the reviewer of a session cookie, or None where it is forged, too old, or its reviewer gone."""
        body, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            return None
        name, since, mark = msgspec.json.decode(base64.urlsafe_b64decode(body), type=tuple[str, int, str])
        if not 0 <= at - since < SESSION_S or mark != self._mark(name):
            return None
        return name

    def _mark(self, name: str) -> str:
        """Return what ties a session to the reviewer's present token: a new token ends the old sessions."""
        return next((item.digest[:16] for item in self.all() if item.name == name), "-")

    def _signature(self, body: str) -> str:
        return hmac.new(self._key(), body.encode(), hashlib.sha256).hexdigest()

    def _key(self) -> bytes:
        try:
            return self._key_path.read_bytes()
        except FileNotFoundError:
            _write_private(self._key_path, secrets.token_bytes(32))
            return self._key_path.read_bytes()

    def _write(self, reviewers: list[Reviewer]) -> None:
        ordered = sorted(reviewers, key=lambda item: item.name)
        _write_private(self._path, msgspec.json.format(msgspec.json.encode(ordered)))


def _digest(token: str, salt: bytes) -> bytes:
    return hashlib.scrypt(token.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MAXMEM, dklen=32)


def _write_private(path: Path, content: bytes) -> None:
    """Replace a file whole, readable by its owner alone."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
