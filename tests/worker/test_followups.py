"""Follow-ups: what continues a confirmed case is flagged whatever its score, and shown in a place of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.log.events import EntryFlagged, StoryLinked
from monitor.triage.decide import label_entry
from monitor.triage.moved import moved_cases
from monitor.triage.queue import list_queue
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.fetch.memory import Site
from tests.worker.conftest import Clock

FIRST = "Alleged plot against editor Tamsin Orrewell foiled in Lindmark"
ABOUT = "Police in Lindmark say the plot against Tamsin Orrewell, editor of the Ferrygate Courier, was ordered abroad."
NEXT = "Two men charged over attack on Tamsin Orrewell"
NEXT_ABOUT = (
    "Police in Lindmark charged two men. The foiled attack on the editor of the Ferrygate Courier was ordered abroad."
)


def rss(*items: tuple[str, str, str]) -> tuple[int, bytes]:
    """Return a feed of (guid, title, summary)."""
    entries = "".join(
        f"<item><guid>{guid}</guid><title>{title}</title><link>https://news.test/{guid}</link>"
        f"<description>{about}</description></item>"
        for guid, title, about in items
    )
    return 200, f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'.encode()


@pytest.fixture
def confirmed(workspace: Workspace, site: Site, clock: Clock) -> Workspace:
    """A workspace with one confirmed case."""
    site.pages["alpha"] = rss(("1", FIRST, ABOUT))
    site.pages["beta"] = rss()
    run_tick(workspace, force=True)
    (row,) = list_queue(workspace.log, workspace.views, clock())
    label_entry(workspace.log, workspace.views, row.entry_id, "plot", by="ana", now=clock())
    clock.forward(hours=30)
    return workspace


def test_a_low_scored_charge_follows_its_case(confirmed: Workspace, site: Site, clock: Clock) -> None:
    """The model sees no plot; its names and matter are the case's: flagged for that, and not among the rows."""
    site.pages["beta"] = rss(("2", NEXT, NEXT_ABOUT), ("3", "Harbour festival opens in Lindmark", "Thousands came."))
    assert run_tick(confirmed, force=True).n_flagged == 1
    data = [event.data for event in confirmed.log.read()]
    flags = [d for d in data if isinstance(d, EntryFlagged) and d.why.startswith("follow-up of ")]
    assert len(flags) == 1
    assert flags[0].score < 0.5
    assert list_queue(confirmed.log, confirmed.views, clock()) == []
    (case,) = moved_cases(confirmed.log, confirmed.views, clock())
    assert (case.title, case.entry_ids) == (NEXT, (flags[0].entry_id,))
    assert flags[0].why == f"follow-up of {case.case_id}"
    assert case.what[-1] == "+1 report"
    assert any("charged" in what for what in case.what)
    assert any(isinstance(d, StoryLinked) and d.case_id == case.case_id for d in data) or case.story_id == case.case_id


def test_a_case_is_one_row_and_an_answer_settles_it(confirmed: Workspace, site: Site, clock: Clock) -> None:
    """Three reports move one row; a label on the case takes it away; so does a day."""
    site.pages["beta"] = rss(*((str(n), f"{NEXT}, report {n}", NEXT_ABOUT) for n in range(2, 5)))
    run_tick(confirmed, force=True)
    (case,) = moved_cases(confirmed.log, confirmed.views, clock())
    assert len(case.entry_ids) == 3
    assert not moved_cases(confirmed.log, confirmed.views, clock() + timedelta(days=2))
    label_entry(confirmed.log, confirmed.views, case.entry_id, "plot", by="ana", now=clock())
    assert not moved_cases(confirmed.log, confirmed.views, clock())


def test_nothing_follows_what_nobody_confirmed(workspace: Workspace, site: Site, clock: Clock) -> None:
    """A common topic, or a case that was answered with no, gets nothing flagged."""
    site.pages["alpha"] = rss(("1", FIRST, ABOUT))
    site.pages["beta"] = rss()
    run_tick(workspace, force=True)
    (row,) = list_queue(workspace.log, workspace.views, clock())
    label_entry(workspace.log, workspace.views, row.entry_id, "not-plot", by="ana", now=clock())
    clock.forward(hours=2)
    site.pages["beta"] = rss(("2", NEXT, NEXT_ABOUT))
    assert run_tick(workspace, force=True).n_flagged == 0
    assert not [e for e in workspace.log.read() if isinstance(e.data, EntryFlagged) and "follow-up" in e.data.why]
    assert moved_cases(workspace.log, workspace.views, clock()) == []


LAWYER = "Lawyer Quillan Brastow of Oxmere spoke for one of them and praised the Oxmere lifeboat crew."
DRIFT, DRIFT_ABOUT = (
    "Quillan Brastow of Oxmere praises lifeboat crew",
    "Lawyer Quillan Brastow praised the Oxmere crew.",
)


def test_a_follow_up_brings_no_further_one(confirmed: Workspace, site: Site, clock: Clock) -> None:
    """Promise: what merely followed is compared with nothing, until somebody confirms it; else a case drifts away."""
    site.pages["beta"] = rss(("2", NEXT, f"{NEXT_ABOUT} {LAWYER}"))
    run_tick(confirmed, force=True)
    assert len(moved_cases(confirmed.log, confirmed.views, clock())) == 1
    site.pages["beta"] = rss(("3", DRIFT, DRIFT_ABOUT))
    clock.forward(hours=1)
    run_tick(confirmed, force=True)
    assert len([e for e in confirmed.log.read() if isinstance(e.data, EntryFlagged)]) == 2
