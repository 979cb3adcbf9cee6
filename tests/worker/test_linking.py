"""Stories within a tick: copies are one source, follow-ups find their case, and what people decided stands."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest

from monitor.config.load import Config
from monitor.log.events import StoryJoined, StoryLinked, StoryOpened
from monitor.triage.decide import label_entry
from monitor.worker.intake.casing import CaseLinking
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site

ARREST = (
    "Police in Tarnmouth said on Monday they had arrested Bram Okkel and another over an alleged plot to kidnap the "
    "exiled broadcaster Ilar Vossen and take her across the border."
)
TRIAL = (
    "The trial of Bram Okkel, accused of an alleged plot to kidnap the exiled broadcaster Ilar Vossen, opened before a "
    "court in Tarnmouth on Tuesday. He denies it."
)


def feed(*items: tuple[str, str, str], host: str) -> bytes:
    """Return an RSS feed of (guid, title, description)."""
    entries = "".join(
        f"<item><guid>{guid}</guid><title>{title}</title><link>https://{host}/{guid}</link>"
        f"<description>{text}</description></item>"
        for guid, title, text in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'.encode()


def first(workspace: Workspace, event_type: str) -> object:
    """Return the data of the first event of a type, or None."""
    return next((event.data for event in workspace.log.read(types=(event_type,))), None)


def test_a_copy_in_another_paper_joins_and_names_the_paper_it_copies(workspace: Workspace, site: Site) -> None:
    """Promise: the same text in two papers is one source, credit or no credit."""
    site.pages = {
        "alpha": (200, feed(("1", "Two held over alleged plot", ARREST), host="gazette.example")),
        "beta": (200, feed(("2", "Alleged plot: two held", ARREST), host="herald.example")),
    }
    run_tick(workspace)
    opened = cast(StoryOpened, first(workspace, "story-opened"))
    joined = cast(StoryJoined, first(workspace, "story-joined"))
    assert joined.story_id == opened.story_id
    assert {opened.publisher, joined.publisher} == {"gazette.example", "herald.example"}
    assert joined.why == f"copy of {opened.entry_id}"
    assert (opened.origin, joined.origin) == ("", opened.publisher)


def test_a_copy_that_comes_at_a_later_tick_names_the_paper_it_copies(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: what the log holds of the first report counts as what this tick saw; a copy of the copy names it too."""
    held = ("1", "Two held over alleged plot", ARREST)
    site.pages = {"alpha": (200, feed(held, host="gazette.example")), "beta": (200, feed(host="herald.example"))}
    run_tick(workspace)
    for guid, host in (("2", "herald.example"), ("3", "courier.example")):
        clock.forward(hours=2)
        site.pages["beta"] = (200, feed((guid, f"Alleged plot: {guid} held", ARREST), host=host))
        run_tick(workspace, force=True)
    origins = [event.data.origin for event in workspace.log.read(types=("story-joined",))]  # type: ignore[attr-defined]
    assert origins == ["gazette.example", "gazette.example"]


def follow_up(workspace: Workspace, site: Site, clock: Clock, label: str, days: int = 180) -> StoryLinked | None:
    """An arrest, decided on as `label` (or not: empty); `days` later its trial; return the link, if one was made."""
    arrest = ("1", "Two held over alleged plot to kidnap exiled broadcaster", ARREST)
    site.pages = {"alpha": (200, feed(arrest, host="gazette.example")), "beta": (200, feed(host="herald.example"))}
    run_tick(workspace)
    opened = cast(StoryOpened, first(workspace, "story-opened"))
    if label:
        label_entry(workspace.log, workspace.views, opened.entry_id, label, by="ana", now=clock())
    clock.forward(days=days)
    trial = ("9", "Trial opens over alleged plot to kidnap broadcaster Ilar Vossen", TRIAL)
    site.pages["beta"] = (200, feed(trial, host="herald.example"))
    run_tick(workspace)
    return cast("StoryLinked | None", first(workspace, "story-linked"))


def test_a_trial_half_a_year_later_joins_the_case_of_the_arrest(workspace: Workspace, site: Site, clock: Clock) -> None:
    link = follow_up(workspace, site, clock, "plot")
    assert link is not None
    assert link.case_id == cast(StoryOpened, first(workspace, "story-opened")).story_id
    assert "Okkel" in link.reason


def test_a_story_that_people_called_no_plot_begins_no_case(workspace: Workspace, site: Site, clock: Clock) -> None:
    assert follow_up(workspace, site, clock, "not-plot") is None


@pytest.mark.parametrize(("days", "linked"), [(89, True), (91, False)])
def test_a_story_that_nobody_decided_is_continued_for_ninety_days(
    workspace: Workspace, site: Site, clock: Clock, days: int, linked: bool
) -> None:
    """Promise: an undecided story may be a case's beginning for three months, a confirmed one for ever."""
    assert (follow_up(workspace, site, clock, "", days) is not None) == linked


@pytest.mark.parametrize("link", ["", "https://news.google.com/rss/articles/CBMiX", "https://t.co/abc"])
def test_what_a_feed_is_called_is_no_publisher(workspace: Workspace, site: Site, link: str) -> None:
    """Promise: a feed may be called anything; where no page says who wrote it, nobody is named."""
    search = msgspec.structs.replace(workspace.config.feeds[0], name="Daily Herald", publisher="")
    workspace.config = Config(feeds=[search], settings=workspace.config.settings)
    item = f"<item><guid>1</guid><title>Two held over alleged plot</title><link>{link}</link></item>"
    site.pages["alpha"] = (200, f"<rss version='2.0'><channel><title>T</title>{item}</channel></rss>".encode())
    run_tick(workspace)
    assert cast(StoryOpened, first(workspace, "story-opened")).publisher == ""


def test_two_stories_that_open_in_one_tick_are_one_case(workspace: Workspace, clock: Clock) -> None:
    """Promise: what is found in a tick is known to the rest of it, before a word of it is written."""
    linking = CaseLinking(workspace)
    title = "Alleged plot against editor Tamsin Orrewell foiled in Lindmark"
    words = (
        "Police in Lindmark say the plot against Tamsin Orrewell, editor of the Ferrygate Courier, was ordered abroad."
    )
    assert linking.link("s1", title, words, clock()) == []
    (event,) = linking.link("s2", "Two men charged over plot against Tamsin Orrewell", words, clock())
    assert isinstance(event.data, StoryLinked)
    assert (event.data.story_id, event.data.case_id) == ("s2", "s1")
