"""One answer into one commit: what the log will know of the feed, said from what the server sent."""

from __future__ import annotations

import pytest

from monitor.fetch.values import FetchResult
from monitor.log.codec import iso
from monitor.log.events import EntryFlagged, EntryRevised, FeedFailed, FeedFetched
from monitor.log.payloads import EntryText, payload_sha
from monitor.poll.schedule import HOST_RESTING
from monitor.poll.values import FeedState
from monitor.worker.intake.assess import Unscored, flagged_event, score_all
from monitor.worker.intake.collect import Collector, Outcome
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, WordModel, rss

BODY = rss(("1", "Alleged plot"), ("2", "Chess"))


def taken(
    workspace: Workspace, clock: Clock, state: FeedState | None = None, **answer: object
) -> tuple[FeedFetched | FeedFailed, Outcome]:
    """Return what the log is told of the feed, and what the tick is."""
    feed = workspace.config.feeds[0]
    result = FetchResult(request_id=feed.feed_id, url=feed.url, **answer)  # type: ignore[arg-type]
    commit = Collector(workspace, "t1", clock()).take(feed, state or FeedState(feed_id=feed.feed_id), result)
    data = commit.events[-1].data
    assert isinstance(data, FeedFetched | FeedFailed)
    return data, commit.outcome


def test_a_first_answer_is_kept_with_its_validators_and_proves_nothing_yet(workspace: Workspace, clock: Clock) -> None:
    """Promise: the next poll can ask conditionally by either validator, and the counts are those of the list."""
    data, outcome = taken(
        workspace, clock, status=200, body=BODY, etag='"v1"', last_modified="Sat, 31 Jan 2026 11:00:00 GMT",
        moved_to="https://site.test/new", duration_s=0.25,
    )  # fmt: skip
    assert isinstance(data, FeedFetched)
    assert (data.etag, data.last_modified, data.moved_to) == (
        '"v1"', "Sat, 31 Jan 2026 11:00:00 GMT", "https://site.test/new",
    )  # fmt: skip
    assert (data.n_entries, data.n_new, data.n_revised, data.overlap) == (2, 2, 0, None)
    assert (data.body_sha, data.n_bytes, data.duration_ms) == (payload_sha(BODY), len(BODY), 250)
    assert (outcome.ok, outcome.heard, outcome.n_new, outcome.n_flagged) == (True, True, 2, 1)


@pytest.mark.parametrize(("items", "overlap"), [((), None), ((("1", "A"), ("3", "B")), True), ((("4", "C"),), False)])
def test_a_list_overlaps_where_it_holds_something_known(
    workspace: Workspace, clock: Clock, items: tuple[tuple[str, str], ...], overlap: bool | None
) -> None:
    """Promise: coverage is proven by a list that reaches back to the poll before, and by nothing else."""
    feed = workspace.config.feeds[0]
    events = Collector(workspace, "t0", clock()).take(
        feed, FeedState(feed_id=feed.feed_id), FetchResult(request_id="alpha", url=feed.url, status=200, body=BODY)
    )
    workspace.append(events.events, events.payloads)
    state = FeedState(feed_id=feed.feed_id, last_ok_at=clock())
    clock.forward(hours=1)
    data, _ = taken(workspace, clock, state, status=200, body=rss(*items))
    assert isinstance(data, FeedFetched)
    assert data.overlap is overlap


def test_nothing_new_keeps_what_the_next_poll_needs(workspace: Workspace, clock: Clock) -> None:
    """Promise: a 304 without validators of its own keeps the old ones; the same bytes again are nothing new."""
    state = FeedState(
        feed_id="alpha", etag='"v1"', last_modified="then", body_sha=payload_sha(BODY), last_ok_at=clock()
    )
    same, _ = taken(workspace, clock, state, status=200, body=BODY, etag='"v2"')
    none, outcome = taken(workspace, clock, state, status=304, not_modified=True)
    assert isinstance(same, FeedFetched)
    assert isinstance(none, FeedFetched)
    assert (same.not_modified, same.etag, same.last_modified, same.n_bytes) == (True, '"v2"', "then", len(BODY))
    assert (none.not_modified, none.etag, none.last_modified, none.n_bytes) == (True, '"v1"', "then", 0)
    assert (same.overlap, none.overlap, outcome.ok, outcome.not_modified) == (True, True, True, True)


