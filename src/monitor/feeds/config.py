"""feeds.yaml to values: which feeds to read, and the settings of the installation.

Reports every fault at once, each as `file:line: text`. Reads one file and, where a cache folder is given, keeps the
compiled form there under the file's SHA-256, because a tick must not pay for YAML. Nothing is fetched or created.
The keys are documented in docs/feeds-yaml.md.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from monitor.errors import ConfigError
from monitor.feeds.settings import Reader, Settings, read_settings
from monitor.feeds.values import FeedConfig
from monitor.feeds.yamltree import MAX_ITEMS, Mapping, Node, Problem, Scalar, Sequence, read_tree

MAX_FILE_BYTES = 32 << 20
# More faults than this are counted, not listed.
MAX_PROBLEMS = 100
# Raised when the compiled form changes, so that old caches are not read; new defaults are seen by themselves.
_CACHE_FORMAT = 1

_FEED_KEYS = ("url", "name", "id", "publisher", "language", "country", "full_text", "interval_s", "allow_private")


class Config(msgspec.Struct, frozen=True):
    """What feeds.yaml says."""

    feeds: list[FeedConfig]
    settings: Settings


def load_config(path: Path | str, cache_dir: Path | str | None = None) -> Config:
    """Read feeds.yaml. Raises ConfigError listing every fault as `file:line: text`."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}:0: cannot be read: {error.strerror or error}"]) from error
    fingerprint = hashlib.sha256(data).hexdigest()
    if cache_dir is not None and (cached := _read_cache(Path(cache_dir), fingerprint)) is not None:
        return cached
    config = parse_config(data, str(path))
    if cache_dir is not None:
        _write_cache(Path(cache_dir), fingerprint, config)
    return config


def config_fingerprint(path: Path | str) -> str:
    """Return the SHA-256 of the file; the same fingerprint means the same configuration."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def parse_config(data: bytes, name: str = "feeds.yaml") -> Config:
    """Read the bytes of a feeds.yaml. Raises ConfigError listing every fault as `name:line: text`."""
    if len(data) > MAX_FILE_BYTES:
        raise ConfigError([f"{name}:1: {len(data)} bytes; at most {MAX_FILE_BYTES} are read"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError([f"{name}:{line}: not UTF-8 text"]) from error
    problems: list[Problem] = []
    tree = read_tree(text, problems)
    config = _config(tree, problems) if tree is not None or not problems else None
    if problems or config is None:
        raise ConfigError(_listed(problems, name))
    return config


def _listed(problems: list[Problem], name: str) -> list[str]:
    lines = [f"{name}:{problem.line}: {_printable(problem.text)}" for problem in sorted(problems)[:MAX_PROBLEMS]]
    if len(problems) > MAX_PROBLEMS:
        lines.append(f"{name}:{max(problems).line}: and {len(problems) - MAX_PROBLEMS} more problems")
    return lines


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)


def _config(tree: Node | None, problems: list[Problem]) -> Config:
    if not isinstance(tree, Mapping):
        problems.append(Problem(tree.line if tree else 1, "expected two keys, `settings:` and `feeds:`"))
        return Config([], Settings())
    reader = Reader(tree, ("settings", "feeds"), "the file", problems)
    settings = read_settings(reader.mapping("settings"), problems)
    node = reader.node("feeds")
    if node is None:
        problems.append(Problem(tree.line, "no `feeds:`"))
        return Config([], settings)
    return Config(_feeds(node, problems), settings)


def _feeds(node: Node, problems: list[Problem]) -> list[FeedConfig]:
    """Read a list of feeds, or a mapping from a group's name to such a list."""
    groups: list[tuple[str, Node]] = [("", node)]
    if isinstance(node, Mapping):
        groups = [(name, value) for name, (_, value) in node.items.items()]
    feeds: list[tuple[int, FeedConfig]] = []
    for group, value in groups:
        if isinstance(value, Scalar) and not value.text and not value.quoted:
            continue
        if not isinstance(value, Sequence):
            problems.append(
                Problem(value.line, f'group "{group[:60]}": expected a list of feeds, each beginning `- url:`')
            )
            continue
        if len(feeds) + len(value.items) > MAX_ITEMS:
            problems.append(Problem(value.line, f"more than {MAX_ITEMS:,} feeds"))
            return []
        feeds.extend(found for item in value.items if (found := _feed(item, group, problems)) is not None)
    _refuse_repeats(feeds, problems)
    return [feed for _, feed in feeds]


def _feed(node: Node, group: str, problems: list[Problem]) -> tuple[int, FeedConfig] | None:
    if not isinstance(node, Mapping):
        problems.append(Problem(node.line, "expected a feed: `- url: https://...`, `name:` and so on"))
        return None
    n_before = len(problems)
    reader = Reader(node, _FEED_KEYS, "a feed", problems)
    url = reader.url("url", required=True)
    name = reader.text("name", required=True, max_length=200)
    feed_id = reader.slug("id") or hashlib.sha256(url.encode()).hexdigest()[:10]
    feed = FeedConfig(
        feed_id=feed_id,
        url=url,
        name=name,
        publisher=reader.text("publisher", max_length=200),
        language=reader.language("language"),
        country=reader.country("country"),
        group=group,
        full_text=reader.flag("full_text"),
        interval_s=reader.number("interval_s", None, 60, 31 * 86400),
        allow_private=reader.flag("allow_private"),
    )
    return (node.line, feed) if len(problems) == n_before else None


def _refuse_repeats(feeds: list[tuple[int, FeedConfig]], problems: list[Problem]) -> None:
    lines_by_url: dict[str, int] = {}
    lines_by_id: dict[str, int] = {}
    for line, feed in feeds:
        if feed.url in lines_by_url:
            problems.append(Problem(line, f"{feed.url} is listed twice (first in line {lines_by_url[feed.url]})"))
        elif feed.feed_id in lines_by_id:
            problems.append(
                Problem(line, f'id "{feed.feed_id}" is used twice (first in line {lines_by_id[feed.feed_id]})')
            )
        lines_by_url.setdefault(feed.url, line)
        lines_by_id.setdefault(feed.feed_id, line)


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
    temporary = folder / f"config.cache.{os.getpid()}"
    try:
        temporary.write_bytes(_cache_head(fingerprint) + msgspec.msgpack.encode(config))
        temporary.replace(folder / "config.cache")
    except OSError:
        temporary.unlink(missing_ok=True)
