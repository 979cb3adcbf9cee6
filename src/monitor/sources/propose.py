"""Propose selectors for a page that lists: find links that stand in rows of one shape, the way a person sees a list.

Runs inside the killable child. Links whose elements carry the same names from the root down form a group; the row of a
link is the highest element around it that holds no other link of its group. The group that reads most like headlines
wins. What is proposed is always tried: a selector that does not give the same rows back is not proposed.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from monitor.config.values import Select
from monitor.parse.dates import read_date
from monitor.parse.raw import RawEntry
from monitor.sources import rows
from monitor.untrusted.page import decode_page, parse_html

MIN_ROWS = 3
MAX_LINKS = 3000
MAX_DEPTH = 40
# A headline is longer than a menu item: half of real ones have 40 to 90 characters.
HEADLINE_CHARS = 25
MAX_PROPOSALS = 3
MAX_GROUPS = 20
# What stands around a list on every page of a site. Matched as whole words of class and id.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navigation|menu|submenu|footer|breadcrumbs?|social|share|cookie\w*|masthead|toolbar|pagination"
    r"|taboola|outbrain|sponsor\w*)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}$")
# A name with a number in it is counted through, or made by a machine.
_COUNTED = re.compile(r"\d")


class Proposal(msgspec.Struct, frozen=True):
    """Selectors and the rows they give now."""

    select: Select
    entries: list[RawEntry]


def prepare() -> None:
    """Import the parsers before the first job's clock runs."""
    rows.prepare()


def propose(page: bytes, url: str, content_type: str = "") -> list[Proposal]:
    """Return up to three proposals for a page, best first; none where nothing on it reads like a list of headlines."""
    tree = parse_html(decode_page(page, content_type))
    if tree is None:
        return []
    scored = [(_score(links), links) for links in _groups(tree).values()]
    found: list[Proposal] = []
    for score, links in sorted(scored, key=lambda pair: pair[0], reverse=True)[:MAX_GROUPS]:
        if score <= 0:
            break
        proposal = _of_group(tree, url, links)
        if proposal is not None and not any(_same_rows(proposal, other) for other in found):
            found.append(proposal)
        if len(found) == MAX_PROPOSALS:
            break
    return sorted(found, key=_worth, reverse=True)


def _groups(tree: Any) -> dict[tuple[str, ...], list[Any]]:
    """Return the page's links by the names of the elements they stand in."""
    groups: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for link in tree.xpath("//body//a[@href]")[:MAX_LINKS]:
        around = [link, *itertools.islice(link.iterancestors(), MAX_DEPTH)]
        if not any(_is_furniture(element) for element in around):
            groups[tuple(map(_shape, around))].append(link)
    return groups


def _is_furniture(element: Any) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"
    return element.tag in ("nav", "footer") or bool(_FURNITURE.search(names[:200]))


def _shape(element: Any) -> str:
    """Return an element's name with its classes that are not counted through."""
    return ".".join([str(element.tag), *_classes(element)])


def _classes(element: Any) -> list[str]:
    names = str(element.get("class") or "").split()[:6]
    return [name for name in names if _NAME.match(name) and not _COUNTED.search(name)]


def _score(links: Sequence[Any]) -> float:
    """Return how much a group reads like headlines: how many of its rows have a long title, to how many places."""
    targets = {str(link.get("href")).partition("#")[0] for link in links}
    if len(targets) < MIN_ROWS:
        return 0.0
    group = set(links)
    titles = [rows.usual_title(_row_of(link, group), link) for link in links]
    n_long = sum(len(title) >= HEADLINE_CHARS for title in titles)
    paths = sum(_n_parts(str(link.get("href"))) >= 1 for link in links)
    return n_long * (n_long / len(links)) * (paths / len(links)) * min(1.0, len(targets) / len(links) + 0.25)


def _n_parts(href: str) -> int:
    """Return how many parts an address's path has; an article's has at least one."""
    try:
        return len([part for part in urlsplit(href).path.split("/") if part]) + bool(urlsplit(href).query)
    except ValueError:
        return 0


