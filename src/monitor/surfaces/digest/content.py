"""What a digest or weekly report says: rows to read, cases that moved, confirmed plots, what ails the feeds.

Gathered once, rendered in several forms. The sentences are those of every surface (triage/told.py).
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import msgspec

from monitor.facts.names import state_name
from monitor.learn.calibrate import likely
from monitor.learn.rows import KNOWN
from monitor.log.store import EventStore
from monitor.surfaces import safe
from monitor.surfaces.condition import condition_of
from monitor.triage.moved import MovedCase, moved_cases
from monitor.triage.plots import Plot, confirmed_plots
from monitor.triage.queue import count_queue, list_queue
from monitor.triage.rows import QueueRow
from monitor.triage.samples import SampleRow, read_quality, recall_words, waiting_samples
from monitor.triage.unread import newest_unread
from monitor.views.fold import Views
from monitor.worker.workspace import Workspace

DAY, WEEK = "day", "week"
SPAN = {DAY: timedelta(days=1), WEEK: timedelta(days=7)}
MOVED_ROWS = {DAY: 5, WEEK: 20}
WEEKS = 26
ERASED = "(text erased)"


class DigestContent(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one digest says. `kind` is day or week; a week has the queue's count and none of its rows.

    `plots`: confirmed in the span. `weeks`: plots confirmed in each of the last WEEKS weeks, oldest first. `recall` is
    empty until an audit entry was answered. `web_url` is where triage is served, empty where nobody said.
    """

    kind: str
    day: str
    at: str
    since: str
    rows: list[QueueRow]
    n_waiting: int
    moved: list[MovedCase]
    plots: list[Plot]
    weeks: list[int]
    warnings: list[str]
    n_feeds: int
    n_fresh: int
    samples: list[SampleRow]
    recall: str
    position: int
    head: str
    web_url: str = ""

    @property
    def week(self) -> str:
        """The week in words: `week 5 of 2026`."""
        year, number, _ = (date.fromisoformat(self.day) - timedelta(days=1)).isocalendar()
        return f"week {number} of {year}"

    @property
    def subject(self) -> str:
        """The subject of a message."""
        if self.kind == WEEK:
            return f"Plot watch, {self.week}: {len(self.plots)} confirmed, {len(self.moved)} moved"
        return f"monitor {self.day}: {len(self.rows)} to read"

    @property
    def lead(self) -> str:
        """One line that says what is in it."""
        said = [f"{len(self.rows)} of {self.n_waiting} waiting"] if self.kind == DAY else []
        said.append(f"{len(self.plots)} confirmed {'plot' if len(self.plots) == 1 else 'plots'} in the {self.kind}")
        said.append(f"{len(self.moved)} known {'case' if len(self.moved) == 1 else 'cases'} moved")
        return f"{', '.join(said)}. {self.n_fresh} of {self.n_feeds} feeds are well."

    def desk(self, story_id: str = "") -> str:
        """Return where a story is decided, or the queue; empty where the page's address is not known."""
        if not self.web_url:
            return ""
        return self.web_url + (f"/story/{story_id}" if story_id else "/")


def gather(workspace: Workspace, kind: str = DAY) -> DigestContent:
    """Gather the digest of the day (UTC) the clock shows, or the report of the seven days before."""
    now = workspace.clock()
    log, views, settings = workspace.log, workspace.views, workspace.config.settings
    since = now - SPAN[kind]
    condition = condition_of(workspace)
    position, head = log.head()
    n_day = settings.rows_per_day
    every = confirmed_plots(log, views)
    return DigestContent(
        kind=kind,
        day=now.date().isoformat(),
        at=now.isoformat(),
        since=since.isoformat(),
        rows=_day_rows(log, views, now, n_day) if kind == DAY else [],
        n_waiting=count_queue(views, now),
        moved=moved_cases(log, views, now, limit=MOVED_ROWS[kind], within=SPAN[kind]),
        plots=[plot for plot in every if plot.confirmed_at >= since.isoformat()],
        weeks=_weeks(every, now),
        warnings=[*condition.warnings, *filter(None, [newest_unread(workspace.log, workspace.views).sentence])],
        n_feeds=len(condition.feeds),
        n_fresh=sum(feed.state in ("ok", "new") for feed in condition.feeds),
        samples=waiting_samples(log, views, limit=5) if kind == DAY else [],
        recall=recall_words(read_quality(views)),
        position=position,
        head=head,
        web_url=settings.web.url.rstrip("/"),
    )


