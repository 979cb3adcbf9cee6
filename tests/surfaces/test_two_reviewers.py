"""Two reviewers at the same rows at the same time: no decision is lost, every collision is said."""

from __future__ import annotations

import threading

from monitor.errors import StaleViewError
from monitor.log.codec import iso
from monitor.log.events import EntryFlagged, EntrySeen, NewEvent, StoryOpened
from monitor.log.payloads import entry_payload, payload_sha
from monitor.triage.decide import label_entry
from tests.surfaces.conftest import House

N_STORIES = 250


def fill(house: House) -> list[str]:
    """Flag N_STORIES entries in one transaction."""
    ids = [f"{number:08x}" for number in range(N_STORIES)]
    payload = entry_payload("Alleged plot", "")
    sha = payload_sha(payload)
    events: list[NewEvent] = []
    for entry_id in ids:
        seen = EntrySeen(entry_id=entry_id, feed_id="wire", guid=entry_id, link="https://x.test/", text_sha=sha)
        flag = EntryFlagged(entry_id=entry_id, revision=0, model_id="m1", score=0.9, threshold=0.5)
        events += [
            NewEvent(f"entry-seen:{entry_id}", seen),
            NewEvent(f"entry-flagged:{entry_id}", flag),
            NewEvent(f"story-entry:{entry_id}", StoryOpened(story_id="s" + entry_id, entry_id=entry_id)),
        ]
    workspace = house.open()
    workspace.log.append(events, recorded_at=iso(house.now), payloads={sha: payload})
    workspace.close()
    return ids


def test_five_hundred_decisions_of_two_reviewers(house: House) -> None:
    """Promise: every decision is either in the log or was refused with the other's name; none overwrites unseen."""
    ids = fill(house)
    workspace = house.open()
    seen = workspace.views.position
    workspace.close()
    saved: dict[str, set[str]] = {"ana": set(), "ben": set()}
    refused: dict[str, set[str]] = {"ana": set(), "ben": set()}

    def decide(by: str, label: str, order: list[str]) -> None:
        mine = house.open()
        for entry_id in order:
            try:
                label_entry(mine.log, mine.views, entry_id, label, by=by, now=house.now, seen_position=seen)
                saved[by].add(entry_id)
            except StaleViewError:
                refused[by].add(entry_id)
        mine.close()

    threads = [
        threading.Thread(target=decide, args=("ana", "plot", ids)),
        threading.Thread(target=decide, args=("ben", "not-plot", ids[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    workspace = house.open()
    logged = {(event.data.entry_id, event.data.by) for event in workspace.log.read(types=("entry-labelled",))}
    workspace.close()
    assert logged == {(entry_id, by) for by, entries in saved.items() for entry_id in entries}
    assert all(saved[by] | refused[by] == set(ids) for by in saved)
    assert len(logged) == N_STORIES, "every story was decided by exactly one of the two"
