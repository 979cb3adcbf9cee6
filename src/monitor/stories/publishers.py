"""Who published an entry, and whose report it is: publisher, family and origin; how many sources are independent.

Owns the tables of newsrooms and aggregators (data/*.txt, read on first use); credits are origins.py. An aggregator
never counts as a source. What is not known stays empty: an unknown publisher corroborates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from monitor.stories.fingerprint import COPY, Fingerprint, resemblance
from monitor.stories.origins import agencies, lines_of, origin_of
from monitor.stories.wrapped import innermost

_UNNAMED = "?"  # citations.UNNAMED: an entry that passes on a report without saying whose
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "edu", "ac", "or", "ne", "go", "gob", "gouv", "mil"})
_SEARCH_ENGINES = frozenset({"google", "bing", "yahoo", "yandex", "baidu"})  # under the ending of any country


class Publisher(msgspec.Struct, frozen=True):
    """Who wrote an entry. `family`: newsrooms under one roof; `origin`: the wire agency it copies, or empty."""

    name: str = ""
    family: str = ""
    origin: str = ""


class Corroboration(msgspec.Struct, frozen=True):
    """How many publishers carry a story and how many sources stand behind it; `wires`: agencies that were copied."""

    n_publishers: int
    n_independent: int
    wires: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it as the queue does: `3 publishers, 1 independent source (wire copy: Associated Press)`."""
        publishers = f"{self.n_publishers} publisher{'' if self.n_publishers == 1 else 's'}"
        sources = f"{self.n_independent} independent source{'' if self.n_independent == 1 else 's'}"
        if self.n_independent >= self.n_publishers:
            return f"{publishers}, {sources}"
        rest = f"wire copy: {', '.join(self.wires)}" if self.wires else "the rest copy or cite"
        return f"{publishers}, {sources} ({rest})"


def host_of(url: str) -> str:
    """Return the lower-case host of a URL without port, user and `www.`; empty where there is none."""
    match = re.match(r"\s*(?:[A-Za-z][\w+.-]*:)?//(?:[^/?#@]*@)?([^/?#:\s]+)", url)
    host = match.group(1) if match else url.strip() if re.fullmatch(r"\s*[\w-]+(\.[\w-]+)+\s*", url) else ""
    return host.lower().rstrip(".").removeprefix("www.")


def registrable(host: str) -> str:
    """Return the part of a host that somebody registered: `news.example.co.uk` gives `example.co.uk`.

    A rule, not the public suffix list: a two-letter country after `co`, `com`, `org` … takes one label more.
    """
    labels = host.split(".")
    if len(labels) <= 2 or labels[-1].isdigit():
        return host
    wide = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if wide else labels[-2:])


def publisher_of(feed_publisher: str, source_name: str, source_url: str, link: str, text: str = "") -> Publisher:
    """Return who published an entry: `<source>` first, then the link's host, then the feed's configured publisher.

    A link that leads through another site counts for the site it leads to (wrapped.py). `text` is title, summary and
    article, as far as known; only its head and end are searched for a credit.
    """
    link = innermost(link)
    name, family = _named(source_name, source_url) or _linked(link) or _named(feed_publisher, "") or ("", "")
    if not family and (_is_aggregator_host(host_of(link)) or _is_aggregator_name(source_name or feed_publisher)):
        name, family = _from_title(text)
    origin = origin_of(text)
    if not origin and family in agencies():
        origin = family
    return Publisher(name, family, origin)


def _named(name: str, url: str) -> tuple[str, str] | None:
    """Return (name, family) by `<source>`; None for an aggregator or nothing."""
    host = host_of(innermost(url))
    name = "" if _is_aggregator_name(name) else name.strip()
    if host and not _is_aggregator_host(host):
        return name or registrable(host), _family_of_host(host)
    return (name, _family_of_name(name)) if name else None


def _linked(link: str) -> tuple[str, str] | None:
    host = host_of(link)
    if not host or _is_aggregator_host(host):
        return None
    family = _family_of_host(host)
    return _tables().display.get(family, registrable(host)), family


def _from_title(text: str) -> tuple[str, str]:
    """Return the publisher that an aggregator appends to its titles (`… - Reuters`), where it is one we know."""
    _, dash, last = text.split("\n", 1)[0].rpartition(" - ")
    name = last.strip()
    if dash and name.lower() in _tables().by_name:
        return name, _family_of_name(name)
    return "", ""


