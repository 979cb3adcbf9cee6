"""What a report is about now, and what it only recalls: weights for sentences, older plots set aside.

Owns the lead, the weights of title, summary and paragraphs, the year of publication, and the mark "old" on a sentence
that tells of an earlier plot. A background sentence may not fill a card (docs/plot-card.md, "Background").
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from monitor.facts.reading.sentences import Sentence

LEAD_PARAGRAPHS = 3
WEIGHTS = {"title": 2.0, "summary": 1.7}
LEAD_WEIGHT, LATER_WEIGHT, OLD_WEIGHT = 1.2, 0.6, 0.1
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_DATED = re.compile(r"\A\W*([A-Z][a-z]+) (\d{1,2}),? (\d{4})")
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero januar jänner janvier", "february feb febrero februar février fevrier",
            "march mar marzo märz maerz mars", "april apr abril avril", "may mayo mai", "june jun junio juni juin",
            "july jul julio juli juillet", "august aug agosto août aout",
            "september sept sep septiembre setiembre septembre", "october oct octubre oktober octobre",
            "november nov noviembre novembre", "december dec diciembre dezember décembre decembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


@cache
def _looks_back() -> re.Pattern[str]:
    return re.compile(  # compiled on first use: a tick with nothing to read need not pay for it
        r"^\W*(?:(?:last|in|en|im|letzten|le|au) )?(?:(?:the )?(?:spring|summer|autumn|winter|fall) of |\w+ )?"
        r"(?:last (?:january|february|march|april|may|june|july|august|september|october|november|december|year|month|"
        r"spring|summer|autumn|winter)|in \w+ (?:1[89]|20)\d\d|in (?:1[89]|20)\d\d|(?:1[89]|20)\d\d)",
        re.IGNORECASE,
    )


def read_published(published_at: object, text: str) -> date | None:
    """Return the day of publication from a datetime, a date, an ISO string or a date line that opens the text."""
    if isinstance(published_at, date):
        return date(published_at.year, published_at.month, published_at.day)
    if isinstance(published_at, str) and re.match(r"\d{4}-\d\d-\d\d", published_at):
        try:
            return date.fromisoformat(published_at[:10])
        except ValueError:
            return None
    dated = _DATED.match(text)
    if dated and dated[1].lower() in MONTHS:
        try:
            return date(int(dated[3]), MONTHS[dated[1].lower()], int(dated[2]))
        except ValueError:
            return None
    return None


def weigh(sentences: list[Sentence], published: date | None, *, overview: bool) -> None:
    """Set each sentence's weight, and mark those that tell an older story than the lead."""
    headed = any(sentence.field != "text" for sentence in sentences)
    lead_years = {year for s in sentences if is_lead(s) and not s.has("old") for year in years_in(s)}
    in_old: tuple[str, int] | None = None
    for sentence in sentences:
        place = (sentence.field, sentence.paragraph)
        lead = is_lead(sentence)
        if sentence.field in WEIGHTS:
            sentence.weight = WEIGHTS[sentence.field]
        elif not headed and sentence.paragraph == 0:
            sentence.weight = WEIGHTS["title"]
        else:
            sentence.weight = LEAD_WEIGHT if lead else LATER_WEIGHT
        if overview or sentence.field in WEIGHTS or (lead and sentence.paragraph == 0):
            continue
        if place == in_old or _tells_older(sentence, lead_years, published, lead=lead):
            in_old = place
            sentence.old = True
            sentence.weight = OLD_WEIGHT


def is_lead(sentence: Sentence) -> bool:
    """Return whether a sentence stands in the title, the summary or the first paragraphs."""
    return sentence.field != "text" or sentence.paragraph < LEAD_PARAGRAPHS


def years_in(sentence: Sentence) -> set[int]:
    """Return the years a sentence names."""
    return {int(year) for year in _YEAR.findall(sentence.text)}


def _tells_older(sentence: Sentence, lead_years: set[int], published: date | None, *, lead: bool) -> bool:
    if not (sentence.has("method") or sentence.has("old")):
        return False
    years = years_in(sentence)
    limit = published.year if published else max(lead_years | {0}) or 9999
    older = {year for year in years if year < limit and year not in lead_years}
    if older and _looks_back().match(sentence.text) and sentence.has("method"):
        return True
    if lead:
        return False
    if older and not years - older and sentence.has("method"):
        return True
    if sentence.has("old") and not (years & lead_years):
        return True
    return bool(_looks_back().match(sentence.text)) and sentence.has("method") and not years & lead_years
