"""Dates in any order and many languages, taken apart: the clock, the zone behind it, then day, month and year.

For what dates.py does not know by its pattern. A date is read only where every number in it has been given a part to
play; anything left over makes it unknown. Names are in datewords.py and monthnames.py.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from monitor.parse.datewords import AFTER_NOON, AMBIGUOUS_ZONES, BEFORE_NOON, LONG_ZONES, PLACES, ZONES
from monitor.parse.monthnames import MONTHS, NUMBER_OF_MONTH, THAI_MONTHS

FIRST_YEAR, LAST_YEAR = 1971, 2100
BUDDHIST, REIWA = 543, 2018
_HALVES = sorted([*BEFORE_NOON, *AFTER_NOON], key=len, reverse=True)
_HALF = "|".join(re.escape(word).replace(r"\ ", " ?") for word in _HALVES)
# 11:15, 20:0:0, 10h55, 10 h, 10時55分, 10시 55분, kl. 10.55, 10.55 Uhr, 3 pm; half of the day before or behind.
_CLOCK = re.compile(
    rf"(?:(?<![A-Za-z\u0600-\u06ff])(?P<early>{_HALF})\s?)?(?<![\d.])(?:"
    r"(?P<h1>\d{1,2})\s?[:∶]\s?(?P<m1>\d{1,2})(?:\s?[:∶]\s?(?P<s1>\d{1,2}))?(?:[.,]\d{1,12})?"
    r"|(?P<h2>\d{1,2})\s?[時时点點시](?:\s?(?P<m2>\d{1,2})\s?[分분])?(?:\s?(?P<s2>\d{1,2})\s?[秒초])?"
    r"|(?P<h3>\d{1,2})\s?h(?:\s?(?P<m3>\d\d)(?:\s?(?:min|m))?)?(?![^\W\d_])"
    r"|(?P<h4>\d{1,2})\.(?P<m4>\d\d)(?:\.(?P<s4>\d\d))?(?= ?uhr\b)"
    r"|(?:(?<=kl )|(?<=kl\. )|(?<=klo )|(?<=ore )|(?<=às )|(?<=at )|(?<=um ))(?P<h5>\d{1,2})\.(?P<m5>\d\d)"
    rf"|(?P<h6>\d{{1,2}})(?=\s?(?:{_HALF})(?![^\W\d_])| uhr\b)"
    rf")(?:\s?(?P<late>{_HALF})(?![^\W\d_]))?",
    re.IGNORECASE,
)
_LATE_CLOCK = re.compile(r"(?<![\d.,])(?P<h1>\d{1,2})\.(?P<m1>\d\d)(?:\.(?P<s1>\d\d))?$")  # behind a numeric date
_OFFSET = re.compile(
    r"(?P<etc>etc/)?(?:utc|gmt|z)?\s?(?P<sign>[+-])(?P<h>\d{1,2})(?:[:.]?(?P<m>\d\d))?(?!\d)", re.IGNORECASE
)
_PLACE = re.compile(r"[A-Z][A-Za-z]+/[A-Z][A-Za-z_/+-]+")
_CJK = re.compile(
    r"(?:(?P<era>令和|民國|民国)\s?)?(?P<y>\d{1,4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]"
)
_YMD = re.compile(r"(?<!\d)(\d{4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)\.?")
_DMY = re.compile(r"(?<!\d)(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_DMY_SHORT = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d\d)(?!\d)")  # of two digits only with dots: day first
_STAMP = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?!\d)")
_TOKENS = re.compile(r"\d+|[^\s\d,;:!?|/()\[\]\"'’•·–—_+-]+")
_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ODD = {
    0x2212: "-",
    0x2010: "-",
    0x2011: "-",
    0x2013: "-",
    0x2014: "-",
    0x060C: ",",
    0x3000: " ",
    0x202F: " ",
    0xA0: " ",
}


class _Clock(NamedTuple):
    hour: int
    minute: int
    second: int
    start: int
    end: int


def read_parts(text: str) -> tuple[datetime, str] | None:
    """Return moment and quality, None where the text is no date or may be several. Raises ValueError for 31 June."""
    text = normalised(text)
    if stamp := _STAMP.fullmatch(text.strip()):
        return _moment(*(int(part or 0) for part in stamp.groups())), "no-zone"
    clock = _clock_in(text)
    if clock is None:
        day, rest = _day_in(text)
        if day is None and (found := _LATE_CLOCK.search(text.strip())):  # 30 Kasım 2026, 08.00
            day, rest = _day_in(text.strip()[: found.start()])
            rest = f"{rest} {found[0]}"
        if day is None:
            return None
        found = _LATE_CLOCK.search(rest.strip())
        if found is None:
            return (_moment(*day), "date-only") if not _digits(rest) else None
        at = _moment(*day, int(found["h1"]), int(found["m1"]), int(found["s1"] or 0))
        return (at, "no-zone") if not _digits(rest.strip()[: found.start()]) else None
    before, behind = text[: clock.start], text[clock.end :]
    zone, behind = _zone_in(behind)
    day, rest = _day_in(f"{before} \x1f {behind}")
    if day is None or _digits(rest):
        return None
    at = _moment(*day, clock.hour, clock.minute, clock.second)
    if zone is None:
        zone = _named_zone(at, rest)
    return at - zone[0], zone[1]


def normalised(text: str) -> str:
    """Return text with western digits, plain blanks and minus signs, without marks of direction."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).translate(_ODD)
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char
        for char in text
        if unicodedata.category(char) != "Cf" or char == "\u200c"
    )


