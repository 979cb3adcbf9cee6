"""Which entry is which: new, revised or seen before.

An entry is (feed, guid). Where the guid is missing the link stands in, then title and date; where one document uses a
guid for several entries, the link or title is added; where a feed hands out new guids for what it listed before,
follow.py tells. A guid counts within its feed only, so that no feed can claim another's entries.

Pure: what the log knows is given, what changed is returned. Nothing is dropped but exact repeats within a document.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Literal, NamedTuple

import msgspec

from monitor.log.codec import iso
from monitor.log.payloads import entry_payload
from monitor.parse.values import ParsedEntry
from monitor.poll.follow import Trace, follow, is_specific
from monitor.poll.urls import canonical_url, loose_page


class Was(NamedTuple):
    """What the log knows of an entry: the feed's own text and link, and when it was published (ISO 8601 or empty)."""

    revision: int
    text_sha: str
    link: str
    published_at: str = ""


Known = Mapping[str, Was]  # by entry_id


class Change(msgspec.Struct, frozen=True, gc=False):
    """What an entry of a document is to the log. `changed` names `text` and/or `link` of a revised entry."""

    entry_id: str
    kind: Literal["new", "revised", "unchanged"]
    revision: int
    entry: ParsedEntry
    payload: bytes
    text_sha: str
    changed: tuple[str, ...] = ()


class _Candidate(msgspec.Struct, gc=False):
    entry: ParsedEntry
    base_id: str
    payload: bytes
    text_sha: str
    entry_id: str = ""

    @property
    def page(self) -> str:
        """The page the entry links to: worked out for the few entries that are not told apart without it."""
        return canonical_url(self.entry.link)


def entry_id_of(feed_id: str, entry: ParsedEntry) -> str:
    """Return the id of an entry: 16 hex of SHA-256 over feed and guid (or link, or title and date)."""
    return _entry_id(feed_id, _identity(entry))


def page_id_of(feed_id: str, entry: ParsedEntry) -> str:
    """Return the id of an entry that is known by its page: in an archive, guids of many feeds stand side by side."""
    return _entry_id(feed_id, canonical_url(entry.link)) if entry.link else entry_id_of(feed_id, entry)


def lookup_keys(feed_id: str, entries: Iterable[ParsedEntry]) -> tuple[set[str], set[str]]:
    """Return the ids and the links under which the log may know these entries: what `known` must cover."""
    ids: set[str] = set()
    links: set[str] = set()
    for entry in entries:
        ids.update(_possible_ids(feed_id, _candidate(feed_id, entry)))
        if entry.link:
            links.add(entry.link)
    return ids, links


def identify(
    feed_id: str, entries: Iterable[ParsedEntry], known: Known, old_text: Callable[[str], str] = lambda _: ""
) -> list[Change]:
    """Return one Change per distinct entry, in the document's order.

    `known` holds what the log knows of this feed, at least everything under `lookup_keys`; `old_text` gives title and
    summary behind a text's SHA-256.
    """
    candidates = _distinct([_candidate(feed_id, entry) for entry in entries])
    if not known and _are_unlike(candidate.base_id for candidate in candidates):  # nearly every first poll
        return [Change(c.base_id, "new", 0, c.entry, c.payload, c.text_sha) for c in candidates]
    groups: dict[str, list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.base_id].append(candidate)
    for group in groups.values():
        _name_group(feed_id, group, known)
    if known and any(candidate.entry_id not in known for candidate in candidates):
        _follow(candidates, known, old_text)
    return [_change(candidate, known.get(candidate.entry_id)) for candidate in candidates]


def _candidate(feed_id: str, entry: ParsedEntry) -> _Candidate:
    payload = entry_payload(entry.title, entry.summary, entry.text)
    return _Candidate(entry, entry_id_of(feed_id, entry), payload, sha256(payload).hexdigest())


def _distinct(candidates: list[_Candidate]) -> list[_Candidate]:
    """Leave out repeats: the same id and text again, or the same page and text under another guid."""
    if _are_unlike(candidate.text_sha for candidate in candidates):
        return candidates
    seen: set[tuple[str, str]] = set()
    distinct = []
    for candidate in candidates:
        marks = {(candidate.base_id + candidate.page, candidate.text_sha)}
        if is_specific(candidate.page):
            marks.add((candidate.page + candidate.entry.published_raw, candidate.text_sha))
        if seen.isdisjoint(marks):
            distinct.append(candidate)
        seen |= marks
    return distinct


def _are_unlike(values: Iterable[str]) -> bool:
    """Say whether no two of the values are equal."""
    values = list(values)
    return len(set(values)) == len(values)


