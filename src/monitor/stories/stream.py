"""A file of entries to stories: reads their fields and times, links them oldest first, and settles late merges.

Owns what `monitor link` does beyond the linker: an entry's story id is the one it has after the last entry, so that
stories which grew alike have one id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from monitor.stories.link import Link, Linker
from monitor.text.clean import clean


class Item(msgspec.Struct, frozen=True):
    """One entry of a file; `at` is None where it says no time, or none that can be read."""

    item_id: str
    at: float | None
    title: str
    text: str


class PlacedEntry(msgspec.Struct, frozen=True):
    """Where one entry ended up; similarity and why are those of the moment it came."""

    story: str
    similarity: float
    why: str


def read_item(row: Mapping[str, object]) -> Item:
    """Return an input row as an item.

    Fields: id; published (or published_at, time, date); title; summary and/or text. Raises ValueError without an id or
    any words.
    """
    if row.get("id") in (None, "") or isinstance(row["id"], (dict, list)):
        raise ValueError('no "id"')
    title, summary, text = (_words(row, key) for key in ("title", "summary", "text"))
    if not (title or summary or text):
        raise ValueError('no "title", "summary" or "text"')
    moment = next((row[key] for key in ("published", "published_at", "time", "date") if row.get(key)), None)
    return Item(str(row["id"]), seconds_of(moment), title, f"{summary}\n{text}".strip())


def _words(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f'"{key}" is no text')
    return clean(value)


def seconds_of(moment: object) -> float | None:
    """Return a time (ISO 8601, a mail date, or Unix seconds) as Unix seconds, or None where it cannot be read."""
    if isinstance(moment, (int, float)) and not isinstance(moment, bool):
        return float(moment)
    if not isinstance(moment, str):
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = parse(moment.strip())
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def link_items(items: Sequence[Item], linker: Linker | None = None) -> list[PlacedEntry]:
    """Link a file's entries oldest first; answer in the file's order."""
    linker = linker or Linker(reasons=False)
    links: list[Link | None] = [None] * len(items)
    merged_into: dict[str, str] = {}
    seen: dict[str, int] = {}
    for i in _oldest_first(items):
        item = items[i]
        seen[item.item_id] = seen.get(item.item_id, 0) + 1
        times = seen[item.item_id]
        entry_id = item.item_id if times == 1 else f"{item.item_id}~{times}"
        link = links[i] = linker.add(entry_id, item.at, item.title, item.text)
        merged_into.update({gone: kept for kept, gone, _ in link.merged})
    return [
        PlacedEntry(_final(link.story_id, merged_into), link.similarity, link.why) for link in links if link is not None
    ]


def _oldest_first(items: Sequence[Item]) -> Iterable[int]:
    """Return the order of the entries by time; one without a time keeps its place after its predecessor."""
    keys: list[float] = []
    last = next((item.at for item in items if item.at is not None), 0.0)
    for item in items:
        last = item.at if item.at is not None else last
        keys.append(last)
    return sorted(range(len(items)), key=keys.__getitem__)


def _final(story_id: str, merged_into: Mapping[str, str]) -> str:
    while story_id in merged_into:
        story_id = merged_into[story_id]
    return story_id
