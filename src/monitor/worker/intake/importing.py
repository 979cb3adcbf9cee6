"""Archives into the log: entries with their own dates, scored, flagged into a queue of their own, linked to each other.

An archive is a source of its own that is never asked. What it brings is marked as backfill: it stands apart from the
day's rows, draws no audit sample, sends no alert and says nothing of what a day brings. Entries are known by their
link, so that reading the same file again, or another that holds the same pages, changes nothing. Batches are whole:
a kill costs one batch, and the next run passes over what is there. Of several workers each takes the next file that
nobody has in hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from monitor.archive.values import Piece, Refused
from monitor.config.values import FeedConfig
from monitor.errors import KeyConflictError, MonitorError
from monitor.log.events import ArchiveImported, EntryRevised, EntrySeen, FeedAdded, NewEvent
from monitor.log.payloads import entry_payload, payload_sha
from monitor.parse.feed import finish
from monitor.parse.raw import RawEntry, RawFeed
from monitor.parse.values import ParsedEntry
from monitor.poll.identity import Change, page_id_of
from monitor.views.queries.entries import KnownEntry, known_entries
from monitor.worker.intake.batch import LINKS
from monitor.worker.intake.entries import EntryReader
from monitor.worker.shards import share_out
from monitor.worker.workspace import Workspace

BATCH = 2_000
TRIES = 4  # of a batch another worker's was in the way of
BATCH_CHARS = 16 << 20  # of texts: a batch of articles is a smaller one


class Imported(msgspec.Struct, kw_only=True):
    """What one file came to. `refused` holds the first pieces that gave no entry."""

    file: str
    n_read: int = 0
    n_new: int = 0
    n_revised: int = 0
    n_flagged: int = 0
    n_refused: int = 0
    done_before: bool = False
    refused: list[Refused] = []


MAX_REFUSED_KEPT = 20
Progress = Callable[[Imported], None]
T = TypeVar("T")


class Importer:
    """Brings files into one archive."""

    def __init__(self, workspace: Workspace, source: FeedConfig, now: datetime) -> None:
        self._workspace = workspace
        self._source = source
        self._now = now
        self._reader = EntryReader(workspace, now, backfill_of=source.feed_id)

    def begin(self) -> None:
        """Put the archive into the log as a source, once. Raises LogBrokenError and StorageError."""
        self._workspace.log.check_writable()
        source = self._source
        data = FeedAdded(
            feed_id=source.feed_id, url=source.url, name=source.name, publisher=source.publisher,
            language=source.language, country=source.country, group=source.group, kind="archive",
        )  # fmt: skip
        if self._workspace.log.by_key(f"archive-added:{source.feed_id}") is None:
            self._workspace.append([NewEvent(f"archive-added:{source.feed_id}", data)])

    def share_out(
        self, files: Iterable[T], sha: Callable[[T], str], take: Callable[[T, str], Imported]
    ) -> Iterator[tuple[T, Imported]]:
        """Yield what each file came to, those that other workers had in hand last; `take` reads one, given its SHA."""
        with_shas = ((file, sha(file)) for file in files)
        shards = share_out(
            self._workspace,
            with_shas,
            lambda each: f"import {self._source.feed_id} {each[1]}",
            lambda each: take(*each),
        )
        yield from ((file, done) for (file, _), done in shards)

    def take(
        self, file: str, file_sha: str, pieces: Iterable[Piece | ParsedEntry], progress: Progress = lambda _: None
    ) -> Imported:
        """Read one file to its end, batch by batch. A file read before, byte for byte, is passed over.

        Raises what `pieces` raises, after what came before is written.
        """
        done = Imported(file=file, refused=[])
        key = f"archive-imported:{self._source.feed_id}:{file_sha}"
        if self._workspace.log.by_key(key) is not None:
            done.done_before = True
            return done
        for batch in _batches(pieces, done):
            self._write(batch, done)
            progress(done)
        data = ArchiveImported(
            feed_id=self._source.feed_id, file=file, file_sha=file_sha, n_read=done.n_read, n_new=done.n_new,
            n_revised=done.n_revised, n_flagged=done.n_flagged, n_refused=done.n_refused,
        )  # fmt: skip
        self._workspace.append([NewEvent(key, data)])
        return done

    def _write(self, entries: Sequence[ParsedEntry], done: Imported) -> None:
        """Append one batch, whole; where it holds two texts of one page, one after the other."""
        done.n_read += len(entries)
        run: dict[str, Change] = {}
        for entry in entries:
            payload = entry_payload(entry.title, entry.summary, entry.text)
            change = Change(page_id_of(self._source.feed_id, entry), "new", 0, entry, payload, payload_sha(payload))
            before = run.get(change.entry_id)
            if before is not None and before.text_sha != change.text_sha:
                self._append(run, done)
                run = {}
            run.setdefault(change.entry_id, change)
        self._append(run, done)

    def _append(self, run: Mapping[str, Change], done: Imported) -> None:
        """Append what is new of a run. Where others wrote meanwhile, it is built on what they wrote."""
        for tries_left in reversed(range(TRIES)):
            changes, held = self._changes(run)
            if not changes:
                return
            read = self._reader.score(self._source, changes, held)
            if self._others_wrote() and tries_left and self._changes(run)[0] != changes:
                continue  # another file had the same pages
            events, payloads, n_flagged = self._reader.link(read)
            try:
                before = self._workspace.views.position
                appended = self._workspace.append(events, payloads)
            except KeyConflictError:
                if not tries_left or not self._others_wrote():
                    raise
                continue
            if appended and appended[0].position != before + 1:
                self._reader.forget_links()
            n_new = sum(change.kind == "new" for change in changes)
            done.n_new += n_new
            done.n_revised += len(changes) - n_new
            done.n_flagged += n_flagged
            return

    def _changes(self, run: Mapping[str, Change]) -> tuple[list[Change], dict[str, KnownEntry]]:
        held = {row.entry_id: row for row in known_entries(self._workspace.views, sorted(run))}
        changes = [
            change if was is None else msgspec.structs.replace(
                change, kind="revised", revision=was.revision + 1, changed=("text",)
            )
            for change in run.values()
            if (was := held.get(change.entry_id)) is None or not self._is_held(change, was)
        ]  # fmt: skip
        return changes, held

    def _others_wrote(self) -> bool:
        """Fold what other workers on this log wrote since the last look; say whether there was anything."""
        views, before = self._workspace.views, self._workspace.views.position
        if not self._workspace.log.claims.shared or views.catch_up() == before:
            return False
        if next(iter(self._workspace.log.read(after=before, types=LINKS)), None) is not None:
            self._reader.forget_links()
        return True

    def _is_held(self, change: Change, was: KnownEntry) -> bool:
        """Tell whether an entry has, or ever had, this text: an archive read again brings none of its texts back."""
        if was.feed_sha == change.text_sha:
            return True
        log = self._workspace.log
        keys = [f"entry-seen:{was.entry_id}", *(f"entry-revised:{was.entry_id}:{n + 1}" for n in range(was.revision))]
        events = (log.by_key(key) for key in keys)
        return change.text_sha in {
            event.data.text_sha for event in events if event and isinstance(event.data, EntrySeen | EntryRevised)
        }


def _batches(pieces: Iterable[Piece | ParsedEntry], done: Imported) -> Iterator[list[ParsedEntry]]:
    """Yield batches of cleaned entries, in the order of the archive; the last one before an error of `pieces` too."""
    batch: list[RawEntry | ParsedEntry] = []
    n_chars = 0
    try:
        for piece in pieces:
            if isinstance(piece, Refused):
                done.n_refused += 1
                if len(done.refused) < MAX_REFUSED_KEPT:
                    done.refused.append(piece)
                continue
            batch.append(piece)
            n_chars += len(piece.content) if isinstance(piece, RawEntry) else len(piece.text)
            if len(batch) >= BATCH or n_chars > BATCH_CHARS:
                yield _cleaned(batch)
                batch, n_chars = [], 0
    except MonitorError:
        if batch:
            yield _cleaned(batch)
        raise
    if batch:
        yield _cleaned(batch)


def _cleaned(batch: Sequence[RawEntry | ParsedEntry]) -> list[ParsedEntry]:
    """Return entries as a feed's would be: text without markup, dates read, lengths bounded."""
    raw = RawFeed(version="archive", entries=[item for item in batch if isinstance(item, RawEntry)])
    cleaned = iter(finish(raw, "archive").entries)
    return [next(cleaned) if isinstance(item, RawEntry) else item for item in batch]
