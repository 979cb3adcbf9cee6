"""When the plot took place, or when it was stopped: a date with its precision.

Owns date phrases and the choice among them: the one next to the act, else next to the arrests. The day of publication
itself, and dates next to neither, are no dates of the plot. Precision follows ACLED: day, month or year.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import NamedTuple

from monitor.facts.reading.focus import MONTHS
from monitor.facts.reading.sentences import Sentence
from monitor.facts.values import Value

NEAR, NEAR_ATTACK = 110, 25  # characters between the date and the act or arrest it belongs to
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DIGIT = re.compile(r"\d")
_HINTS = frozenset({*MONTHS, "year"})
_BEFORE_MONTH = frozenset({"last", "in", "since", "en", "im"})
_BEFORE_YEAR = frozenset({"middle", "earlier", "later"})
_ACTS = ("method", "done")
_ARRESTS = ("legal", "foil")
_NO_DATE = ("suspected", "on-trial", "convicted", "sanctioned", "expelled")


@cache
def _date_pattern() -> re.Pattern[str]:
    return re.compile(  # compiled on first use: a tick with nothing to read need not pay for it
        rf"\b(?:(?P<m1>{_MONTH})\.? (?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y1>(?:19|20)\d\d))?"
        rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:de |of )?(?P<m2>{_MONTH})\.?(?: (?:de )?(?P<y2>(?:19|20)\d\d))?"
        rf"|(?P<rel>last |in |since |en |im )?(?P<m3>{_MONTH})"
        r"(?: (?:of |de )?(?P<y3>(?:19|20)\d\d)| (?P<back>last year|this year))?"
        r"|(?P<y4>(?:19|20)\d\d)\b|(?P<this>(?:middle of|earlier|later) this year))",
        re.IGNORECASE,
    )


class FoundDate(NamedTuple):
    """A date in a sentence: its ISO form cut to its precision, and where it stands."""

    iso: str
    precision: str
    start: int
    end: int


def read_dates(sentences: list[Sentence], published: date | None) -> tuple[Value, ...]:
    """Return the date of the plot, or nothing."""
    best: tuple[float, Value] | None = None
    for sentence in sentences:
        if sentence.old or not _may_have_date(sentence):
            continue
        for found in dates_in(sentence, published):
            score = _score(sentence, found) * min(sentence.weight, 1.2)
            if score > 0 and (best is None or score > best[0] * 1.01):
                quote = sentence.text[found.start : found.end]
                value = Value(
                    found.iso,
                    quote,
                    sentence.field,
                    sentence.offset + found.start,
                    round(min(0.9, score / 4), 2),
                    found.precision,
                )
                best = (score, value)
    return (best[1],) if best else ()


def _may_have_date(sentence: Sentence) -> bool:
    if not (sentence.has("method") or sentence.has("done") or sentence.has("legal") or sentence.has("foil")):
        return False
    if _DIGIT.search(sentence.text) or "this year" in sentence.text:
        return True
    return any(low in MONTHS and word != low for low, word in zip(sentence.lowers, sentence.words, strict=True)) or (
        not sentence.text.isascii() and not _HINTS.isdisjoint(sentence.lowers)
    )


def dates_in(sentence: Sentence, published: date | None) -> list[FoundDate]:
    """Return the dates a sentence names; a missing year is taken from the publication, looking back."""
    found: list[FoundDate] = []
    text, end = sentence.text, 0
    for start in _openings(sentence):
        match = _date_pattern().match(text, start) if start >= end else None
        if not match:
            continue
        end = match.end()
        got = match.groupdict()
        month_name = got["m1"] or got["m2"] or got["m3"]
        if month_name and not month_name[0].isupper() and (got["m3"] or text.isascii()):
            continue
        made = _made(got, MONTHS.get((month_name or "").lower(), 0), published)
        if made:
            found.append(FoundDate(*made, match.start(), match.end()))
    return found


def _openings(sentence: Sentence) -> list[int]:
    """Return where a date can begin: at a number, a month, or a word before one; the pattern is tried there alone."""
    lowers = sentence.lowers
    following = [*lowers[1:], ""]
    return [
        sentence.starts[at]
        for at, (word, after) in enumerate(zip(lowers, following, strict=True))
        if word[0].isdigit() or word in MONTHS or word in _BEFORE_YEAR or (word in _BEFORE_MONTH and after in MONTHS)
    ]


def _made(got: dict[str, str | None], month: int, published: date | None) -> tuple[str, str] | None:
    day = int(got["d1"] or got["d2"] or 0)
    year = int(got["y1"] or got["y2"] or got["y3"] or got["y4"] or 0)
    if got["this"]:
        return (str(published.year), "year") if published else None
    if not month:
        return (str(year), "year") if year else None
    if not year:
        if published is None or (not day and not (got["rel"] or got["back"])):
            return None
        year = published.year - (got["back"] == "last year" or (month, day) > (published.month, published.day))
    if day:
        try:
            return date(year, month, day).isoformat(), "day"
        except ValueError:
            return None
    return f"{year}-{month:02d}", "month"


def _told_then(sentence: Sentence, found: FoundDate) -> bool:
    """Return whether it is the date of a statement: "told a press conference March 8"."""
    before = sentence.text[max(0, found.start - 30) : found.start].lower()
    return any(word in before for word in ("press conference", " said ", "announced on", "reported on", "statement on"))


def _score(sentence: Sentence, found: FoundDate) -> float:
    if _told_then(sentence, found):
        return 0.0
    score = 0.0
    for mark in sentence.marks:
        if mark.kind not in (*_ACTS, *_ARRESTS) or mark.code in _NO_DATE:
            continue
        start = sentence.starts[mark.first]
        gap = max(found.start - start, start - found.end, 0)
        if gap <= (NEAR_ATTACK if mark.code == "attack" else NEAR):
            base = 2.0 if mark.kind in _ACTS else 1.5 if mark.code in ("arrested", "x") else 0.6
            score = max(score, base - gap / 100)
    return score + {"day": 0.9, "month": 0.6, "year": 0.0}[found.precision] if score else 0.0
