"""What the casebook says: confirmed cases with confirmed fields, their reports, and every change, each with its event.

No headline, quotation or note of a report is taken over, and no reviewer is named: those can name private persons. What
a reviewer confirmed or set on the card is printed as it stands. Cases that were taken back stay, as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from monitor.facts.corrections import CLOSED
from monitor.facts.names import ACTS, TARGETS, code_words, listed, service_name, state_name
from monitor.facts.values import LIST_FIELDS
from monitor.log.events import CardConfirmed, CardCorrected, EntryLabelled, Event, LabelWithdrawn
from monitor.log.store import LogStore
from monitor.surfaces import safe
from monitor.surfaces.export.labelled import taken_back
from monitor.surfaces.web.wording import MONTHS
from monitor.triage.plots import Plot, confirmed_card, confirmed_plots, confirmed_sentence
from monitor.triage.told import published_by, story_facts
from monitor.views.fold import Views
from monitor.views.queries import entries, stories
from monitor.worker.workspace import Workspace

CONFIRMED, WITHDRAWN = "confirmed", "withdrawn"
_EVENTS = ("entry-labelled", "label-withdrawn", "card-corrected", "card-confirmed")
NAMES = {
    "linked_states": "State, allegedly", "services": "Service or proxy, allegedly", "target_types": "Target",
    "target_description": "Target, described", "methods": "Act", "countries": "Country", "places": "Place",
    "dates": "Date", "stage": "Stage", "legal_stage": "Step of the law", "n_arrested": "Arrested",
    "n_charged": "Charged", "claimed_by": "Said by", "denied_by": "Denied by", "hedging": "How it is said",
}  # fmt: skip


class Proven(msgspec.Struct, frozen=True):
    """An event a statement rests on: its place in the log, its hash, and when it was recorded."""

    position: int
    hash: str
    at: str


class CaseChange(msgspec.Struct, frozen=True):
    """Something that reviewers did to a case, in words, newest last."""

    what: str
    event: Proven


class Field(msgspec.Struct, frozen=True):
    """A confirmed field: codes as in docs/plot-card.md, the same in words, and the event that confirmed it."""

    field: str
    codes: list[str]
    words: str
    event: Proven | None = None


class Report(msgspec.Struct, frozen=True):
    """A report of a case. `role`: reports, cites, wire, copy or unknown. `text_sha256` names its words, not printed."""

    report_id: str
    publisher: str
    link: str
    published_at: str
    lang: str
    role: str
    text_sha256: str
    event: Proven


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `status` is confirmed or withdrawn; a withdrawn one keeps its address and history and says no more."""

    case_id: str
    status: str
    name: str
    first_reported_at: str
    confirmed_at: str
    n_reviewers: int
    sentence: str
    fields: list[Field]
    n_publishers: int
    n_independent: int
    reports: list[Report]
    changes: list[CaseChange]

    def codes(self, field: str) -> list[str]:
        """Return the codes of a confirmed field, none where nobody confirmed it."""
        return next((item.codes for item in self.fields if item.field == field), [])

    @property
    def changed_at(self) -> str:
        """When something was last done to it."""
        return self.changes[-1].event.at if self.changes else self.confirmed_at


class Casebook(msgspec.Struct, frozen=True):
    """All cases, newest first, and the log they come from."""

    cases: list[Case]
    position: int
    head: str
    at: str

    @property
    def confirmed(self) -> list[Case]:
        """The cases that stand."""
        return [case for case in self.cases if case.status == CONFIRMED]


def read_casebook(workspace: Workspace) -> Casebook:
    """Read the casebook from the log. Its time is that of the newest event, so that the same log says the same."""
    log, views = workspace.log, workspace.views
    plots = confirmed_plots(log, views)
    acts = _acts(log, views)
    cases = [_confirmed(log, views, plot, acts) for plot in plots]
    standing = {story_id for plot in plots for story_id in plot.story_ids}
    cases += [
        _withdrawn(views, gone.story_id, gone.opened_at, acts)
        for gone in taken_back(workspace)
        if gone.story_id not in standing
    ]
    cases.sort(key=lambda case: (case.first_reported_at, case.case_id), reverse=True)
    position, head = log.head()
    newest = log.get(position)
    return Casebook(cases, position, head, newest.recorded_at if newest else "")


def _acts(log: LogStore, views: Views) -> dict[str, list[Event]]:
    """Return story -> what reviewers did to it, in log order."""
    acts: dict[str, list[Event]] = defaultdict(list)
    for event in log.read(types=_EVENTS):
        data = event.data
        if isinstance(data, CardConfirmed | CardCorrected):
            acts[stories.standing_story(views, data.story_id) or data.story_id].append(event)
        elif isinstance(data, EntryLabelled | LabelWithdrawn):
            acts[stories.story_of(views, data.entry_id)].append(event)
    return acts


