"""The shape of feeds.yaml: settings, groups and feeds out of its tree, every fault noted.

The tree is yamltree.py's, single values are reader.py's, files and the cache load.py's.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from monitor.config.reader import Reader, read_settings
from monitor.config.settings import Settings
from monitor.config.values import KINDS, FeedConfig, Select, derived_id
from monitor.config.yamltree import MAX_ITEMS, Mapping, Node, Scalar, Sequence, YamlFault, read_tree
from monitor.errors import ConfigError

MAX_FILE_BYTES = 32 << 20
# More faults than this are counted, not listed.
MAX_PROBLEMS = 100
_FEED_KEYS = (
    "url", "name", "id", "publisher", "language", "country", "full_text", "interval_s", "allow_private",
    "kind", "select",
)  # fmt: skip


def parse_feeds_yaml(data: bytes, name: str) -> tuple[list[FeedConfig], Settings]:
    """Return feeds and settings. Raises ConfigError listing every fault as `name:line: text`."""
    if len(data) > MAX_FILE_BYTES:
        raise ConfigError([f"{name}:1: {len(data)} bytes; at most {MAX_FILE_BYTES} are read"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError([f"{name}:{line}: not UTF-8 text"]) from error
    problems: list[YamlFault] = []
    tree = read_tree(text, problems)
    config = _config(tree, problems) if tree is not None or not problems else None
    if problems or config is None:
        raise ConfigError(_listed(problems, name))
    return config


def _listed(problems: list[YamlFault], name: str) -> list[str]:
    lines = [f"{name}:{problem.line}: {_printable(problem.text)}" for problem in sorted(problems)[:MAX_PROBLEMS]]
    if len(problems) > MAX_PROBLEMS:
        lines.append(f"{name}:{max(problems).line}: and {len(problems) - MAX_PROBLEMS} more problems")
    return lines


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)


def _config(tree: Node | None, problems: list[YamlFault]) -> tuple[list[FeedConfig], Settings]:
    if not isinstance(tree, Mapping):
        problems.append(YamlFault(tree.line if tree else 1, "expected two keys, `settings:` and `feeds:`"))
        return [], Settings()
    reader = Reader(tree, ("settings", "feeds"), "the file", problems)
    settings = read_settings(reader.mapping("settings"), problems)
    node = reader.node("feeds")
    if node is None:
        problems.append(YamlFault(tree.line, "no `feeds:`"))
        return [], settings
    return _feeds(node, problems), settings


def _feeds(node: Node, problems: list[YamlFault]) -> list[FeedConfig]:
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
                YamlFault(value.line, f'group "{group[:60]}": expected a list of feeds, each beginning `- url:`')
            )
            continue
        if len(feeds) + len(value.items) > MAX_ITEMS:
            problems.append(YamlFault(value.line, f"more than {MAX_ITEMS:,} feeds"))
            return []
        feeds.extend(found for item in value.items if (found := _feed(item, group, problems)) is not None)
    _refuse_repeats(feeds, problems)
    return [feed for _, feed in feeds]


def _feed(item: Node, group: str, problems: list[YamlFault]) -> tuple[int, FeedConfig] | None:
    node = feed_mapping(item)
    if node is None:
        problems.append(YamlFault(item.line, "expected a feed: `- url: https://...`, `name:` and so on"))
        return None
    n_before = len(problems)
    reader = Reader(node, _FEED_KEYS, "a feed", problems)
    url = reader.url("url", required=True)
    name = reader.text("name", max_length=200) or name_of_address(url)
    feed_id = reader.slug("id") or derived_id(url)
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
        kind=reader.choice("kind", KINDS),
        select=_select(reader.mapping("select"), problems),
    )
    _check_kind(node, feed, problems)
    return (node.line, feed) if len(problems) == n_before else None


def feed_mapping(item: Node) -> Mapping | None:
    """Return an item of a list of feeds as keys and values: an address alone stands for its `url`. None if neither."""
    if isinstance(item, Scalar) and item.text:
        return Mapping(item.line, {"url": (item.line, item)})
    return item if isinstance(item, Mapping) else None


def name_of_address(url: str) -> str:
    """Return what to call a source whose list gives it no name: its host without `www.`, and its path."""
    parts = urlsplit(url)
    return ((parts.hostname or "").removeprefix("www.") + parts.path.rstrip("/"))[:200]


def _select(mapping: Mapping | None, problems: list[YamlFault]) -> Select | None:
    if mapping is None:
        return None
    reader = Reader(mapping, tuple(Select.__struct_fields__), "select", problems)
    return Select(**{key: reader.text(key, max_length=200) for key in Select.__struct_fields__})


def _check_kind(node: Mapping, feed: FeedConfig, problems: list[YamlFault]) -> None:
    """Note what does not fit the kind of source: a page without rows, a feed with selectors."""
    if feed.kind == "page" and not (feed.select and feed.select.rows):
        text = "a source of kind page needs `select:` with `rows:`; `monitor feeds try URL` proposes one"
        problems.append(YamlFault(node.line, text))
    if feed.select and feed.kind not in ("page", "json"):
        problems.append(YamlFault(node.items["select"][0], f"select: a source of kind {feed.kind} needs no selectors"))


def _refuse_repeats(feeds: list[tuple[int, FeedConfig]], problems: list[YamlFault]) -> None:
    lines_by_url: dict[str, int] = {}
    lines_by_id: dict[str, int] = {}
    for line, feed in feeds:
        if feed.url in lines_by_url:
            problems.append(YamlFault(line, f"{feed.url} is listed twice (first in line {lines_by_url[feed.url]})"))
        elif feed.feed_id in lines_by_id:
            problems.append(
                YamlFault(line, f'id "{feed.feed_id}" is used twice (first in line {lines_by_id[feed.feed_id]})')
            )
        lines_by_url.setdefault(feed.url, line)
        lines_by_id.setdefault(feed.feed_id, line)
