"""The audit sample as triage sees it: drawn entries that wait for an answer, and what the answers say was missed."""

from __future__ import annotations

import msgspec

from monitor.learn.labels import list_decisions, verdicts
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
# CROSS JOIN: the samples first, which are few; the planner would rather walk all entries.
_WAITING = f"""SELECT s.entry_id, s.day, s.probability, e.text_sha, e.link, coalesce(f.name, '') FROM samples s
    CROSS JOIN entries e ON e.entry_id = s.entry_id LEFT JOIN feeds f ON f.feed_id = e.feed_id
    WHERE {_LABEL} IS NULL AND e.erased = 0 ORDER BY s.day DESC, s.entry_id LIMIT ?"""  # noqa: S608 - our own text


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


def read_quality(views: Views, since: str = "") -> Quality:
    """Read found plots, the sample and its answers from the views, and estimate.

    An entry's own verdict counts; where it has none, the newest verdict on another entry of its story.
    """
    settled, _ = verdicts(list_decisions(views))
    own = {verdict.entry_id: verdict.plot for verdict in settled}
    of_story = {verdict.story_id: verdict.plot for verdict in settled}

    def plot(entry_id: str, story_id: str) -> bool | None:
        return own.get(entry_id, of_story.get(story_id))

    flagged = views.db.execute(
        """SELECT e.entry_id, coalesce(s.story_id, 's' || e.entry_id) FROM entries e
           LEFT JOIN story_entries s ON s.entry_id = e.entry_id
           WHERE e.flagged_position IS NOT NULL AND e.seen_at >= ?
             AND NOT EXISTS (SELECT 1 FROM samples p WHERE p.entry_id = e.entry_id)""",
        (since,),
    )
    n_found = sum(plot(*row) is True for row in flagged)
    drawn = views.db.execute("SELECT entry_id, probability FROM samples WHERE day >= ?", (since,)).fetchall()
    answers = [SampleAnswer(probability, own[entry_id]) for entry_id, probability in drawn if entry_id in own]
    population = views.db.execute("SELECT sum(n_population) FROM sample_days WHERE day >= ?", (since,)).fetchone()[0]
    return estimate(n_found, answers, len(drawn), int(population or 0))
