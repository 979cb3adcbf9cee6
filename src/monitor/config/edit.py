"""Add feeds to feeds.yaml and take them out, line by line, so that every comment stays where its author put it.

Owns the text edit and the atomic write. Whatever was edited is read again by load.py; the file is replaced only if it
then says exactly what was wanted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from monitor.config import yamltree
from monitor.config.load import Config, parse_config
from monitor.config.shape import feed_mapping
from monitor.config.values import FeedConfig, Select
from monitor.errors import ConfigError, InputError, NotFoundError
from monitor.files import write_whole

DEFAULT_GROUP = "added"
# Plain YAML text that needs no quotes: starts with a letter, holds nothing YAML gives a meaning to.
_PLAIN = re.compile(r"[A-Za-z][\w ./()+'’–-]*[\w.)]", re.UNICODE)
_PLAIN_URL = re.compile(r"https?://[!$-;=?-Z_a-z~]+")
_RESERVED = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_BY_HAND = "is written in a way that cannot be edited line by line; edit feeds.yaml by hand"


class NewFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed to add, as feeds.yaml spells it."""

    url: str
    name: str
    group: str = ""
    id: str = ""
    publisher: str = ""
    language: str = ""
    country: str = ""
    full_text: bool = False
    interval_s: int | None = None
    allow_private: bool = False
    kind: str = "feed"
    select: Select | None = None


def add_feeds(text: str, feeds: Sequence[NewFeed], name: str = "feeds.yaml") -> str:
    """Return the file's text with the feeds added, each at the end of its group.

    Raises ConfigError where the result would not be valid, InputError where the file has no place for them.
    """
    before = parse_config(text.encode(), name)
    edited = _joined(_with_feeds(text.splitlines(), feeds, name))
    _check(edited, name, before, added={feed.url for feed in feeds})
    return edited


def add_what_fits(
    text: str, feeds: Sequence[NewFeed], name: str = "feeds.yaml"
) -> tuple[str, list[tuple[NewFeed, ConfigError]]]:
    """Return the text with every feed added that the file takes, and those it refuses with the reason.

    Raises InputError where the file has no place for them.
    """
    if not feeds:
        return text, []
    try:
        return add_feeds(text, feeds, name), []
    except ConfigError as error:
        if len(feeds) == 1:
            return text, [(feeds[0], error)]
    middle = len(feeds) // 2
    text, refused = add_what_fits(text, feeds[:middle], name)
    text, more = add_what_fits(text, feeds[middle:], name)
    return text, refused + more


def remove_feed(text: str, which: str, name: str = "feeds.yaml") -> tuple[str, FeedConfig]:
    """Return the text without one feed (named by id, unique id prefix or URL), and that feed.

    Raises NotFoundError, ConfigError, InputError.
    """
    before = parse_config(text.encode(), name)
    feed = find_feed(before, which)
    lines = text.splitlines()
    for block in _blocks(lines, name):
        for start, node in block.items:
            url = node.items.get("url")
            if url is not None and isinstance(url[1], yamltree.Scalar) and url[1].text.strip() == feed.url:
                end = _end_of_item(lines, start, block.indent)
                edited = _joined(lines[:start] + lines[end:])
                _check(edited, name, before, removed=feed.url)
                return edited, feed
    raise InputError(f"{name}: the feed {feed.feed_id} {_BY_HAND}")


def move_feeds(text: str, moved: Mapping[str, str], name: str = "feeds.yaml") -> str:
    """Return the text with addresses replaced, old by new, each on its own line; comments stay.

    A feed whose new address is listed already is left as it is. Raises ConfigError where the result would not say
    exactly that, InputError where an address cannot be edited line by line.
    """
    before = parse_config(text.encode(), name)
    listed = {feed.url for feed in before.feeds}
    moved = {old: new for old, new in moved.items() if new not in listed}
    lines = text.splitlines()
    for block in _blocks(lines, name):
        for start, node in block.items:
            line, value = node.items.get("url", (0, None))
            old = value.text.strip() if isinstance(value, yamltree.Scalar) else ""
            if old not in moved:
                continue
            if (start != line - 1 and not lines[line - 1].lstrip().startswith("url:")) or old not in lines[line - 1]:
                raise InputError(f"{name}:{line}: the address {old} {_BY_HAND}")
            lines[line - 1] = lines[line - 1].replace(old, moved[old], 1)
    edited = _joined(lines)
    after = parse_config(edited.encode(), name)
    if [moved.get(feed.url, feed.url) for feed in before.feeds] != [feed.url for feed in after.feeds]:
        raise ConfigError([f"{name}:1: {_BY_HAND}"])
    return edited


def find_feed(config: Config, which: str) -> FeedConfig:
    """Return the feed with this id, URL or unique id prefix. Raises NotFoundError."""
    exact = [feed for feed in config.feeds if which in (feed.feed_id, feed.url)]
    near = exact or [feed for feed in config.feeds if which and feed.feed_id.startswith(which)]
    if len(near) == 1:
        return near[0]
    if near:
        raise NotFoundError(f"{which!r} could be {', '.join(feed.feed_id for feed in near[:5])}")
    raise NotFoundError(f"no feed {which!r} in feeds.yaml; see `monitor feeds list`")


def write_list(path: Path, text: str) -> None:
    """Replace feeds.yaml as a whole; who may read it stays as it was. Raises StorageError."""
    write_whole(path, text.encode(), mode=None)


