"""Whose report a text is: the wire agency that a byline or a credit names, in several languages and scripts.

Owns the agencies (data/agencies.txt, read on first use) and the patterns of credits. Only the head and the end of a
text are searched: further down, an agency is quoted on something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_LEAD_CHARS = 500
_TAIL_CHARS = 160

# {any}: every spelling; {sure}: those that mean nothing else (`AA`, `TT` and `SPA` count only in brackets or slashes).
_BRACKETS = r"[(\[（【/]\s*(?:[^()\[\]/]{0,40}[/,;\s])?(?P<a>{any})(?:[/,;\s][^()\[\]/]{0,40})?\s*[)\]）】/]"
_DATELINE = r"(?m)^\W{0,3}(?:[^\n]{0,40}(?:,|\s[-–—])\s)?(?P<a>{sure}|AP|dpa|EFE)\s*[-–—:.]"
_BYLINE = r"(?i:\bby\b|\bvon\b|\bpar\b|\bpor\b)\s[^\n.]{0,60}?\b(?P<a>{sure})\b(?=\s*(?:\n|$|[|•—–-]))"
_CREDIT = (
    r"(?i:source|quelle|fuente|fonte|fuentes|kaynak|источник|джерело|منبع|المصدر|מקור|来源|來源|出典)"
    r"\s*[:：]\s*(?P<a>{any})\b"
)
_ACCORDING = (
    r"(?i:according to|reported by|told|nach angaben (?:der|von)|laut|selon|d'après|según(?: informó)?|secondo|"
    r"segundo|informa|citing)\s"
    r"(?:(?i:the|la|l'|der|die|a|agencia|news agency|agence|agentur|nachrichtenagentur)\s?){0,3}(?P<a>{sure}|dpa|EFE)\b"
)
_REPORTED = (
    r"\b(?P<a>{sure})(?:'s)?\s(?i:news agency\s)?(?i:reports?|reported|said|says|has learned|berichtet|berichtete|"
    r"meldet|rapporte|informó|informa|riporta|сообщает|сообщил|сообщило|передает|повідомляє|bildirdi)\b"
)
_REPORTED_FIRST = (
    r"(?i:сообщает|сообщило|передает|передаёт|повідомляє|به گزارش|بنا به گزارش|وفقا? ل|وفقاً ل|نقلت|ذكرت|قالت|بحسب|حسب|"
    r"לפי|כך דיווחה?|据|據)\s*(?:(?i:агентство|وكالة أنباء|وكالة|خبرگزاری|סוכנות הידיעות)\s)?(?P<a>{sure})"
)
_REUTERS_END = "(reporting by "  # how Reuters signs every report
_AT_THE_END = 4  # the first four also hold for a text's last lines
_PATTERNS = (_BRACKETS, _DATELINE, _BYLINE, _CREDIT, _ACCORDING, _REPORTED, _REPORTED_FIRST)


def lines_of(file_name: str) -> Iterator[str]:
    """Yield the lines of a data file without comments."""
    for line in (_DATA / file_name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


@lru_cache(maxsize=1)
def agencies() -> dict[str, list[str]]:
    """Return agency family -> its spellings."""
    table: dict[str, list[str]] = {}
    for line in lines_of("agencies.txt"):
        family, _, names = line.partition(": ")
        table[family] = [name.strip() for name in names.split(" | ")]
    return table


@lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[re.Pattern[str], ...], dict[str, str]]:
    """Return the patterns, strongest first, and spelling -> family."""
    family_of = {name: family for family, names in agencies().items() for name in names}
    ranked = sorted(family_of, key=len, reverse=True)
    every = "|".join(map(re.escape, ranked))
    sure = "|".join(re.escape(name) for name in ranked if len(name) > 3 or not name.isascii() or name == "AFP")
    filled = (pattern.replace("{any}", every).replace("{sure}", sure) for pattern in _PATTERNS)
    return tuple(re.compile(pattern) for pattern in filled), family_of


def origin_of(text: str) -> str:
    """Return the family of the agency that a byline or credit names, or an empty string.

    `contributed to this report` is no credit: the paper wrote the report itself.
    """
    lead = text[:_LEAD_CHARS]
    tail = text[-_TAIL_CHARS:] if len(text) > _LEAD_CHARS + _TAIL_CHARS else ""
    if _REUTERS_END in tail.lower():
        return "reuters"
    patterns, family_of = _compiled()
    for pattern in patterns:
        match = pattern.search(lead)
        if match:
            return family_of[match.group("a")]
    if "contribut" in tail:
        return ""
    for pattern in patterns[:_AT_THE_END]:
        match = pattern.search(tail)
        if match:
            return family_of[match.group("a")]
    return ""
