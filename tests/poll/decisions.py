"""What polling decides in many invented situations, written down: fixtures/golden/decisions/NAME.tsv.

    python -m tests.poll.decisions    makes the files anew, after a change of a rule; read the difference

The situations are drawn from few values, the bounds of the rules among them, so that every bound is met from both
sides. Long answers are told by eight digits of their SHA-256.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from monitor.config.values import FeedConfig
from monitor.fetch.values import FetchResult
from monitor.log.codec import iso
from monitor.log.events import EventData, FeedAdded, FeedChanged, FeedFailed, FeedFetched, FeedRemoved, NewEvent
from monitor.log.memory import MemoryLog
from monitor.parse.values import ParsedEntry, ParsedFeed
from monitor.poll import schedule
from monitor.poll.coverage import FeedCoverage, coverage
from monitor.poll.health import FeedFacts, judge
from monitor.poll.identity import Was, identify
from monitor.poll.values import FeedState
from monitor.views.fold import open_views
from tests.conftest import ROOT

FOLDER = ROOT / "fixtures" / "golden" / "decisions"
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ERRORS = ("timeout", "dns", "http-410", "http-500", "http-429", "host-resting", "not-a-feed", "http-404")


def _digits(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:8]


def _drawn(seed: int) -> random.Random:
    return random.Random(seed)  # the same on every machine


def _unnamed(feed: FeedCoverage) -> FeedCoverage:
    """Leave out what a feed is called: the views know its newest name, the log that of the time."""
    return msgspec.structs.replace(feed, name="")


def covered() -> Iterator[str]:
    """Yield what the log proves of two feeds' invented weeks, read whole and from shortly before the window."""
    draw = _drawn(3)
    for number in range(150):
        log, watched = MemoryLog(), frozenset[str]()
        at = NOW - 100 * HOUR
        for n in range(draw.randint(1, 24)):
            feed = draw.choice("ffg")
            what = draw.choice(("good",) * 5 + ("none", "lost", "same", "failed", "failed", "removed", "changed"))
            polled = FeedFetched(
                feed_id=feed, status=200, n_entries=draw.randint(0, 3), interval_s=draw.choice((3600, 7200)),
                overlap={"none": None, "lost": False}.get(what, True), not_modified=what == "same",
            )  # fmt: skip
            happened: dict[str, EventData] = {
                "failed": FeedFailed(feed_id=feed, reason="timeout", detail=draw.choice(("", "no answer"))),
                "removed": FeedRemoved(feed_id=feed),
                "changed": FeedChanged(feed_id=feed, url="https://a.example/", name=f"Feed {feed}{n}"),
            }
            if feed not in watched:
                what = "added"
            watched = watched - {feed} if what == "removed" else watched | {feed}
            added = FeedAdded(feed_id=feed, url="https://a.example/", name=f"Feed {feed}")
            log.append(
                [NewEvent(f"{n}", added if what == "added" else happened.get(what, polled))], recorded_at=iso(at)
            )
            at += draw.choice((0, 1, 1, 2, 2, 3, 4, 5)) * HOUR
        since = NOW - draw.choice((100, 99, 90, 80, 60)) * HOUR
        until = max(since + HOUR, NOW - draw.choice((0, 40, 50, 60, 70)) * HOUR)
        found = coverage(log, since, until)
        near = coverage(log, since, until, open_views(None, log), lead=2)
        assert [_unnamed(each) for each in near] == [_unnamed(each) for each in found]
        for feed_ in found:
            spans = " ".join(
                f"{s.state}:{(s.since - since) / HOUR:g}-{(s.until - since) / HOUR:g}" for s in feed_.spans
            )
            why = _digits([span.why for span in feed_.spans])
            yield f"{number}\t{feed_.name}\t{feed_.n_good}\t{feed_.n_failed}\t{feed_.share}\t{spans}\t{why}"
        if not found:
            yield f"{number}\tnothing"


def judged() -> Iterator[str]:
    """Yield what is said of feeds in invented states."""
    draw = _drawn(5)
    hours = (1, 19, 20, 21, 48, 71, 72, 73, 100, 167, 168, 169, 200, 400)
    for _ in range(400):
        bad = draw.random() < 0.35
        facts = FeedFacts(
            added_at=NOW - draw.choice(hours) * HOUR,
            last_ok_at=draw.choice((None, NOW - 2 * HOUR, NOW, NOW)),
            last_new_at=draw.choice((None, *(NOW - n * HOUR for n in hours))),
            error=draw.choice(ERRORS) if bad else "", detail=draw.choice(("", "no answer")),
            n_failures=draw.choice((0, 1, 2)) if bad else 0, n_empty=draw.choice((0, 0, 0, 1, 2, 3)),
            moved_to=draw.choice(("", "", "https://new.example/")), warning=draw.choice(("", "odd")),
            kind=draw.choice(("feed", "page", "json", "sitemap")), n_listed=draw.choice((0, 1, 5, 10, 11)),
            n_usual=draw.choice((0, 10, 20, 40)),
            shrunk_at=draw.choice((None, None, None, NOW - 20 * HOUR, NOW - 21 * HOUR)), partial=draw.random() < 0.2,
        )  # fmt: skip
        step = draw.choice((1, 10, 36, 84, 100))
        times = [NOW - (2 + n * step) * HOUR for n in range(draw.choice((0, 1, 4, 5, 6, 20)))]
        state, what = judge(facts, NOW, lambda times=times: times)  # type: ignore[misc]
        yield f"{state}\t{what}"


