"""Commits of many feeds written together, and one feed's fault kept from the others.

Owns when a batch is written and what happens where one cannot be: the batch is written feed by feed, and the feed at
fault becomes a feed-failed event. What concerns all feeds (the disk, the log, the model) stops the tick as before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import msgspec

from monitor.config.values import FeedConfig
from monitor.fetch.values import FetchResult
from monitor.log.events import Event, PayloadErased
from monitor.poll.values import FeedState
from monitor.worker.faults import INTERNAL_ERROR, in_words, raise_what_concerns_all
from monitor.worker.intake.collect import Collector, Commit, Outcome
from monitor.worker.workspace import Workspace

# Feeds are committed together, each whole: one disk flush for many, and pages of the indexes are written less often.
# A kill costs the feeds of one batch a second fetch. Bodies are kept until their batch is written.
BATCH_FEEDS = 128
BATCH_EVENTS = 4096
BATCH_BYTES = 64 << 20
# What another worker wrote that a commit of ours may have to build on: linked as if it had come first.
LINKS = ("entry-flagged", "story-opened", "story-joined", "story-merged", "story-split", "payload-erased")


class _Taken(msgspec.Struct, frozen=True):
    """An answer and the commit made of it, which can be made again from it."""

    feed: FeedConfig
    state: FeedState
    result: FetchResult
    commit: Commit


class Batch:
    """The commits that wait to be written; `done` is told the outcome of each that was."""

    def __init__(self, workspace: Workspace, collector: Collector, done: Callable[[Outcome], None]) -> None:
        self._workspace = workspace
        self._collector = collector
        self._done = done
        self._waiting: list[_Taken] = []
        self._n_events = self._n_bytes = 0

    def take(self, feed: FeedConfig, state: FeedState, result: FetchResult) -> Outcome:
        """Make a commit of an answer and write the batch where it is full; return what the answer came to."""
        taken = self._taken(feed, state, result)
        self._waiting.append(taken)
        self._n_events += len(taken.commit.events)
        self._n_bytes += len(result.body or b"")
        if self._n_events >= BATCH_EVENTS or len(self._waiting) >= BATCH_FEEDS or self._n_bytes >= BATCH_BYTES:
            self.write()
        return taken.commit.outcome

    def write(self) -> None:
        """Append all that waits in one transaction; where that is refused for what a feed sent, feed by feed."""
        waiting, self._waiting = self._waiting, []
        self._n_events = self._n_bytes = 0
        if not waiting:
            return
        waiting = self._after_others(waiting, LINKS)
        error = self._try([taken.commit for taken in waiting])
        if error is not None and (anew := self._after_others(waiting, None)) is not waiting:
            waiting = anew
            error = self._try([taken.commit for taken in waiting])
        if error is not None:
            self._write_apart(waiting)

    def _after_others(self, waiting: list[_Taken], types: Sequence[str] | None) -> list[_Taken]:
        """Make commits anew where other workers on this log wrote such events since the last look; any for None.

        Whose commit flags nothing builds on nobody's stories, and stays as it is: parsing and scoring cost the most.
        """
        workspace, before = self._workspace, self._workspace.views.position
        if not workspace.log.claims.shared or workspace.views.catch_up() == before:
            return waiting
        others = workspace.log.read(after=before, types=types)
        written = {event.type for event in (others if types else islice(others, 1))}
        if not written:
            return waiting
        self._collector.forget()
        whole = not types or PayloadErased.type in written
        return [
            self._taken(taken.feed, taken.state, taken.result) if whole or _links(taken.commit) else taken
            for taken in waiting
        ]

    def _write_apart(self, waiting: Sequence[_Taken]) -> None:
        """Append each commit alone. Behind one that fails, commits are made anew: they may build on its stories."""
        is_stale = False
        for taken in waiting:
            if is_stale:
                taken = self._taken(taken.feed, taken.state, taken.result)
            error = self._try([taken.commit])
            if error is not None:
                self._append([self._isolated(taken.feed, taken.state, taken.result, error)])
                is_stale = True

    def _taken(self, feed: FeedConfig, state: FeedState, result: FetchResult) -> _Taken:
        try:
            commit = self._collector.take(feed, state, result)
        except Exception as error:
            raise_what_concerns_all(error)
            self.write()  # the stories of the answers before this one are read from the log again
            commit = self._isolated(feed, state, result, error)
        return _Taken(feed, state, result, commit)

    def _isolated(self, feed: FeedConfig, state: FeedState, result: FetchResult, error: Exception) -> Commit:
        """Return the commit of a feed whose answer cannot be recorded: a failure that says why."""
        self._collector.forget()
        return self._collector.failed(feed, state, result, INTERNAL_ERROR, in_words(error, "answer"))

    def _try(self, commits: Sequence[Commit]) -> Exception | None:
        """Append commits, or return why what they hold was refused; nothing was written then."""
        try:
            appended = self._log(commits)
        except Exception as error:
            raise_what_concerns_all(error)
            return error
        self._fold(appended, commits)
        return None

    def _append(self, commits: Sequence[Commit]) -> None:
        self._fold(self._log(commits), commits)

    def _log(self, commits: Sequence[Commit]) -> Sequence[Event]:
        events = [event for commit in commits for event in commit.events]
        payloads = {sha: body for commit in commits for sha, body in commit.payloads.items()}
        return self._workspace.write(events, payloads)

    def _fold(self, appended: Sequence[Event], commits: Sequence[Commit]) -> None:
        self._workspace.views.fold(appended)
        for commit in commits:
            self._done(commit.outcome)


def _links(commit: Commit) -> bool:
    """Say whether a commit flags or links something."""
    return any(event.data.type in LINKS for event in commit.events)