def _confirmed(log: LogStore, views: Views, plot: Plot, acts: dict[str, list[Event]]) -> Case:
    facts = plot.facts
    card = confirmed_card(facts)
    done = sorted((event for one in plot.story_ids for event in acts[one]), key=lambda event: event.position)
    fields = [
        Field(field, codes, words_of(field, codes), _confirmed_by(done, field))
        for field in LIST_FIELDS
        if field in facts.confirmed and (codes := card.codes(field)) and _may_be_printed(field, done)
    ]
    roles = {line.entry_id: line.role for one in plot.story_ids for line in story_facts(log, views, one).sources.lines}
    return Case(
        case_id=plot.case_id, status=CONFIRMED, name=name_of(fields, plot.at), first_reported_at=plot.at,
        confirmed_at=plot.confirmed_at, n_reviewers=len(plot.by), sentence=confirmed_sentence(facts), fields=fields,
        n_publishers=facts.sources.counts.n_publishers, n_independent=facts.sources.counts.n_independent,
        reports=[report for one in plot.entry_ids if (report := _report(log, views, one, roles.get(one, "unknown")))],
        changes=_changes(done),
    )  # fmt: skip


def _withdrawn(views: Views, story_id: str, opened_at: str, acts: dict[str, list[Event]]) -> Case:
    return Case(
        case_id=stories.case_of(views, story_id), status=WITHDRAWN, name="Withdrawn case", first_reported_at=opened_at,
        confirmed_at="", n_reviewers=0, sentence="", fields=[], n_publishers=0, n_independent=0, reports=[],
        changes=_changes(acts[story_id]),
    )  # fmt: skip


def _report(log: LogStore, views: Views, entry_id: str, role: str) -> Report | None:
    row = entries.entry(views, entry_id)
    event = log.get(row.position) if row else None
    if row is None or event is None:
        return None
    return Report(
        entry_id, safe.line(published_by(row) or row.feed, 200), safe.http_link(row.link),
        row.published_at, row.lang, role, row.text_sha, _proven(event),
    )  # fmt: skip


def _may_be_printed(field: str, events: Iterable[Event]) -> bool:
    """Tell whether a field can hold no name, or a reviewer typed what it holds."""
    return field != "target_description" or any(
        isinstance(event.data, CardCorrected) and event.data.field == field for event in events
    )


def _confirmed_by(events: Iterable[Event], field: str) -> Proven | None:
    found = None
    for event in events:
        data = event.data
        if (isinstance(data, CardConfirmed) and field in data.values) or (
            isinstance(data, CardCorrected) and data.field == field
        ):
            found = event
    return _proven(found) if found else None


def _changes(events: Iterable[Event]) -> list[CaseChange]:
    return [CaseChange(what, _proven(event)) for event in events if (what := _what(event))]


def _what(event: Event) -> str:
    """Say what a reviewer did, without a name and without their note."""
    data = event.data
    if isinstance(data, EntryLabelled):
        words = {"plot": "a report of an alleged plot", "not-plot": "no report of a plot", "unsure": "unsure"}
        return f"A reviewer called it {words[data.label]}." if data.label in words else ""
    if isinstance(data, LabelWithdrawn):
        return "A reviewer took that back."
    if isinstance(data, CardCorrected):
        codes = words_of(data.field, data.value) or "not known"
        return f"Corrected by a reviewer. {NAMES.get(data.field, data.field)}: {codes}."
    if isinstance(data, CardConfirmed):
        return f"A reviewer confirmed: {', '.join(NAMES.get(field, field).lower() for field in sorted(data.values))}."
    return ""


def _proven(event: Event) -> Proven:
    return Proven(event.position, event.hash, event.recorded_at)


def words_of(field: str, codes: Iterable[str]) -> str:
    """Return codes in plain words."""
    names = {"linked_states": state_name, "countries": state_name, "services": service_name, "denied_by": _denier}
    name = names.get(field, code_words if field in CLOSED else str)
    return listed([safe.line(name(code), 200) for code in codes])


def _denier(code: str) -> str:
    return state_name(code) if len(code) == 2 and code.isupper() else {"accused": "the accused"}.get(code, code)


def name_of(fields: Iterable[Field], at: str) -> str:
    """Return what a case is called: by act, target and country, never by a person."""
    codes = {item.field: item.codes for item in fields}
    acts = [ACTS[code] for code in codes.get("methods", [])[:2] if code in ACTS]
    targets = [TARGETS[code] for code in codes.get("target_types", [])[:1] if code in TARGETS]
    country = [state_name(code) for code in codes.get("countries", [])[:1]]
    act = listed(acts) if acts else "plot"
    name = f"Alleged {act}" + (f", {targets[0]}" if targets else "") + (f", {country[0]}" if country else "")
    return f"{name}, {month_of(at)}"


def month_of(at: str) -> str:
    """Return a month in words: `October 2025`."""
    return f"{MONTHS[int(at[5:7]) - 1]} {at[:4]}"
