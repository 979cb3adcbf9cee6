"""What the page of a story or case shows beyond its rows: how far the law has come, claims, sources, changes.

Puts values of triage and facts side by side for the template; reads nothing of its own and judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from monitor.facts.corrections import CLOSED
from monitor.facts.names import code_words, state_name
from monitor.facts.sentence import claim_words
from monitor.facts.values import Card, Value
from monitor.text.language import language_name
from monitor.triage.story import DiffPiece, StoryEntry, StoryView
from monitor.triage.told import StoryFacts

STEPS = (
    ("Alleged", ("suspected", "sanctioned", "expelled")), ("Arrested", ("arrested",)), ("Charged", ("charged",)),
    ("Trial", ("on-trial",)), ("Verdict", ("convicted",)),
)  # fmt: skip
COUNTS = (("n_arrested", "How many were arrested?"), ("n_charged", "How many were charged?"))
FULL_TEXTS = 8  # entries shown with their words; of larger stories the further ones are lines
CONTEXT_WORDS = 12  # words kept on both sides of a change
ROLES = {
    "reports": "own report", "cites": "cites", "wire": "wire copy of", "copy": "prints the text of",
    "unknown": "publisher not known, so it adds no source",
}  # fmt: skip


class LegalStep(msgspec.Struct, frozen=True):
    """A step of the law: when it was first reported, by whom, in which words; empty where no report says so."""

    name: str
    at: str = ""
    publisher: str = ""
    quote: str = ""


class Said(msgspec.Struct, frozen=True):
    """A line of the table of claims."""

    who: str
    what: str
    quote: str
    publisher: str
    at: str
    denies: bool = False


class Question(msgspec.Struct, frozen=True):
    """Claims about one thing. `conflict` names the answers that cannot both be right."""

    title: str
    lines: list[Said]
    conflict: str = ""


class ListedReport(msgspec.Struct, frozen=True):
    """One report in the list of sources; `own` where it is first-hand."""

    publisher: str
    role: str
    own: bool
    title: str
    link: str
    at: str
    entry_id: str


def steps_of(story: StoryView) -> list[LegalStep]:
    """Return how far the law has come, the earliest report of each step first-named."""
    by_id = {entry.entry_id: entry for entry in story.entries}
    found = {value.code: value for value in story.card.legal_stage}
    steps = []
    for name, codes in STEPS:
        value = next((found[code] for code in codes if code in found), None)
        if value is None and name == "Alleged" and story.facts.claims:
            claim = story.facts.claims[0]
            value = Value("alleged", claim.quote, entry_id=claim.entry_id)
        entry = by_id.get(value.entry_id) if value else None
        at, publisher = (_when(entry), entry.publisher) if entry else ("", "")
        steps.append(LegalStep(name, at or ("unknown" if value else ""), publisher, value.quote if value else ""))
    return steps


def questions_of(story: StoryView) -> list[Question]:
    """Return the claims by question: who is behind it, then each number on which reports differ."""
    by_id = {entry.entry_id: entry for entry in story.entries}
    lines = []
    for claim in story.facts.claims:
        who, _, what = claim_words(claim).partition(": ")
        entry = by_id.get(claim.entry_id)
        publisher = claim.publisher or (entry.publisher if entry else "")
        lines.append(Said(who, what, claim.quote, publisher, _when(entry), claim.verb == "denies"))
    questions = [Question("Who is behind it?", lines)] if lines else []
    for field, title in COUNTS:
        values: Sequence[Value] = getattr(story.card, field)
        numbers = sorted({value.code for value in values}, key=lambda code: (len(code), code))
        if len(numbers) > 1:
            rows = [_counted(value, by_id.get(value.entry_id)) for value in values]
            questions.append(Question(title, rows, " or ".join(numbers)))
    return questions


def _counted(value: Value, entry: StoryEntry | None) -> Said:
    return Said(
        "A reviewer" if value.field == "correction" else "The report", value.code, value.quote,
        entry.publisher if entry else "", _when(entry),
    )  # fmt: skip


def sources_of(story: StoryView) -> list[ListedReport]:
    """Return the reports, first-hand ones first, then by time."""
    by_id = {entry.entry_id: entry for entry in story.entries}
    found = []
    for line in story.facts.sources.lines:
        entry = by_id.get(line.entry_id)
        if entry is None:
            continue
        role = f"{ROLES[line.role]} {', '.join(line.of)}".rstrip()
        role = "cites a report it does not name" if role == "cites" else role
        name = line.publisher or entry.publisher or entry.feed
        found.append(
            ListedReport(
                name, role, line.role == "reports", entry.text.headline, entry.link, _when(entry), line.entry_id
            )
        )
    return sorted(found, key=lambda source: (not source.own, source.at))


def value_words(field: str, codes: Sequence[str]) -> str:
    """Return a card field's codes as a reader names them."""
    if field == "denied_by":
        return ", ".join(_denier(code) for code in codes)
    if field in ("linked_states", "countries"):
        return ", ".join(state_name(code) for code in codes)
    return ", ".join(code_words(code) if field in CLOSED else code for code in codes)


def denials_of(card: Card) -> list[str]:
    """Return in names who denies it."""
    return [_denier(code) for code in card.codes("denied_by")]


def _denier(code: str) -> str:
    words = {"accused": "the accused", "other": "others named in the reports"}
    return words.get(code) or state_name(code)


def dots_of(sources: Iterable[ListedReport]) -> list[tuple[str, int, int]]:
    """Return (day, first-hand reports, copies) for each day with a report, oldest first."""
    own, copies = Counter[str](), Counter[str]()
    for source in sources:
        if source.at:
            (own if source.own else copies)[source.at[:10]] += 1
    return [(day, own[day], copies[day]) for day in sorted({*own, *copies})]


def only_changes(changes: Sequence[DiffPiece]) -> list[DiffPiece]:
    """Return a diff without its long unchanged stretches: some words on both sides of a change are left."""
    shown = []
    for number, change in enumerate(changes):
        if change.how == "same":
            words = change.words.split()
            before = words[-CONTEXT_WORDS:] if number + 1 < len(changes) else []
            after = words[:CONTEXT_WORDS] if number else []
            if len(words) > len(before) + len(after):
                kept = [*after, "…", *before]
                change = DiffPiece("same", " ".join(kept))
        shown.append(change)
    return shown


def status_words(facts: StoryFacts) -> str:
    """Return how far the sentence can be relied on, in words."""
    return {
        "confirmed": f"confirmed by {', '.join(facts.confirmed_by) or 'a reviewer'}",
        "machine, unconfirmed": "read by the machine, not confirmed by anybody",
        "not said": "nobody is accused in these reports, as far as the machine reads them",
        "not read": f"in {language_name(facts.card.unread)}, whose accusations the machine does not read",
    }.get(facts.status, facts.status)


def _when(entry: StoryEntry | None) -> str:
    return (entry.published_at or entry.seen_at) if entry else ""