class _Block(msgspec.Struct, frozen=True):
    """One list of feeds: its group, the line of its key, the column of its dashes, and its items (0-based lines)."""

    group: str
    key_line: int
    key_indent: int
    indent: int
    items: list[tuple[int, yamltree.Mapping]]


def _blocks(lines: list[str], name: str) -> list[_Block]:
    """Return the lists of feeds in the file. Raises InputError for flow style ([a, b])."""
    tree = yamltree.read_tree(_joined(lines), [])
    found = tree.items.get("feeds") if isinstance(tree, yamltree.Mapping) else None
    if found is None:
        return []
    line, node = found
    if not isinstance(node, yamltree.Mapping):
        return [_block(lines, name, "", line - 1, node)]
    return [_block(lines, name, group, key_line - 1, value) for group, (key_line, value) in node.items.items()]


def _block(lines: list[str], name: str, group: str, key_line: int, node: yamltree.Node) -> _Block:
    key_indent = _indent(lines[key_line])
    items = node.items if isinstance(node, yamltree.Sequence) else []
    found = [(item.line - 1, feed) for item in items if (feed := feed_mapping(item)) is not None]
    if isinstance(node, yamltree.Sequence) and not items:
        raise InputError(f"{name}:{key_line + 1}: the list {_BY_HAND}")
    for start, _ in found:
        if not lines[start].lstrip().startswith("- "):
            raise InputError(f"{name}:{start + 1}: the list {_BY_HAND}")
    return _Block(group, key_line, key_indent, _indent(lines[found[0][0]]) if found else key_indent + 2, found)


def _with_feeds(lines: list[str], feeds: Sequence[NewFeed], name: str) -> list[str]:
    """Return the lines with every feed at the end of its group; groups that are new come last, in order."""
    blocks = _blocks(lines, name)
    grouped = any(block.group for block in blocks)
    empty = not grouped and not blocks[0].items
    ungrouped = DEFAULT_GROUP if grouped or (empty and any(feed.group for feed in feeds)) else ""
    wanted: dict[str, list[NewFeed]] = {}
    for feed in feeds:
        wanted.setdefault(feed.group or ungrouped, []).append(feed)
    if not grouped and not empty and any(wanted):
        raise InputError(f"{name}: the feeds stand in one list without groups; leave --group out")
    by_group = {block.group: block for block in blocks}
    last, indent = (blocks[0].key_line + 1, 2) if empty else (_end_of_block(lines, blocks[-1]), blocks[-1].key_indent)
    places: list[tuple[int, list[str]]] = []
    for group, members in wanted.items():
        block = by_group.get(group)
        if block is not None:
            at = _end_of_block(lines, block)
            places.append((at, [line for feed in members for line in written(feed, block.indent)]))
        else:
            block_lines = [line for feed in members for line in written(feed, indent + 2)]
            places.append((last, [f"{' ' * indent}{_scalar(group)}:", *block_lines]))
    edited, at = [], 0
    for place, added in sorted(places, key=lambda item: item[0]):
        edited += [*lines[at:place], *added]
        at = place
    return [*edited, *lines[at:]]


def _end_of_block(lines: list[str], block: _Block) -> int:
    return _end_of_item(lines, block.items[-1][0], block.indent) if block.items else block.key_line + 1


def _end_of_item(lines: list[str], start: int, indent: int) -> int:
    """Return the line after an item: lines deeper than its dash belong to it, trailing blanks and comments do not."""
    end = last = start + 1
    while end < len(lines):
        text = lines[end]
        blank = not text.strip() or text.lstrip().startswith("#")
        if not blank and _indent(text) <= indent:
            break
        end += 1
        if not blank or (text.strip() and _indent(text) > indent):
            last = end
    return last


def written(feed: NewFeed, indent: int) -> list[str]:
    """Return a feed's lines as feeds.yaml spells it, its dash `indent` columns in."""
    fields = [("url", feed.url), ("name", feed.name), ("id", feed.id), ("publisher", feed.publisher)]
    fields += [
        ("kind", "" if feed.kind == "feed" else feed.kind),
        ("language", feed.language),
        ("country", feed.country),
    ]
    lines = [f"{key}: {_scalar(value)}" for key, value in fields if value]
    lines += ["full_text: true"] if feed.full_text else []
    lines += [f"interval_s: {feed.interval_s}"] if feed.interval_s else []
    lines += ["allow_private: true"] if feed.allow_private else []
    if feed.select:
        chosen = {key: value for key, value in msgspec.structs.asdict(feed.select).items() if value}
        lines += ["select:", *(f"  {key}: {_scalar(value)}" for key, value in chosen.items())]
    return [" " * indent + ("  " if n else "- ") + line for n, line in enumerate(lines)]


def _scalar(text: str) -> str:
    """Return text as a YAML value: plain where that is safe, else double-quoted as JSON."""
    if _PLAIN_URL.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return json.dumps(text, ensure_ascii=False)


def _check(edited: str, name: str, before: Config, *, added: set[str] | None = None, removed: str = "") -> None:
    """Raise ConfigError unless the edited file says what the old one said, plus and minus what was wanted."""
    after = parse_config(edited.encode(), name)
    kept = {feed.url: feed for feed in before.feeds if feed.url != removed}
    now = {feed.url: feed for feed in after.feeds if feed.url not in (added or set())}
    if now != kept or after.settings != before.settings or not (added or set()) <= {f.url for f in after.feeds}:
        raise ConfigError([f"{name}:1: {_BY_HAND}"])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n" if lines else ""
