"""What a person had erased stays out: edits of the entry and copies of it are worked on, their words are not kept."""

from __future__ import annotations

from monitor.log.codec import iso
from monitor.log.events import EntryRevised, EntryScored, EntrySeen
from monitor.log.keep.erasure import erase_entry, lift_erasure
from monitor.log.sqlite.verify import verify_log
from monitor.triage.entries import find_entry
from monitor.views.fold import open_views
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.fetch.memory import Site
from tests.worker.conftest import Clock

ADDRESS = "She lives in the third house of Lantern Street, say the neighbours who were asked by our reporter on Monday."


def item(guid: str, title: str, summary: str = ADDRESS) -> tuple[str, str, str]:
    return guid, title, summary


def feed(*items: tuple[str, str, str]) -> tuple[int, bytes]:
    entries = "".join(
        f"<item><guid>{guid}</guid><link>https://x.example/{guid}</link><title>{title}</title>"
        f"<description>{summary}</description></item>"
        for guid, title, summary in items
    )
    return 200, f"<rss version='2.0'><channel><title>F</title>{entries}</channel></rss>".encode()


def tick(workspace: Workspace, clock: Clock) -> None:
    clock.forward(hours=5)
    run_tick(workspace, force=True)


def newest(workspace: Workspace) -> tuple[str, bytes | None]:
    """Return the entry and the stored text of the last event that names one."""
    last = [event.data for event in workspace.log.read() if isinstance(event.data, EntrySeen | EntryRevised)][-1]
    return last.entry_id, workspace.log.payload(last.text_sha)


def erased(workspace: Workspace, site: Site, clock: Clock) -> str:
    """Collect one entry and erase it; return its id."""
    site.pages = {"alpha": feed(item("1", "Alleged plot: a neighbour is named")), "beta": feed()}
    tick(workspace, clock)
    entry_id, text = newest(workspace)
    assert text is not None
    erase_entry(workspace.log, entry_id, reason="asked", actor="ana", recorded_at=iso(workspace.clock()))
    workspace.views.catch_up()
    return entry_id


def scores(workspace: Workspace) -> int:
    return sum(len(event.data.scores) for event in workspace.log.read() if isinstance(event.data, EntryScored))


def test_an_edit_of_an_erased_entry_is_scored_and_its_words_are_not_kept(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    entry_id = erased(workspace, site, clock)
    n_scores = scores(workspace)
    site.pages["alpha"] = feed(item("1", "Alleged plot: a neighbour is named", f"{ADDRESS} Corrected."))
    tick(workspace, clock)
    assert newest(workspace) == (entry_id, None)
    assert scores(workspace) == n_scores + 1
    whys = [event.data.why for event in workspace.log.read(types=["entry-flagged"])]  # type: ignore[attr-defined]
    assert whys == ["new", "revised"], "with nothing to compare with, it is shown again"
    assert verify_log(workspace.log.path).ok
    assert open_views(None, workspace.log).dump() == workspace.views.dump()


def test_a_copy_in_another_feed_is_seen_and_its_words_are_not_kept(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    erased(workspace, site, clock)
    site.pages["beta"] = feed(item("b1", "Another headline over the same words"), item("b2", "Chess", "A draw."))
    tick(workspace, clock)
    stored = {
        event.data.guid: workspace.log.payload(event.data.text_sha)
        for event in workspace.log.read()
        if isinstance(event.data, EntrySeen) and event.data.guid.startswith("b")
    }
    assert stored["b1"] is None
    assert stored["b2"] is not None, "what copies nothing is kept"


def test_what_a_person_lifted_is_kept_again(workspace: Workspace, site: Site, clock: Clock) -> None:
    entry_id = erased(workspace, site, clock)
    lift_erasure(workspace.log, entry_id, by="ana", reason="withdrawn", recorded_at=iso(workspace.clock()))
    workspace.views.catch_up()
    site.pages["alpha"] = feed(item("1", "Alleged plot: a neighbour is named", f"{ADDRESS} Corrected."))
    tick(workspace, clock)
    assert newest(workspace)[1] is not None
    assert find_entry(workspace.views, entry_id) == entry_id
