"""The values triage hands to the surfaces: a queue row, an entry with its history. No storage, no rules."""

from __future__ import annotations

from typing import Annotated

import msgspec

from monitor.classify.reasons import Reasons, reasons_of
from monitor.learn.rows import REASONS
from monitor.text.language import language_name


class Term(msgspec.Struct, frozen=True):
    """A reason: the model's term, its share of the score (log-odds) and the words it matched."""

    term: str
    weight: float
    words: str


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A story that waits for a decision, led by its highest-scored entry.

    `title` is the first words where the entry has none. `behind` says why it stands behind a lower-scored row: `same
    topic`, `answered lately`, `older`, `source`, `story` or `archive` (learn/rows.py); empty where it does not, and
    where the story is not read as part of the queue. `answered` says which label was given before the words changed;
    empty where none was. `probability`: that a reviewer would label it plot, None until enough was answered to
    calibrate the score. `states`: the codes of those accused.
    """

    story_id: str
    case_id: str
    entry_id: str
    title: str
    summary: str
    link: str
    feed: str
    publisher: str
    score: float
    threshold: float
    model_id: str
    band: str
    why: str
    published_at: str
    flagged_at: str
    lang: str
    n_entries: int
    n_publishers: int
    n_independent: int
    terms_for: list[Term]
    terms_against: list[Term]
    nearest: str
    entry_ids: list[str]
    changed_position: int
    erased: bool = False
    behind: Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["", *REASONS]})] = ""
    told: str = ""
    told_status: str = ""
    answered: str = ""
    probability: float | None = None
    states: list[str] = []

    @property
    def reported_at(self) -> str:
        """When it was reported: the publisher's date where it is the earlier one, else when it came here."""
        return min(self.published_at or self.flagged_at, self.flagged_at)

    @property
    def unread(self) -> str:
        """Why no sentence tells who is accused, where it is for want of a language; the words of every surface."""
        if self.told or self.told_status != "not read":
            return ""
        language = language_name(self.lang) if self.lang else "this language"
        return f"Accusations in {language} are not read by the machine: see the original."

    @property
    def reasons(self) -> Reasons:
        """Why it was flagged, in phrases: the one text every surface shows. The terms hold the numbers."""
        terms = [*self.terms_for, *self.terms_against]
        return reasons_of([(t.term, t.weight, t.words) for t in terms], self.lang)


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event in an entry's life, in words."""

    position: int
    at: str
    type: str
    actor: str
    what: str