class _Tables(msgspec.Struct, frozen=True):
    by_host: dict[str, str]
    by_name: dict[str, str]
    display: dict[str, str]
    aggregator_hosts: frozenset[str]
    aggregator_names: frozenset[str]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    by_host: dict[str, str] = {}
    by_name: dict[str, str] = {}
    display: dict[str, str] = {}
    for line in lines_of("publishers.txt"):
        family, _, rest = line.partition(": ")
        *names, hosts = (part.strip() for part in rest.split(" | "))
        by_host.update(dict.fromkeys(hosts.split(), family))
        by_name.update({name.lower(): family for name in names})
        display[family] = names[0]
    hosts_listed: set[str] = set()
    names_listed: set[str] = set()
    for line in lines_of("aggregators.txt"):
        if line.startswith("name: "):
            names_listed.update(name.strip().lower() for name in line.removeprefix("name: ").split(" | "))
        else:
            hosts_listed.update(line.split())
    return _Tables(by_host, by_name, display, frozenset(hosts_listed), frozenset(names_listed))


def _is_aggregator_host(host: str) -> bool:
    hosts = _tables().aggregator_hosts
    own = registrable(host)
    return bool(host) and (host in hosts or own in hosts or own.partition(".")[0] in _SEARCH_ENGINES)


def _is_aggregator_name(name: str) -> bool:
    bare = name.strip().lower()
    names = _tables().aggregator_names
    return bare in names or bare.rsplit(" - ", 1)[-1] in names


def _family_of_host(host: str) -> str:
    by_host = _tables().by_host
    own = registrable(host)
    return by_host.get(host) or by_host.get(own) or own


def _family_of_name(name: str) -> str:
    """Return the family of a publisher known only by name: listed, a host, or the name itself as a slug."""
    bare = name.strip().lower()
    listed = _tables().by_name.get(bare)
    if listed:
        return listed
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+", bare):
        return _family_of_host(bare.removeprefix("www."))
    return re.sub(r"[\W_]+", "-", bare.removeprefix("the ")).strip("-")


def newsrooms() -> dict[str, str]:
    """Return every listed name of a newsroom in lower case -> its family."""
    return _tables().by_name


def name_of(family: str) -> str:
    """Return a family as its name: listed, a host as it is, a slug spelled out."""
    display = _tables().display
    if not family or family in display:
        return display.get(family, "")
    if family in agencies():
        return agencies()[family][0]
    return family if "." in family else " ".join(word.capitalize() for word in family.split("-"))


def shown_name(family: str, source_name: str = "", feed_publisher: str = "") -> str:
    """Return the name of an entry's publisher as people read it, rather than a host or a slug.

    The listed name; else what the entry calls its source; else the publisher its feed is configured with, unless that
    is a listed one whose family is another; else the family spelled out.
    """
    tables = _tables()
    if family in tables.display or family in agencies():
        return name_of(family)
    for name in (source_name.strip(), feed_publisher.strip()):
        host_like = re.fullmatch(r"[\w-]+(\.[\w-]+)+", name)
        if name and not host_like and not _is_aggregator_name(name) and name.lower() not in tables.by_name:
            return name
    return name_of(family) or source_name.strip() or feed_publisher.strip()


def spells(host: str, name: str) -> bool:
    """Say whether a host spells a name: `daily-mosaic.example` is the site of "Daily Mosaic"."""
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", host):
        return False
    label, wanted = (
        re.sub(r"[\W_]", "", words.casefold().removeprefix("the "))
        for words in (registrable(host_of(host)).partition(".")[0], name)
    )
    return bool(label) and label == wanted


def corroborate(
    publishers: Sequence[Publisher], prints: Sequence[Fingerprint] = (), cites: Sequence[Sequence[str]] = ()
) -> Corroboration:
    """Count the publishers of a story and the independent sources behind them: the one rule, for every surface.

    One source: one family, one copied agency, one outlet cited as the origin (`cites`: families per entry; `?` for a
    report that is not named, which adds no source where there is another), or near-identical text (`prints`: the
    fingerprints of the same entries). Entries of unknown publishers are passed over.
    """
    parent = list(range(len(publishers)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    seen: dict[str, int] = {}
    for i, publisher in enumerate(publishers):
        cited = cites[i] if i < len(cites) else ()
        for key in ({publisher.family, publisher.origin} | set(cited)) - {"", _UNNAMED}:
            parent[root(i)] = root(seen.setdefault(key, i))
    for i, one in enumerate(prints):
        for j in range(i):
            if resemblance(one, prints[j]) >= COPY:
                parent[root(i)] = root(j)
    known = [i for i, publisher in enumerate(publishers) if publisher.family]
    wires = sorted({name_of(publishers[i].origin) for i in known if _is_copy(publishers[i])})
    vague = {root(i) for i in known if i < len(cites) and _UNNAMED in cites[i]}
    sources = len({root(i) for i in known} - vague) or min(1, len(known))
    return Corroboration(len({publishers[i].family for i in known}), sources, tuple(wires))


def _is_copy(publisher: Publisher) -> bool:
    """Return whether it carries an agency's report; an agency itself does not."""
    return publisher.origin in agencies() and publisher.origin != publisher.family
