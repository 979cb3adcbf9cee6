"""Entries that come back under another guid: the same page, or the same words of the same moment.

Feeds make guids anew at each build, turn to https, mend a permalink, put a fresh click token into every link. What is
listed under an unknown guid is the entry that is no longer listed, where exactly one can be meant. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

from monitor.poll.urls import canonical_url, loose_page

# Of the words of title and summary so many must be the same in an entry that was edited when its permalink was.
ALIKE = 0.5
_WORDS = re.compile(r"\w+")


class Trace(NamedTuple):
    """What an entry is followed by. `published_at` is ISO 8601, empty where the feed states none."""

    link: str
    text_sha: str
    published_at: str


def follow(
    unknown: Sequence[tuple[int, Trace]], gone: dict[str, Trace], words: Callable[[int, str], tuple[str, str]]
) -> dict[int, str]:
    """Return which unknown entry (by its number) is which gone one (by its id).

    `words` gives the texts of an unknown and a gone entry; it is asked where all but the text speaks for it.
    """
    found: dict[int, str] = {}
    left, there = dict(unknown), dict(gone)
    for key in (_page, _loose_page, _words_and_moment, _words_and_place):
        _match(left, there, found, key, lambda *_: True)
    _match(left, there, found, _moment_and_host, lambda number, entry_id: _alike(*words(number, entry_id)))
    return found


def _match(
    left: dict[int, Trace],
    there: dict[str, Trace],
    found: dict[int, str],
    key: Callable[[Trace], Hashable],
    holds: Callable[[int, str], bool],
) -> None:
    """Pair what shares a key with nothing else; of several gone ones, the one with the same text."""
    if not left or not there:
        return
    by_key = _grouped(there.items(), key)
    for value, numbers in _grouped(left.items(), key).items():
        ids = by_key.get(value, [])
        if len(numbers) != 1 or not ids:
            continue
        number = numbers[0]
        same_text = [entry_id for entry_id in ids if there[entry_id].text_sha == left[number].text_sha]
        if not same_text and len(ids) > 1:
            continue
        entry_id = (same_text or ids)[0]
        if holds(number, entry_id):
            found[number] = entry_id
            del left[number], there[entry_id]


def _grouped(items: Iterable[tuple[object, Trace]], key: Callable[[Trace], Hashable]) -> dict[Hashable, list]:  # type: ignore[type-arg]
    groups: dict[Hashable, list] = defaultdict(list)  # type: ignore[type-arg]
    for name, trace in items:
        value = key(trace)
        if value is not None:
            groups[value].append(name)
    return groups


def _page(trace: Trace) -> Hashable:
    page = canonical_url(trace.link)
    return page if is_specific(page) else None


def _loose_page(trace: Trace) -> Hashable:
    return loose_page(trace.link) if is_specific(trace.link) else None


def _words_and_moment(trace: Trace) -> Hashable:
    return (trace.text_sha, trace.published_at) if trace.published_at else None


def _words_and_place(trace: Trace) -> Hashable:
    """Return text and path: a query may hold a number made anew for every request."""
    place = loose_page(trace.link).partition("?")[0]
    return (trace.text_sha, place) if place.partition("/")[2] else None


def _moment_and_host(trace: Trace) -> Hashable:
    """Return moment and host; a midnight is the date of a whole day and no moment."""
    if not trace.published_at or "T00:00:00" in trace.published_at:
        return None
    return trace.published_at, loose_page(trace.link).partition("/")[0]


def _alike(one: str, other: str) -> bool:
    """Say whether two texts share so many of their words that one may be an edit of the other."""
    ours, theirs = set(_WORDS.findall(one.casefold())), set(_WORDS.findall(other.casefold()))
    return bool(ours) and len(ours & theirs) >= ALIKE * len(ours | theirs)


def is_specific(page: str) -> bool:
    """Say whether an address can name one entry: a front page cannot."""
    start = page.find("://")
    if start < 0:
        return False
    path = page.find("/", start + 3)
    return (path > 0 and len(page) > path + 1 and page[path + 1] != "#") or "?" in page[start + 3 :]
