"""The query language of search: what a line typed into the box asks for. Pure.

    sikh -canada                      both sides of it: with the one word, without the other
    "arms dealer" OR courier          a phrase, or a word (OR, in capitals, binds the two beside it)
    poison*                           words that begin so
    title:embassy                     in the headline alone
    feed:X publisher:X lang:fa        entries of a feed, a publisher, a language
    label:plot flagged:yes score:0.5  decided so (plot, not-plot, unsure, none, any), flagged, scored at least so
    after:2026-01-31 before:2026-02   reported on that day or later; before that day (a month or year will do)

A minus before any of them takes away what it fits. Anything else that looks like a field is taken as words.
"""

from __future__ import annotations

import re
from datetime import date

import msgspec

from monitor.errors import InputError
from monitor.views.search.words import words_of

MAX_TERMS = 32
LABELS = ("plot", "not-plot", "unsure", "none", "any")
FIELDS = ("feed", "publisher", "lang", "label", "flagged", "score", "after", "before")
_PART = re.compile(
    r"""(?P<minus>[-\u2212\u2013](?=\S))?  (?:(?P<field>[A-Za-z]+):(?=\S))?
        (?: ["\u201c\u201d\u201e\u00ab] (?P<phrase>[^"\u201c\u201d\u201e\u00bb]*) (?:["\u201c\u201d\u00bb]|$)
          | (?P<word>\S+) )""",
    re.VERBOSE,
)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class SearchTerm(msgspec.Struct, frozen=True):
    """Words that stand together; `prefix` lets the last one go on; `title` asks for them in the headline."""

    words: tuple[str, ...]
    prefix: bool = False
    title: bool = False


class FieldFilter(msgspec.Struct, frozen=True):
    """What an entry's field must be (or, with `minus`, must not be). Values are as FIELDS' words want them."""

    field: str
    value: str
    minus: bool = False


class Query(msgspec.Struct, frozen=True):
    """All of `wanted` (each: any of its terms), none of `unwanted`, every filter. `text` is what was typed."""

    text: str = ""
    wanted: tuple[tuple[SearchTerm, ...], ...] = ()
    unwanted: tuple[SearchTerm, ...] = ()
    filters: tuple[FieldFilter, ...] = ()


def parse_query(text: str) -> Query:
    """Read a typed query. Raises InputError, one line, for a value that a field cannot have."""
    wanted: list[tuple[SearchTerm, ...]] = []
    unwanted: list[SearchTerm] = []
    filters: list[FieldFilter] = []
    joins = False
    for match in list(_PART.finditer(text.replace("\x00", " ")))[:MAX_TERMS]:
        if match.group() == "OR":
            joins = bool(wanted)
            continue
        minus, field = bool(match["minus"]), (match["field"] or "").lower()
        if field in FIELDS:
            value = match["word"] if match["phrase"] is None else match["phrase"]
            filters.append(_filter(field, value.strip(), minus=minus))
            continue
        term = _term(match, field)
        if not term.words:
            continue
        if minus:
            unwanted.append(term)
        elif joins:
            wanted[-1] += (term,)
        else:
            wanted.append((term,))
        joins = False
    return Query(text.strip(), tuple(wanted), tuple(unwanted), tuple(filters))


def _term(match: re.Match[str], field: str) -> SearchTerm:
    shown = match["word"] if match["phrase"] is None else match["phrase"]
    if field and field != "title":
        shown = f"{field} {shown}"
    return SearchTerm(
        tuple(words_of(shown)), prefix=match["phrase"] is None and shown.endswith("*"), title=field == "title"
    )


def _filter(field: str, value: str, *, minus: bool) -> FieldFilter:
    if field in ("after", "before"):
        value = _day(field, value)
    elif field == "label" and value.lower() not in LABELS:
        raise InputError(f"label:{value}: use {', '.join(LABELS)}")
    elif field == "flagged" and value.lower() not in ("yes", "no"):
        raise InputError(f"flagged:{value}: use yes or no")
    elif field == "score":
        value = _score(value)
    return FieldFilter(field, value if field in ("feed", "publisher") else value.lower(), minus)


def _day(field: str, value: str) -> str:
    """Return the first day of a day, month or year as ISO 8601."""
    match = _DAY.fullmatch(value)
    try:
        if match:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)).isoformat()
    except ValueError:
        pass
    raise InputError(f"{field}:{value}: give a day such as 2026-01-31, a month (2026-01) or a year (2026)")


def _score(value: str) -> str:
    try:
        number = float(value.lstrip(">="))
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise InputError(f"score:{value}: give a number from 0 to 1; entries scored at least so are found")
    return str(number)