def _clock_in(text: str) -> _Clock | None:
    match = _CLOCK.search(text)
    if match is None:
        return None
    parts = match.groupdict()
    kind = next(n for n in "123456" if parts[f"h{n}"] is not None)
    hour, minute = int(parts[f"h{kind}"]), int(parts.get(f"m{kind}") or 0)
    half = _half(match["late"] or match["early"])
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "after" else 0)
    return _Clock(hour, minute, int(parts.get(f"s{kind}") or 0), match.start(), match.end())


def _half(word: str | None) -> str:
    if not word:
        return ""
    word = word.casefold()
    plain = word.replace(" ", "")
    return "after" if word in AFTER_NOON or plain in {each.replace(" ", "") for each in AFTER_NOON} else "before"


def _zone_in(behind: str) -> tuple[tuple[timedelta, str] | None, str]:
    """Return the offset stated right behind the clock, and what is left of the text; a name beside it says no more."""
    head = behind.lstrip(" (")
    match = _OFFSET.match(head)
    if match is None:
        return None, behind
    hours, minutes = int(match["h"]), int(match["m"] or 0)
    if (len(match["h"]) == 2 and hours > 15) or minutes > 59:
        raise ValueError(f"no zone lies {match[0]} from UTC")
    offset = timedelta(hours=hours, minutes=minutes)
    if (match["sign"] == "-") != bool(match["etc"]):  # Etc/GMT+3 lies west: its sign is the other way round
        offset = -offset
    return (offset, "exact"), head[match.end() :].split("m=")[0]


def _named_zone(at: datetime, rest: str) -> tuple[timedelta, str]:
    """Return the zone a name states: a place, a long name, an abbreviation; UTC where none is known."""
    if place := _PLACE.search(rest):
        return at_place(at, place[0])
    lowered = " ".join(rest.casefold().split())
    for name, where in LONG_ZONES.items():
        if name in lowered:
            return at_place(at, where)
    _, _, behind = rest.partition("\x1f")
    for word in re.findall(r"[A-Za-z]{1,5}", behind.replace(".", "")):
        name = word.lower()
        if name in PLACES and word.isupper():
            return at_place(at, PLACES[name])
        if name in ZONES and (word.isupper() or name in ("utc", "gmt", "z")):
            return timedelta(minutes=ZONES[name]), "ambiguous-zone" if name in AMBIGUOUS_ZONES else "exact"
        if word.isupper() and len(word) > 2 and name not in MONTHS:
            return timedelta(0), "unknown-zone"
    return timedelta(0), "no-zone"


