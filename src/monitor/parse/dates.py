"""Dates as feeds write them to aware UTC, with a word on how sure that is. Nothing is guessed in silence.

Order: the two common forms (RFC 822 and ISO 8601) by pattern, then epoch numbers, then what dateparts.py takes apart:
dates in words of many languages, numeric dates with a known order. Python's own parsers are not used as a last resort:
dateutil and feedparser read `MSK` as UTC and 01.10.2024 as 10 January.

Qualities: `exact` (moment and zone stated) · `no-zone` (time without zone, read as UTC) · `unknown-zone` (a zone name
we do not know, read as UTC) · `ambiguous-zone` (a name several zones share; the commonest is taken) · `date-only` ·
`clamped` (later than now, set to now) · `unknown` (not read; the raw text is kept) · `` (the feed states no date).
Names live in datewords.py and monthnames.py. This module never reads the clock: `now` is given.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from monitor.parse.dateparts import at_place, normalised, read_parts
from monitor.parse.datewords import AMBIGUOUS_ZONES, PLACES, ZONES
from monitor.parse.monthnames import MONTHS

# Clocks differ by some minutes, zones are mislabelled by up to 14 h: only later than this is a date in the future.
FUTURE_SLACK = timedelta(hours=24)
# 1 January 1970 is a clock that was never set; later than 2100 is a slip.
FIRST_YEAR, LAST_YEAR = 1971, 2100

# The two forms nearly all feeds use, Sun, 01 Nov 2026 10:00:00 +0000 and 2026-11-01T10:00:00+00:00, are known by the
# places of their marks; any other, or a letter out of place, is read by pattern.
_DAYS = frozenset(f"{day}, " for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
_MONTH_NUMBERS = {f" {name.title()} ": f"{number:02}" for name, number in MONTHS.items() if len(name) == 3}
_UTC_ZONES = frozenset({" +0000", " GMT", " UTC", " Z", "Z", "+00:00"})
_FIXED_ZONE = re.compile(r" ?([+-])(\d\d):?(\d\d)$", re.ASCII)

_RFC822 = re.compile(
    r"(?:[A-Za-z]{3,9},? +)?(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{4}|\d\d),? +"
    r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?"
    r"(?: *(?:([+-])(\d\d):?(\d\d)|(?:UTC|GMT)([+-])(\d{1,2}):?(\d\d)?|\(?([A-Za-z][A-Za-z/_]{0,30})\)?))?"
    r"(?: \([A-Za-z ]{1,40}\))?$"
)
_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,12})?)?"
    r"(?: *(?:(Z|z)|([+-])(\d\d):?(\d\d)?|([A-Za-z][A-Za-z/_]{0,30})))?)?$"
)
_EPOCH = re.compile(r"(?:/Date\()?(\d{10})(?:\d{3}|\d{6})?(?:\.\d{1,9})?(?:[+-]\d{4})?(?:\)/)?")
# No date is longer; what is longer is text in the wrong element.
_MAX_LENGTH = 100


def read_date(raw: str) -> tuple[datetime | None, str]:
    """Return the moment (aware UTC, or None) and the quality of a date as written."""
    text = raw.strip()
    if len(text) > _MAX_LENGTH:
        return None, "unknown"
    try:
        if text[19:23:3] == "::":
            at = datetime.fromisoformat(_iso_day(text[:17]) + text[17:25] + _iso_zone(text[25:]))
        elif text[4:17:3] == "--T::":
            at = datetime.fromisoformat(text[:19] + _iso_zone(text[19:]))
        else:
            return _read_any(text)
        if at.tzinfo is not UTC:
            at = at.astimezone(UTC)
        if FIRST_YEAR <= at.year <= LAST_YEAR:
            return at, "exact"
    except (KeyError, ValueError, OverflowError):
        pass
    return _read_any(text)


@lru_cache(maxsize=1024)
def _iso_day(text: str) -> str:
    """Return "Sun, 01 Nov 2026 " in ISO 8601. Raises KeyError for any other form."""
    if text[:5] not in _DAYS or text[16:] != " ":
        raise KeyError(text)
    return f"{text[12:16]}-{_MONTH_NUMBERS[text[7:12]]}-{text[5:7]}T"


@lru_cache(maxsize=128)
def _iso_zone(text: str) -> str:
    """Return " +0200", "+02:00", " GMT" or "Z" in ISO 8601. Raises KeyError for any other form."""
    if text in _UTC_ZONES:
        return "+00:00"
    match = _FIXED_ZONE.match(text)
    if not match or match[2] > "15" or match[3] > "59":
        raise KeyError(text)
    return f"{match[1]}{match[2]}:{match[3]}"


@lru_cache(maxsize=4096)
def _read_any(text: str) -> tuple[datetime | None, str]:
    if not text:
        return None, ""
    try:
        found = _read(text)
    except (ValueError, OverflowError):
        found = None
    if found is None or not FIRST_YEAR <= found[0].year <= LAST_YEAR:
        return None, "unknown"
    return found


def clamp(at: datetime | None, quality: str, now: datetime) -> tuple[datetime | None, str]:
    """Set a date in the future to `now`, so that a pinned entry cannot lead every list for ever."""
    if at is not None and at > now + FUTURE_SLACK:
        return now, "clamped"
    return at, quality


def _read(text: str) -> tuple[datetime, str] | None:
    match = _RFC822.match(text)
    if match and not _is_half(match[match.lastindex or 0]):
        return _from_rfc822(match)
    match = _ISO.match(text)
    if match and not _is_half(match[match.lastindex or 0]):
        return _from_iso(match)
    text = normalised(text)
    if match := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(match[1]), UTC), "exact"
    return read_parts(text)


def _is_half(zone: str | None) -> bool:
    """Say whether what stands in the place of a zone is a half of the day."""
    return zone is not None and zone.lower() in ("am", "pm")


def _from_rfc822(match: re.Match[str]) -> tuple[datetime, str] | None:
    day, month_name, year, hour, minute, second, sign, off_h, off_m, gsign, goff_h, goff_m, zone = match.groups()
    month = MONTHS.get(month_name.lower())
    if month is None:
        return None
    full_year = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 70 else 1900)
    at = _moment(full_year, month, int(day), int(hour), int(minute), int(second or 0))
    if sign:
        return at - _offset(sign, off_h, off_m), "exact"
    if gsign:
        return at - _offset(gsign, goff_h, goff_m or "0"), "exact"
    return _in_zone(at, zone)


def _from_iso(match: re.Match[str]) -> tuple[datetime, str] | None:
    year, month, day, hour, minute, second, zulu, sign, off_h, off_m, zone = match.groups()
    if hour is None:
        return _moment(int(year), int(month), int(day)), "date-only"
    at = _moment(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
    if zulu:
        return at, "exact"
    if sign:
        return at - _offset(sign, off_h, off_m or "0"), "exact"
    return _in_zone(at, zone)


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """Return the moment as UTC; 24:00 and a leap second roll over, as ISO 8601 allows."""
    if hour == 24 and minute == second == 0:
        return datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)
    if second == 60:
        return datetime(year, month, day, hour, minute, 59, tzinfo=UTC) + timedelta(seconds=1)
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _offset(sign: str, hours: str, minutes: str) -> timedelta:
    h, m = int(hours), int(minutes)
    if h > 15 or m > 59:
        raise ValueError(f"no zone lies {sign}{hours}:{minutes} from UTC")
    return timedelta(minutes=(h * 60 + m) * (-1 if sign == "-" else 1))


def _in_zone(at: datetime, zone: str | None) -> tuple[datetime, str]:
    if not zone:
        return at, "no-zone"
    name = zone.lower().removeprefix("etc/")
    if name in ZONES:
        quality = "ambiguous-zone" if name in AMBIGUOUS_ZONES else "exact"
        return at - timedelta(minutes=ZONES[name]), quality
    place = PLACES.get(name, zone if "/" in zone else "")
    if place:
        offset, quality = at_place(at, place)
        return at - offset, quality
    return at, "unknown-zone"
