"""The audit sample as triage sees it: drawn entries that wait for an answer, and what the answers say was missed."""

from __future__ import annotations

import msgspec

from monitor.learn.quality import Quality, SampleAnswer, estimate
from monitor.log.store import EventStore
from monitor.triage.entries import load_text
from monitor.views.fold import Views


class SampleRow(msgspec.Struct, frozen=True, kw_only=True):
    """An unflagged entry drawn at random, to be labelled like any other."""

    entry_id: str
    day: str
    probability: float
    title: str
    summary: str
    link: str
    feed: str


_LABEL = """(SELECT l.label FROM labels l WHERE l.entry_id = s.entry_id AND l.withdrawn_position IS NULL
    ORDER BY l.position DESC LIMIT 1)"""
_WAITING = f"""SELECT s.entry_id, s.day, s.probability, e.text_sha, e.link, coalesce(f.name, '') FROM samples s
    JOIN entries e ON e.entry_id = s.entry_id LEFT JOIN feeds f ON f.feed_id = e.feed_id
    WHERE {_LABEL} IS NULL AND e.erased = 0 ORDER BY s.day DESC, s.entry_id LIMIT ?"""  # noqa: S608 - our own text
_FOUND = """SELECT count(*) FROM entries e WHERE e.flagged_position IS NOT NULL AND substr(e.seen_at, 1, 10) IN
    (SELECT day FROM sample_days) AND EXISTS (SELECT 1 FROM labels l
    LEFT JOIN story_entries t ON t.entry_id = e.entry_id
    WHERE l.withdrawn_position IS NULL AND l.label = 'plot' AND (l.entry_id = e.entry_id OR
    (l.story_id <> '' AND l.story_id = t.story_id)))"""


def waiting_samples(log: EventStore, views: Views, limit: int = 20) -> list[SampleRow]:
    """Return the drawn entries nobody has answered, the newest day first."""
    rows = []
    for entry_id, day, probability, sha, link, feed in views.db.execute(_WAITING, (limit,)).fetchall():
        text = load_text(log, sha)
        rows.append(
            SampleRow(
                entry_id=entry_id, day=day, probability=probability, title=text.title, summary=text.summary, link=link,
                feed=feed,
            )
        )  # fmt: skip
    return rows


def sample_quality(views: Views) -> Quality | None:
    """Return the estimate of what was missed on the days that were sampled; None where none was."""
    n_drawn, n_population = views.db.execute(
        "SELECT coalesce(sum(n_drawn), 0), coalesce(sum(n_population), 0) FROM sample_days"
    ).fetchone()
    if not n_drawn:
        return None
    rows = views.db.execute(f"SELECT s.probability, {_LABEL} FROM samples s").fetchall()  # noqa: S608 - our own text
    answers = [SampleAnswer(share, label == "plot") for share, label in rows if label in ("plot", "not-plot")]
    n_found = views.db.execute(_FOUND).fetchone()[0]
    return estimate(n_found, answers, n_drawn, n_population)
