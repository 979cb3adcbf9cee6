"""Follow-ups of confirmed cases on a labelled stream: how many of their later reports are shown, in how many rows.

The log, stories, queue and labels of `_queue`; each row that shows a plot is answered `plot` and its story linked to
the plot's case, as a reader does. From the next day on, what continues a confirmed case is asked of the worker's own
rule and flagged as the worker does. Counted apart from the day's rows, as the product shows them.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import msgspec

from bench._queue import Flags, date, day_rows, flag, flags_of
from monitor.classify.modelstore import cold_model
from monitor.learn.replay.streams import PLOT, StreamEntry, StreamLabel, read_labels, read_stream
from monitor.log.codec import iso
from monitor.log.events import FeedAdded, NewEvent, StoryLinked
from monitor.log.memory import MemoryLog
from monitor.stories.link import Linker
from monitor.triage.decide import label_entry
from monitor.views.fold import Views, open_views
from monitor.views.queries.cases import FOLLOW_UP
from monitor.views.queries.stories import story_of
from monitor.worker.intake.assess import SCORE_DIGITS
from monitor.worker.intake.followups import known_cases
from monitor.worker.intake.linking import JOIN, MERGE, WINDOW

WANTED_RECALL, MOST_ROWS = 0.90, 3


class Counted(msgspec.Struct):
    """Later entries of confirmed plots: all, flagged by score, followed; entries that followed what they are not of."""

    n: int = 0
    flagged: int = 0
    followed: int = 0
    wrong: int = 0
    rows: list[int] = msgspec.field(default_factory=list)
    unseen: list[str] = msgspec.field(default_factory=list)


def run(data: Path, rows: int) -> bool:
    """Print the figures of the quarter and tell whether they are what is wanted."""
    folder = data / "stream"
    stream, labels = read_stream(folder / "2023q1.jsonl.gz"), read_labels(folder / "2023q1.labels.tsv")
    model = cold_model()
    by_day: Flags = defaultdict(list)
    for e in stream:
        by_day[e.day].append((e, round(model.score(e.title, e.summary, e.text, e.lang), SCORE_DIGITS)))
    days = sorted(by_day)
    flags, _ = flags_of(days, by_day, rows, floor=True)
    found = Replayed(labels).run(days, by_day, flags, rows)
    recall = (found.flagged + found.followed) / max(found.n, 1)
    ok = recall >= WANTED_RECALL and max(found.rows) <= MOST_ROWS
    print(f"2023q1: {found.n} entries about a plot after the day it was confirmed, {rows} rows a day")
    print(f"  flagged by their score {found.flagged}, followed {found.followed}; wrongly {found.wrong}")
    for title in found.unseen:
        print(f"  not shown: {title}")
    print(
        f"{'ok    ' if ok else 'MISSED'} entry recall {recall:.3f} (at least {WANTED_RECALL}), follow-ups in a day of "
        f"at most {max(found.rows)} cases (wanted {MOST_ROWS}), {sum(found.rows) / len(days):.2f} on average"
    )
    return ok


class Replayed:
    """A log that fills day by day with flags, follow-ups and a reader's answers."""

    def __init__(self, labels: dict[str, StreamLabel]) -> None:
        self.labels = labels
        self.log = MemoryLog()
        self.views: Views = open_views(None, self.log)
        self.linker = Linker(window_s=WINDOW.total_seconds(), join=JOIN, merge=MERGE)
        self.case_of: dict[str, str] = {}
        self.counted = Counted()

    def run(self, days: list[str], by_day: Flags, flags: Flags, rows: int) -> Counted:
        """Go through the days."""
        feed = FeedAdded(feed_id="f", url="https://x.test/", name="F")
        self.log.append([NewEvent("feed-added:f:0", feed)], recorded_at=iso(date(days[0])))
        for day in days:
            now = date(day)
            flag(self.log, self.linker, flags[day], now)
            self.views.catch_up()
            self._follow(by_day[day], {entry.entry_id for entry, _ in flags[day]}, day)
            for row in day_rows(self.log, self.views, now, rows, by_rule=True):
                plots = {self._plot(entry_id) for entry_id in row.entry_ids} - {""}
                verdict = "plot" if plots else "not-plot"
                label_entry(self.log, self.views, row.entry_id, verdict, by="reader", now=now + timedelta(hours=1))
                for plot in plots:
                    self._link(row.story_id, self.case_of.setdefault(plot, row.case_id), row.case_id, day)
        return self.counted

    def _plot(self, entry_id: str) -> str:
        label = self.labels.get(entry_id)
        return label.plot if label and label.label == PLOT else ""

    def _follow(self, today: list[tuple[StreamEntry, float]], flagged: set[str], day: str) -> None:
        known, found = known_cases(self.log, self.views, date(day)), self.counted
        moved: set[str] = set()
        follow: list[tuple[StreamEntry, float, str]] = []
        for entry, score in today if known.any else ():
            confirmed = self._plot(entry.entry_id) in self.case_of
            found.n += confirmed
            if entry.entry_id in flagged:
                found.flagged += confirmed
                continue
            match = known.continued(score, entry.title, entry.summary)
            if match is None:
                found.unseen += [f"{entry.title} ({score:.2f})"] if confirmed else []
                continue
            moved.add(match.case_id)
            found.followed += confirmed
            found.wrong += not confirmed
            follow.append((entry, score, match.case_id))
        found.rows.append(len(moved))
        for entry, score, case_id in follow:
            flag(self.log, self.linker, [(entry, score)], date(day), f"{FOLLOW_UP}{case_id}")
            self.views.catch_up()
            story = story_of(self.views, entry.entry_id)
            if story == f"s{entry.entry_id}":
                self._link(story, case_id, story, day)

    def _link(self, story_id: str, case_id: str, was: str, day: str) -> None:
        if case_id != was:
            linked = StoryLinked(story_id=story_id, case_id=case_id)
            self.log.append([NewEvent(f"story-linked:{story_id}:{case_id}", linked)], recorded_at=iso(date(day)))
            self.views.catch_up()
