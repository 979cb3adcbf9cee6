"""Make the example casebook from the fixtures' invented plots: `python -m tools.build_casebook [DIR]`.

The log is made here, event by event with fixed times, so that the committed example in docs/casebook-example can be
compared byte for byte. Two invented reviewers label every plot; one case is corrected and one taken back.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.app import FETCHER, current_model
from monitor.config.load import Config
from monitor.config.settings import Settings
from monitor.log.codec import iso
from monitor.log.events import (
    CardConfirmed,
    CardCorrected,
    EntryLabelled,
    EntrySeen,
    EventData,
    FeedAdded,
    LabelWithdrawn,
    NewEvent,
    StoryJoined,
    StoryOpened,
)
from monitor.log.payloads import entry_payload, payload_sha
from monitor.log.sqlite.store import open_log
from monitor.surfaces.casebook.build import Site, build
from monitor.surfaces.casebook.cases import Casebook, read_casebook
from monitor.triage.told import story_facts
from monitor.views.fold import open_views
from monitor.worker.workspace import Workspace
from tools.build_fixtures import Source, link_of, published, sources

EXAMPLE = Path(__file__).resolve().parent.parent / "docs" / "casebook-example"
SITE = Site(title="Casebook of invented plots", url="https://casebook.example", contact="answers@casebook.example")
BEGAN = datetime(2026, 1, 24, 9, tzinfo=UTC)
LEFT_OUT = "target_description"  # a reviewer would set it by hand: the machine's may name somebody


class Maker:
    """A log in a folder, filled a minute an event."""

    def __init__(self, folder: Path) -> None:
        self.log = open_log(folder / "log.db", create=True)
        self.now = BEGAN
        self.workspace = Workspace(
            config=Config(feeds=[], settings=Settings()), data_dir=folder, log=self.log,
            views=open_views(None, self.log), clock=lambda: self.now, load_model=current_model, fetcher=FETCHER,
        )  # fmt: skip

    def add(self, key: str, data: EventData, actor: str = "", payload: bytes = b"") -> int:
        """Append one event and fold it; return its position."""
        self.now += timedelta(minutes=1)
        payloads = {payload_sha(payload): payload} if payload else None
        event = NewEvent(key, data, actor=actor) if actor else NewEvent(key, data)
        self.workspace.views.fold(self.log.append([event], recorded_at=iso(self.now), payloads=payloads))
        return self.workspace.views.position

    def entry(self, source: Source, index: int, entry: Source, story_id: str, *, first: bool) -> str:
        """Add an entry of the fixtures to a story."""
        when = published(source, index)
        link = link_of(source, entry, when)
        payload = entry_payload(entry["title"], " ".join(str(entry["summary"]).split()))
        entry_id = hashlib.sha256(link.encode()).hexdigest()[:16]
        seen = EntrySeen(
            entry_id=entry_id, feed_id=Path(source["file"]).stem, guid=link, link=link, text_sha=payload_sha(payload),
            published_at=iso(when), lang=str(source["language"])[:2], source_name=source["publisher"],
        )  # fmt: skip
        self.add(f"entry-seen:{entry_id}", seen, payload=payload)
        family = str(source["publisher"])
        joined: EventData = StoryJoined(story_id=story_id, entry_id=entry_id, publisher=family, similarity=0.9)
        if first:
            joined = StoryOpened(story_id=story_id, entry_id=entry_id, publisher=family)
        self.add(f"story-entry:{entry_id}", joined)
        return entry_id


def example() -> Casebook:
    """Return the casebook of the fixtures' plots."""
    with TemporaryDirectory() as folder:
        maker = Maker(Path(folder))
        try:
            _fill(maker)
            return read_casebook(maker.workspace)
        finally:
            maker.workspace.close()


def _fill(maker: Maker) -> None:
    stories: dict[str, list[tuple[Source, int, Source]]] = {}
    for source in sources():
        name = Path(source["file"]).stem
        feed = FeedAdded(feed_id=name, url=source["link"], name=source["title"], publisher=source["publisher"])
        maker.add(f"feed-added:{name}:0", feed)
        for index, entry in enumerate(source["entries"]):
            if entry.get("kind") == "plot":
                stories.setdefault(entry.get("story") or f"{name}-{index}", []).append((source, index, entry))
    for number, (name, found) in enumerate(sorted(stories.items())):
        story_id = f"s{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        ids = [maker.entry(*one, story_id, first=at == 0) for at, one in enumerate(found)]
        _review(maker, story_id, ids[0], number, last=number == len(stories) - 1)


def _review(maker: Maker, story_id: str, entry_id: str, number: int, *, last: bool) -> None:
    """Label, confirm, and in two cases take back or correct, as two reviewers would."""
    given = []
    for by in ("ana", "ben"):
        label = EntryLabelled(entry_id=entry_id, label="plot", by=by, story_id=story_id)
        given.append(maker.add(f"entry-labelled:{entry_id}:{by}", label, by))
    if last:
        for position, by in zip(given, ("ana", "ben"), strict=True):
            back = LabelWithdrawn(label_position=position, entry_id=entry_id, by=by, reason="a trial of another kind")
            maker.add(f"label-withdrawn:{position}", back, by)
        return
    facts = story_facts(maker.log, maker.workspace.views, story_id)
    values = {field: codes for field, codes in facts.shown().items() if field != LEFT_OUT}
    if values.get("countries") == values["linked_states"]:
        del values["countries"]  # where it happened is hardly the accused's own country: left for a second look
    maker.add(f"card-confirmed:{story_id}", CardConfirmed(story_id=story_id, values=values), "ana")
    if number == 0:
        data = CardCorrected(story_id=story_id, field="n_arrested", value=["3"], before=facts.card.codes("n_arrested"))
        maker.add(f"card-corrected:{story_id}", data, "ben")


def main(args: list[str]) -> int:
    """Write the example."""
    folder = Path(args[0]) if args else EXAMPLE
    print(f"{build(example(), folder, SITE)} files in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