def at_place(at: datetime, place: str) -> tuple[timedelta, str]:
    """Return how far a place such as Europe/Riga is from UTC then; UTC, and `unknown-zone`, where it is none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        offset = at.replace(tzinfo=ZoneInfo(place)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        offset = None
    return (offset, "exact") if offset is not None else (timedelta(0), "unknown-zone")


def _day_in(text: str) -> tuple[tuple[int, int, int] | None, str]:
    """Return (year, month, day) and what is left of the text; None where it holds none, or may mean several."""
    if match := _CJK.search(text):
        year = int(match["y"]) + {"令和": REIWA, "民國": 1911, "民国": 1911}.get(match["era"] or "", 0)
        return (year, int(match["m"]), int(match["d"])), text[: match.start()] + " " + text[match.end() :]
    for pattern, order in ((_YMD, _year_first), (_DMY, _year_last), (_DMY_SHORT, _short_year)):
        if match := pattern.search(text):
            rest = text[: match.start()] + " " + text[match.end() :]
            return order(match, rest), rest
    return _day_in_words(text)


def _year_first(match: re.Match[str], _: str) -> tuple[int, int, int] | None:
    return _sound(int(match[1]), int(match[3]), int(match[4]))


def _short_year(match: re.Match[str], _: str) -> tuple[int, int, int] | None:
    return _sound(2000 + int(match[3]), int(match[2]), int(match[1]))


def _year_last(match: re.Match[str], rest: str) -> tuple[int, int, int] | None:
    """Return the one order that is possible: day first with dots; else by size, or by the name of the day beside it."""
    a, b, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." or a > 12 or a == b:
        return _sound(year, b, a)
    if b > 12:
        return _sound(year, a, b)
    names = {_DAY_NAMES.index(word[:3]) for word in re.findall(r"[a-z]{3,9}", rest.lower()) if word[:3] in _DAY_NAMES}
    fitting = [
        (year, month, day)
        for month, day in ((a, b), (b, a))
        if datetime(year, month, day, tzinfo=UTC).weekday() in names
    ]
    return fitting[0] if len(fitting) == 1 else None


def _day_in_words(text: str) -> tuple[tuple[int, int, int] | None, str]:
    """Return the day of a text with the name of a month: 2 de enero de 2024, января 2 2024, 29 tháng 11 năm 2026."""
    tokens = [token.rstrip(".") if not token.isdecimal() else token for token in _TOKENS.findall(text)]
    months: list[tuple[int, int]] = []
    numbers: list[int] = []
    place = 0
    is_thai = False
    while place < len(tokens):
        token = tokens[place]
        pair = f"{token} {tokens[place + 1]}".casefold() if place + 1 < len(tokens) else ""
        name = token.casefold()
        if pair in MONTHS:
            months.append((place, MONTHS[pair]))
            place += 1
        elif name in NUMBER_OF_MONTH and place + 1 < len(tokens) and tokens[place + 1].isdecimal():
            months.append((place, int(tokens[place + 1])))
            place += 1
        elif place + 1 < len(tokens) and token.isdecimal() and tokens[place + 1].casefold() in ("сар", "сарын"):
            months.append((place, int(token)))
            place += 1
        elif token.isdecimal():
            numbers.append(int(token))
        elif name in MONTHS:
            months.append((place, MONTHS[name]))
            is_thai = is_thai or name in THAI_MONTHS
        place += 1
    if len({month for _, month in months}) == 2 and months[0][0] == 0:  # `mar.` may be a Tuesday
        months = months[1:]
    if len({month for _, month in months}) != 1 or len(numbers) != 2:
        return None, ""
    if is_thai:
        numbers = [number - BUDDHIST if number > LAST_YEAR else number for number in numbers]
    years = [n for n in numbers if FIRST_YEAR <= n <= LAST_YEAR]
    days = [n for n in numbers if 1 <= n <= 31]
    if len(years) != 1 or len(days) != 1:
        return None, ""
    return _sound(years[0], months[0][1], days[0]), re.sub(r"\d", "", text)


def _sound(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    return (year, month, day) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 31 else None


def _digits(text: str) -> bool:
    return any(char.isdecimal() for char in text)


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    if hour == 24 and minute == second == 0:
        return datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)
    if second == 60:
        return datetime(year, month, day, hour, minute, 59, tzinfo=UTC) + timedelta(seconds=1)
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