def scheduled() -> Iterator[str]:
    """Yield when feeds in invented states are due, asked next after good and bad answers, and how."""
    draw = _drawn(7)
    waits = (0, 1, 59, 60, 61, 3599, 3600, 3601, 14_399, 14_400, 86_399, 86_400, 86_401, 200_000)

    def ago(none: float = 0.2) -> datetime | None:
        return None if draw.random() < none else NOW - timedelta(seconds=draw.choice(waits))

    def ahead() -> datetime | None:
        return draw.choice((None, NOW + timedelta(seconds=draw.choice((-1, *waits)))))

    for _ in range(500):
        feed = FeedConfig(feed_id=draw.choice("abc"), url="http://a.example/f", name="A",
                          interval_s=draw.choice((None, None, 60, 1800, 86_400)))  # fmt: skip
        state = FeedState(
            feed_id=feed.feed_id, url=draw.choice(("", feed.url, "http://b.example/f")), last_ok_at=ago(),
            last_full_at=ago(), last_try_at=draw.choice((ago(), NOW + timedelta(seconds=draw.choice((299, 300, 301))))),
            next_due_at=ahead(), interval_s=draw.choice((0, 300, 301, 428, 429, 1800, 7200, 21_600)),
            n_failures=draw.choice((0, 0, 1, 2, 16, 17, 18)), etag=draw.choice(("", '"e"')),
            last_modified=draw.choice(("", "Sat")), refused=draw.random() < 0.3,
            validators_lie=draw.random() < 0.1, validators_refused=draw.random() < 0.2,
        )  # fmt: skip
        error, n = draw.choice(("", "", *ERRORS)), draw.choice((0, 1, 3, 4))
        result = FetchResult(
            request_id=feed.feed_id, url=feed.url, status=draw.choice((200, 200, 304, 429, 503)), error=error,
            etag=draw.choice(("", '"e"', '"f"')), last_modified=draw.choice(("", "Sat", "Sun")),
            not_modified=draw.random() < 0.2, max_age_s=draw.choice((None, 0.0, 1500.0, 14_399.0, 14_401.0)),
            retry_after_s=draw.choice((None, None, 0.0, 59.0, 61.0, 3601.0, 86_401.0)),
        )  # fmt: skip
        skipped = draw.choice((frozenset(), frozenset(range(12, 15)), frozenset(range(24)), frozenset({13, 23, 0})))
        entries = [ParsedEntry(guid="g", link="", title="t", summary="")] * draw.choice((0, 3, 9, 12))
        parsed = draw.choice(
            (None, ParsedFeed(entries=entries, skip_hours=skipped, ttl_s=draw.choice((None, 5_000.0))))
        )
        overlap = draw.choice((None, True, False))
        good = schedule.after_success(state, feed, result, NOW, base_s=1800, parsed=parsed, n_new=n, overlap=overlap)
        bad = schedule.after_failure(state, feed, result, NOW, base_s=1800)
        asked = schedule.request_for(feed, state, NOW)
        waits_s = " ".join(f"{(p.due_at - NOW).total_seconds():.3f}:{p.interval_s}:{p.why}" for p in (good, bad))
        others = [msgspec.structs.replace(state, url=url) for url in ("http://a.example/1", "http://A.example/2")]
        yield "\t".join([
            str(int(schedule.is_due(state, NOW))), waits_s, asked.etag, asked.last_modified,
            str(int(schedule.validators_lie(state, result, n))), ",".join(schedule.resting_hosts(others, NOW)),
        ])  # fmt: skip


def identified() -> Iterator[str]:
    """Yield what invented documents come to, one after the other: feeds that make guids anew, repeat or edit."""
    draw = _drawn(11)
    links = ("https://a.example/1", "http://www.a.example/1/", "https://a.example/2?t=5", "https://a.example/", "",
             "https://a.example/2?t=6", "https://a.example/?id=3", "https://b.example/1#x")  # fmt: skip
    moments = (None, NOW, NOW - HOUR, NOW - 12 * HOUR)
    for number in range(300):
        known: dict[str, Was] = {}
        texts: dict[str, str] = {}
        told = []
        for _ in range(draw.randint(2, 4)):
            entries = []
            for _ in range(draw.randint(1, 5)):
                at = draw.choice(moments)
                entries.append(ParsedEntry(
                    guid=draw.choice(("", "1", "2", "3", "4", "5")), link=draw.choice(links),
                    title=draw.choice(("A ferry", "A ferry late", "Tea", "")),
                    summary=draw.choice(("one two", "three")),
                    published_at=at, published_raw=iso(at) if at else draw.choice(("", "today")),
                ))  # fmt: skip
            changes = identify("f", entries, known, texts.__getitem__)
            for change in changes:
                entry = change.entry
                texts[change.text_sha] = f"{entry.title} {entry.summary}"
                published = iso(entry.published_at) if entry.published_at else ""
                known[change.entry_id] = Was(change.revision, change.text_sha, entry.link, published)
            told += [
                f"{c.entry_id[:4]}{c.kind[0]}{c.revision}{''.join(part[0] for part in c.changed)}" for c in changes
            ]
            told.append("|")
        yield f"{number}\t{' '.join(told)}"


FILES: dict[str, Callable[[], Iterator[str]]] = {
    "covered": covered, "judged": judged, "scheduled": scheduled, "identified": identified,
}  # fmt: skip


def main(write: Callable[[str], object] = print) -> None:
    """Make the files anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, lines in FILES.items():
        (FOLDER / f"{name}.tsv").write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
        write(str(FOLDER / f"{name}.tsv"))


if __name__ == "__main__":
    main()