@pytest.mark.parametrize(
    ("reason", "status", "n_failures", "heard"),
    [("http-500", 500, 4, True), ("dns", 0, 4, False), (HOST_RESTING, 0, 3, False)],
)
def test_a_failure_counts_where_the_server_was_asked(
    workspace: Workspace, clock: Clock, reason: str, status: int, n_failures: int, heard: bool
) -> None:
    """Promise: a feed is not blamed for a rest that its neighbour caused; who gave no answer was not heard."""
    data, outcome = taken(
        workspace, clock, FeedState(feed_id="alpha", n_failures=3), status=status, error=reason, detail="why"
    )
    assert isinstance(data, FeedFailed)
    assert (data.n_failures, outcome.ok, outcome.heard, outcome.line) == (
        n_failures, False, heard, f"Alpha: {reason}: why",
    )  # fmt: skip
    assert data.next_due_at > iso(clock())


def test_a_list_tells_its_newest_entry(workspace: Workspace, clock: Clock) -> None:
    """Promise: how far a feed has come is the newest date that it lists, and none where it lists none."""
    dated = BODY.replace(b"</guid>", b"</guid><pubDate>Sat, 31 Jan 2026 10:00:00 GMT</pubDate>", 1)
    for body, newest in ((dated, "2026-01-31T10:00:00"), (BODY, "")):
        data, _ = taken(workspace, clock, status=200, body=body)
        assert isinstance(data, FeedFetched)
        assert data.newest_at[:19] == newest


@pytest.mark.parametrize(("alert_at", "band"), [(None, "flag"), (0.9, "alert"), (0.91, "flag"), (0.5, "alert")])
def test_an_alert_is_what_reaches_the_score_that_was_set(alert_at: float | None, band: str) -> None:
    """Promise: at the score itself it is one; where none is set there is none."""
    (scored,) = score_all(WordModel(), [Unscored("a", 0, "x", EntryText("Alleged plot"))], "new")  # type: ignore[arg-type]
    data = flagged_event(WordModel(), scored, alert_at).data  # type: ignore[arg-type]
    assert isinstance(data, EntryFlagged)
    assert (data.band, data.score, [term[2] for term in data.terms_for], data.terms_against) == (
        band,
        0.9,
        ["plot"],
        [],
    )


def test_what_reaches_the_threshold_is_flagged(workspace: Workspace) -> None:
    """Promise: at the threshold, rounded as it is logged, an entry is flagged, and below it not."""
    model = WordModel()
    for threshold, flag in ((0.9, "new"), (0.9 + 4e-7, "new"), (0.900001, "")):
        model.threshold = threshold
        (scored,) = score_all(model, [Unscored("a", 0, "x", EntryText("Alleged plot"))], "new")  # type: ignore[arg-type]
        assert scored.flag == flag


def test_a_counter_that_ticks_is_no_revision_and_a_number_that_is_news_is(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: comments count for nothing, a toll is a revision, as all is once the old words are erased."""
    told = [("Three held. 12 comments", 0), ("Three held. 15 comments", 0), ("Four held. 15 comments", 1)]
    for words, n_revised in told:
        site.pages = {"alpha": (200, rss(("1", words))), "beta": (200, rss())}
        assert run_tick(workspace, force=True).n_revised == n_revised
        clock.forward(hours=2)
    (seen,) = workspace.log.read(types=("entry-revised",))
    assert isinstance(seen.data, EntryRevised)
    workspace.log.append([], recorded_at=iso(clock()), erased=[seen.data.text_sha])
    site.pages["alpha"] = (200, rss(("1", "Four held. 19 comments")))
    assert run_tick(workspace, force=True).n_revised == 1
