"""feeds.yaml to values: which feeds to read, and the settings of the installation.

Reports every fault at once, each as `file:line: text`. Reads one file and, where a cache folder is given, keeps the
compiled form there under the file's SHA-256, because a tick must not pay for YAML. Nothing is fetched or created.
The keys are documented in docs/feeds-yaml.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from monitor.config.settings import Settings
from monitor.config.values import FeedConfig
from monitor.errors import ConfigError, StorageError
from monitor.files import write_whole

# Raised when the compiled form changes, so that old caches are not read; new defaults are seen by themselves.
_CACHE_FORMAT = 2


class Config(msgspec.Struct, frozen=True):
    """What feeds.yaml says."""

    feeds: list[FeedConfig]
    settings: Settings


Parse = Callable[[bytes, str], Config]


def parse_config(data: bytes, name: str = "feeds.yaml") -> Config:
    """Read the bytes of a feeds.yaml. Raises ConfigError listing every fault as `name:line: text`."""
    from monitor.config.shape import parse_feeds_yaml  # a tick with a warm cache does without the YAML reader

    return Config(*parse_feeds_yaml(data, name))


def load_config(path: Path | str, cache_dir: Path | str | None = None, parse: Parse = parse_config) -> Config:
    """Read feeds.yaml. Raises ConfigError listing every fault as `file:line: text`."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}:0: cannot be read: {error.strerror or error}"]) from error
    fingerprint = hashlib.sha256(data).hexdigest()
    if cache_dir is not None and (cached := _read_cache(Path(cache_dir), fingerprint)) is not None:
        return cached
    config = parse(data, str(path))
    if cache_dir is not None:
        _write_cache(Path(cache_dir), fingerprint, config)
    return config


def _read_cache(folder: Path, fingerprint: str) -> Config | None:
    """Return the compiled configuration of this very file, or None; a damaged cache is no error."""
    try:
        data = (folder / "config.cache").read_bytes()
    except OSError:
        return None
    head = _cache_head(fingerprint)
    if not data.startswith(head):
        return None
    try:
        return msgspec.msgpack.decode(data[len(head) :], type=Config)
    except msgspec.DecodeError:
        return None


def _cache_head(fingerprint: str) -> bytes:
    return f"monitor config {_CACHE_FORMAT} {fingerprint} {Settings()}\n".encode()


def _write_cache(folder: Path, fingerprint: str, config: Config) -> None:
    """Keep the compiled configuration, whole or not at all; a folder that cannot be written is no error."""
    with suppress(StorageError):
        write_whole(folder / "config.cache", _cache_head(fingerprint) + msgspec.msgpack.encode(config))
