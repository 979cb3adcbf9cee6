"""Which labels count for learning: latest per reviewer, withdrawn and unsure left out, one verdict per entry.

Reads the views and the payloads; decides nothing about weights (train.py). Verdicts come in the order of the log, so
the same log gives the same training set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from monitor.learn.train import Labelled, Text
from monitor.log.payloads import read_entry_payload
from monitor.log.store import EventStore
from monitor.views.fold import Views

PLOT, NOT_PLOT, UNSURE = "plot", "not-plot", "unsure"


class Decision(msgspec.Struct, frozen=True):
    """One decision as the log has it. `day` is the UTC day it was recorded."""

    position: int
    entry_id: str
    story_id: str
    label: str
    by: str
    at: str
    sample: bool = False
    withdrawn: bool = False
    source: str = ""
    note: str = ""

    @property
    def day(self) -> str:
        """The UTC day of the decision."""
        return self.at[:10]


class Verdict(msgspec.Struct, frozen=True):
    """What the reviewers together say of an entry; `votes` is (plot, not-plot)."""

    entry_id: str
    story_id: str
    plot: bool
    votes: tuple[int, int]
    position: int
    sample: bool = False


def list_decisions(views: Views, *, upto: int | None = None) -> list[Decision]:
    """Return every decision in log order, withdrawn ones included."""
    rows = views.db.execute(
        """SELECT l.position, l.entry_id, coalesce(s.story_id, nullif(l.story_id, ''), 's' || l.entry_id), l.label,
               l.by, l.at, l.sample, l.withdrawn_position, l.source, l.note
           FROM labels l LEFT JOIN story_entries s ON s.entry_id = l.entry_id ORDER BY l.position"""
    )
    return [
        Decision(
            row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]), withdrawn=row[7] is not None, source=row[8],
            note=row[9],
        )
        for row in rows
        if upto is None or row[0] <= upto
    ]  # fmt: skip


def verdicts(decisions: Iterable[Decision]) -> tuple[list[Verdict], list[str]]:
    """Return one verdict per entry, and the entries on which reviewers are evenly split (left out).

    Of each reviewer the latest decision on an entry counts; `unsure` takes back an earlier verdict and casts no vote.
    """
    latest: dict[str, dict[str, Decision]] = {}
    for decision in decisions:
        if not decision.withdrawn:
            latest.setdefault(decision.entry_id, {})[decision.by] = decision
    settled, split = [], []
    for entry_id, by_reviewer in latest.items():
        votes = [decision for decision in by_reviewer.values() if decision.label != UNSURE]
        n_plot = sum(decision.label == PLOT for decision in votes)
        n_not = len(votes) - n_plot
        if n_plot == n_not:
            if votes:
                split.append(entry_id)
            continue
        last = max(votes, key=lambda decision: decision.position)
        sample = any(decision.sample for decision in votes)
        settled.append(Verdict(entry_id, last.story_id, n_plot > n_not, (n_plot, n_not), last.position, sample))
    return sorted(settled, key=lambda verdict: verdict.position), sorted(split)


def labelled_texts(views: Views, log: EventStore, settled: Sequence[Verdict]) -> list[Labelled]:
    """Return the verdicts with their texts; entries whose text was erased are left out."""
    found = []
    for verdict in settled:
        row = views.db.execute(
            """SELECT e.text_sha, e.lang, coalesce(nullif(s.publisher, ''), nullif(e.source_name, ''),
                   nullif(f.publisher, ''), e.feed_id), p.probability
               FROM entries e LEFT JOIN story_entries s ON s.entry_id = e.entry_id
               LEFT JOIN feeds f ON f.feed_id = e.feed_id LEFT JOIN samples p ON p.entry_id = e.entry_id
               WHERE e.entry_id = ?""",
            (verdict.entry_id,),
        ).fetchone()
        content = read_entry_payload(log.payload(row[0])) if row else None
        if content is None:
            continue
        weight = 1.0 / row[3] if verdict.sample and row[3] else 1.0
        text = Text(f"entry:{verdict.entry_id}", content.title, content.summary, content.text, row[1])
        found.append(Labelled(text, verdict.plot, weight, verdict.story_id, row[2]))
    return found


def background_texts(views: Views, log: EventStore, n: int) -> list[Text]:
    """Return the texts of at most `n` recent entries nobody flagged or labelled: contrast for training."""
    rows = views.db.execute(
        """SELECT e.entry_id, e.text_sha, e.lang FROM entries e
           WHERE e.flagged_position IS NULL AND e.erased = 0
             AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.entry_id = e.entry_id AND l.withdrawn_position IS NULL)
           ORDER BY e.position DESC LIMIT ?""",
        (n,),
    ).fetchall()
    texts = []
    for entry_id, sha, lang in reversed(rows):
        content = read_entry_payload(log.payload(sha))
        if content is not None:
            texts.append(Text(f"background:{entry_id}", content.title, content.summary, content.text, lang))
    return texts
