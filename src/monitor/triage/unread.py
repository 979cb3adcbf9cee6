"""What the classifier cannot read: entries in languages without word lists, counted and said in one sentence.

Every surface that speaks of it asks here. A language is told by text/language.py; nothing is recorded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from monitor.log.store import EventStore
from monitor.text.language import unread_language
from monitor.views.fold import Views
from monitor.views.queries.entries import seen_since
from monitor.views.queries.texts import with_texts

NEWEST = 300  # entries looked at: some 20 ms
LEAST_SHARE = 0.01  # of those; a language below it is as likely a slip of the guess


class Unread(msgspec.Struct, frozen=True):
    """Of `n_entries` looked at, how many are in each language that is not read, most first."""

    n_entries: int
    languages: dict[str, int]

    @property
    def share(self) -> float:
        """The share of entries not read, from 0 to 1."""
        return sum(self.languages.values()) / self.n_entries if self.n_entries else 0.0

    @property
    def codes(self) -> str:
        """The words "not read: sv, fi", or "" where everything is read."""
        return not_read(*self.languages)

    @property
    def sentence(self) -> str:
        """What of the newest entries was not read, or "" where everything was."""
        if not self.languages:
            return ""
        return (
            f"{self.codes} ({self.share:.0%} of the newest {self.n_entries} entries): the classifier has no word lists "
            "for it; plots in such texts are hardly found"
        )


def not_read(*codes: str) -> str:
    """Return "not read: sv, fi" for these languages, "" for none."""
    return f"not read: {', '.join(codes)}" if any(codes) else ""


def unread_of(texts: Iterable[tuple[str, str]]) -> Unread:
    """Count the languages of texts, each with its declared one, that are not read; rare ones are left out."""
    told = [unread_language(text, lang) for text, lang in texts]
    least = LEAST_SHARE * len(told)
    counted = {code: n for code, n in Counter(filter(None, told)).most_common() if n >= least}
    return Unread(len(told), counted)


def newest_unread(log: EventStore, views: Views) -> Unread:
    """Look at the newest entries."""
    texts = with_texts(log, seen_since(views, "", NEWEST))
    return unread_of((f"{text.title}\n{text.summary}", text.lang) for _, text in texts)