def _day_rows(log: EventStore, views: Views, now: datetime, n_day: int) -> list[QueueRow]:
    """Return the day's rows; those of known cases that moved stand in a part of their own."""
    return [row for row in list_queue(log, views, now, n_day=n_day, limit=n_day) if row.behind != KNOWN]


def _weeks(plots: list[Plot], now: datetime) -> list[int]:
    ago = Counter((now - datetime.fromisoformat(plot.confirmed_at)).days // 7 for plot in plots)
    return [ago[number] for number in range(WEEKS - 1, -1, -1)]


def title_of(row: QueueRow) -> str:
    """Return a row's headline as one harmless line."""
    return ERASED if row.erased else safe.line(row.title, 300)


def told_of(row: QueueRow) -> str:
    """Return the plain sentence with its standing, or why there is none."""
    if row.told:
        return f"{safe.line(row.told, 900)} ({row.told_status})"
    return safe.line(row.unread, 200)


def likelihood_of(row: QueueRow) -> str:
    """Return how likely it is that the text is a plot report; never that the allegation is true."""
    return f"score {row.score:.2f}" if row.probability is None else f"{likely(row.probability)} (score {row.score:.2f})"


def facts_of(row: QueueRow) -> str:
    """Return what a row rests on: likelihood, source, when, how many publishers and independent sources."""
    sources = "1 entry"
    if row.n_entries > 1:
        publishers = f"{row.n_publishers} publisher{'' if row.n_publishers == 1 else 's'}"
        sources = f"{row.n_entries} entries, {publishers}, {row.n_independent} independent"
    behind = f", behind: {row.behind}" if row.behind else ""
    behind += f", answered {safe.line(row.answered, 200)}" if row.answered else ""
    at = row.published_at[:16].replace("T", " ")
    when = f", {at} UTC" if at else ""
    return f"{likelihood_of(row)}, {safe.line(row.publisher or row.feed, 80)}{when}, {sources}{behind}"


def why_of(row: QueueRow) -> str:
    """Return why the machine shows it, in phrases."""
    return "; ".join(safe.line(reason.text, 100) for reason in row.reasons.for_it)


def plot_line(plot: Plot) -> str:
    """Return what a confirmed plot's reports tell, with its standing."""
    told = f"{safe.line(plot.facts.sentence, 900)} ({plot.facts.status})" if plot.facts.sentence else ""
    return told or "Nobody is accused in these reports, as far as the machine reads them."


def plot_sources(plot: Plot) -> str:
    """Return a confirmed plot's sources and reviewers."""
    parts = [str(plot.facts.sources), f"labelled plot by {safe.line(', '.join(plot.by), 200)}"]
    arrested = plot.facts.card.codes("n_arrested")
    parts += [f"reports differ: {' or '.join(arrested)} arrested"] if len(arrested) > 1 else []
    denying = [state_name(code) for code in plot.facts.card.codes("denied_by") if len(code) == 2 and code.isupper()]
    parts += [f"denied by {', '.join(denying)}"] if denying else []
    return "; ".join(parts)


def moved_line(case: MovedCase) -> str:
    """Return what is new in a case and who says so."""
    return f"{safe.line('; '.join(case.what), 300)}; {safe.line(case.publisher, 80)}, {case.seen_at[:10]}"