def _of_group(tree: Any, url: str, links: Sequence[Any]) -> Proposal | None:
    group = set(links)
    row_elements = [_row_of(link, group) for link in links]
    selector = _selector(tree, row_elements)
    if not selector:
        return None
    select = Select(rows=selector)
    try:
        entries = rows.rows_of(tree, url, msgspec.structs.asdict(select))
    except rows.SelectorError:
        return None
    if len(entries) < MIN_ROWS:
        return None
    date = _date_selector(row_elements) if not all(entry.published for entry in entries) else ""
    if date:
        select = Select(rows=selector, date=date)
        entries = rows.rows_of(tree, url, msgspec.structs.asdict(select))
    return Proposal(select, entries)


def _row_of(link: Any, group: set[Any]) -> Any:
    """Return the highest element around a link that holds no other link of its group to another place."""
    row, href = link, link.get("href")
    for depth, parent in enumerate(link.iterancestors()):
        others = (other for other in parent.iter("a") if other in group and other.get("href") != href)
        if depth >= MAX_DEPTH or parent.tag in ("body", "html") or next(others, None) is not None:
            break
        row = parent
    return row


def _selector(tree: Any, row_elements: Sequence[Any]) -> str:
    """Return a short selector that matches these rows and little else; '' where there is none."""
    wanted = set(row_elements)
    shared = set(_classes(row_elements[0])).intersection(*(set(_classes(row)) for row in row_elements[1:]))
    tags = {str(row.tag) for row in row_elements}
    if len(tags) > 1:
        return ""
    tag = tags.pop()
    candidates = [f"{tag}.{name}" for name in sorted(shared)]
    parents = {row.getparent() for row in row_elements}
    for parent in list(parents)[:3]:
        for above in [parent, *list(parent.iterancestors())[:3]] if parent is not None else []:
            identity = str(above.get("id") or "")
            if _NAME.match(identity) and not _COUNTED.search(identity):
                candidates.append(f"#{identity} {tag}")
            candidates += [f"{above.tag}.{name} > {tag}" if above is parent else f"{above.tag}.{name} {tag}"
                           for name in _classes(above)]  # fmt: skip
            if above is parent and above.tag not in ("div", "body", "td"):
                candidates.append(f"{above.tag} > {tag}")
    best, best_cost = "", len(wanted) * 2.0
    for candidate in dict.fromkeys(candidates):
        try:
            matched = set(rows.found(tree, candidate))
        except rows.SelectorError:
            continue
        vague = 0.5 * (not set(candidate) & set(".#"))
        cost = 3 * len(wanted - matched) + len(matched - wanted) + vague + 0.01 * len(candidate)
        if cost < best_cost:
            best, best_cost = candidate, cost
    return best


def _date_selector(row_elements: Sequence[Any]) -> str:
    """Return a selector for the element that holds a date in most rows."""
    votes: dict[str, int] = defaultdict(int)
    for row in row_elements[:30]:
        names = set()
        for element in list(row.iter())[:80]:
            text = " ".join("".join(element.itertext()).split())
            if 6 <= len(text) <= 60 and read_date(text)[0] is not None:
                names |= {f"{element.tag}.{name}" for name in _classes(element)} or {str(element.tag)}
        for name in names:
            votes[name] += 1
    n_rows = len(row_elements[:30])
    likely = [name for name, count in votes.items() if count >= 0.6 * n_rows]
    return max(likely, key=lambda name: ("." in name, votes[name], len(name)), default="")


def _worth(proposal: Proposal) -> float:
    """Return how good a list a proposal gives: headlines, and dates beside them."""
    entries = proposal.entries
    long = sum(len(entry.title) >= HEADLINE_CHARS for entry in entries)
    dated = sum(bool(entry.published and read_date(entry.published)[0]) for entry in entries)
    return min(long, 40) * (1 + dated / len(entries))


def _same_rows(one: Proposal, other: Proposal) -> bool:
    links, others = {entry.link for entry in one.entries}, {entry.link for entry in other.entries}
    return len(links & others) > 0.5 * min(len(links), len(others))