def _name_group(feed_id: str, group: list[_Candidate], known: Known) -> None:
    """Give each entry of a document that shares a guid an id of its own, the same at every poll.

    Three ids are possible: by guid; by guid, link and title; by these and the text. First come those the log knows just
    so, then those it knows otherwise (revised), then the new ones: the oldest, listed last, gets the plain id.
    """
    only = group[0]
    if len(group) == 1 and (only.base_id not in known or _is_as_known(only, known[only.base_id])):
        only.entry_id = only.base_id
        if not known or only.base_id in known:
            return
    ids = {id(candidate): _possible_ids(feed_id, candidate) for candidate in group}
    taken: set[str] = set()

    def settle(candidate: _Candidate, entry_id: str) -> None:
        candidate.entry_id = entry_id
        taken.add(entry_id)

    for candidate in group:
        candidate.entry_id = ""
        known_so = [key for key in ids[id(candidate)] if key in known and _is_as_known(candidate, known[key])]
        if known_so and known_so[0] not in taken:
            settle(candidate, known_so[0])
    for rank in (1, 0):
        for candidate in [candidate for candidate in group if not candidate.entry_id]:
            key = ids[id(candidate)][rank]
            if key in known and key not in taken and (rank or _continues(candidate, group, known[key])):
                settle(candidate, key)
    for candidate in reversed([candidate for candidate in group if not candidate.entry_id]):
        free = [key for key in ids[id(candidate)] if key not in taken and key not in known]
        settle(candidate, free[0] if free else ids[id(candidate)][2])


def _is_as_known(candidate: _Candidate, was: Was) -> bool:
    return was[1] == candidate.text_sha and canonical_url(was[2]) == candidate.page


def _continues(candidate: _Candidate, group: list[_Candidate], was: Was) -> bool:
    """Say whether this is the entry the log knows by the plain guid: alone with it, or alone with its page or text."""
    page = canonical_url(was[2])
    return (
        len(group) == 1
        or (candidate.page == page and sum(other.page == page for other in group) == 1)
        or (candidate.text_sha == was[1] and sum(other.text_sha == was[1] for other in group) == 1)
    )


def _possible_ids(feed_id: str, candidate: _Candidate) -> tuple[str, str, str]:
    identity = _identity(candidate.entry)
    extended = _extended(identity, candidate.entry)
    return (
        candidate.base_id,
        _entry_id(feed_id, extended),
        _entry_id(feed_id, f"{extended}\0{candidate.text_sha}"),
    )


def _follow(candidates: list[_Candidate], known: Known, old_text: Callable[[str], str]) -> None:
    """Where an unknown guid stands for an entry known under a guid that is gone, it is that entry again."""
    present = {candidate.entry_id for candidate in candidates}
    unknown = [(n, _trace(c)) for n, c in enumerate(candidates) if c.entry_id not in known]
    gone = {
        entry_id: Trace(was.link, was.text_sha, was.published_at)
        for entry_id, was in known.items()
        if entry_id not in present
    }

    def words(number: int, entry_id: str) -> tuple[str, str]:
        entry = candidates[number].entry
        return f"{entry.title} {entry.summary}", old_text(known[entry_id].text_sha)

    # what else is listed at a page shares it: a page several entries link to tells none from another
    n_by_page = Counter(candidate.page for candidate in candidates)
    alone = [(n, trace) for n, trace in unknown if n_by_page[candidates[n].page] == 1]
    for number, entry_id in follow(alone, gone, words).items():
        candidates[number].entry_id = entry_id


def _trace(candidate: _Candidate) -> Trace:
    at = candidate.entry.published_at
    return Trace(candidate.entry.link, candidate.text_sha, iso(at) if at else "")


def _change(candidate: _Candidate, was: Was | None) -> Change:
    kind: Literal["new", "revised", "unchanged"] = "new"
    revision = 0
    changed: tuple[str, ...] = ()
    if was is not None:
        revision, text_sha, link, _ = was
        if text_sha != candidate.text_sha:
            changed = ("text",)
        if not _same_place(link, candidate.entry.link):
            changed += ("link",)
        kind = "revised" if changed else "unchanged"
        revision += bool(changed)
    return Change(candidate.entry_id, kind, revision, candidate.entry, candidate.payload, candidate.text_sha, changed)


def _entry_id(feed_id: str, identity: str) -> str:
    return sha256(f"{feed_id}\0{identity}".encode("utf-8", "replace")).hexdigest()[:16]


def _identity(entry: ParsedEntry) -> str:
    if guid := entry.guid.strip():
        return guid
    if entry.link:
        return canonical_url(entry.link)
    return "\0".join((entry.title or entry.summary, entry.published_raw))


def _extended(identity: str, entry: ParsedEntry) -> str:
    return "\0".join((identity, canonical_url(entry.link), entry.title or entry.summary))


def _same_place(one: str, other: str) -> bool:
    """Say whether a link still leads to the same host and path (queries may hold ids that never settle)."""
    return one == other or not one or _place(one) == _place(other)


def _place(link: str) -> str:
    page = canonical_url(link).partition("?")[0]
    return loose_page(page)
