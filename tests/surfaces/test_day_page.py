"""The day's page: how far the day is, how long it takes, what was done, and filters that are addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.surfaces.progress import FEWEST, minutes_left, progress_of
from monitor.surfaces.web.filters import read_filter
from monitor.triage.decide import label_entry, skip_row
from tests.surfaces.conftest import House

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def acts(*gaps_s: float) -> list[datetime]:
    """Moments of decisions, newest first, so many seconds apart."""
    times = [START]
    for gap_s in gaps_s:
        times.insert(0, times[0] + timedelta(seconds=gap_s))
    return times


def test_the_time_left_is_the_reviewers_own_median_without_pauses() -> None:
    """Promise: a lunch break does not make the day longer, minutes are rounded up, and ten decisions come first."""
    assert minutes_left(acts(*[20.0] * (FEWEST - 2)), 6) is None
    assert minutes_left(acts(*[20.0] * 10), 6) == 2
    assert minutes_left(acts(*[20.0] * 10, 3_600.0, 200.0), 7) == 3
    assert minutes_left(acts(*[3_600.0] * 12), 6) is None


def test_progress_counts_rows_not_labels(house: House) -> None:
    """Promise: a changed mind is one row read; what others read counts for the day, what was put off does not wait."""
    for number in range(4):
        house.entry(f"aaaa000{number}", f"Alleged plot number {number}")
    workspace = house.open()
    for label in ("plot", "not-plot"):
        label_entry(workspace.log, workspace.views, "aaaa0000", label, by="ana", now=house.now)
    label_entry(workspace.log, workspace.views, "aaaa0001", "plot", by="ben", now=house.now)
    skip_row(workspace.log, workspace.views, "aaaa0002", by="ana", now=house.now)
    day = progress_of(workspace, "ana")
    workspace.close()
    assert (day.n_read, day.n_mine, day.n_waiting, day.n_put_off, day.n_left) == (2, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("lang=fa", ["Persian"]),
        ("lang=FA", ["Persian"]),
        ("source=courier", ["English"]),
        ("since=2026-01-31", ["English", "Persian"]),
        ("until=2026-01-30", []),
        ("state=IR", ["English"]),
        ("band=likely", []),
    ],
)
def test_a_filter_is_an_address(house: House, query: str, shown: list[str]) -> None:
    """Promise: each part of the address narrows the rows, alone and kept on the next page."""
    accused = "Prosecutors in Denmark allege that Iran's intelligence ministry planned to kill an exiled editor."
    house.entry("aaaa0001", "English", accused, publisher="The Courier")
    house.entry("aaaa0002", "Persian", "Nobody is named here.", publisher="Wire", lang="fa")
    page = house.signed_in().get(f"/?{query}").text
    assert [title for title in ("English", "Persian") if f">{title}</a>" in page] == shown
    assert query.lower() in read_filter(dict([query.split("=")])).query(2).lower()


def test_all_that_waits_is_reached_by_pages_to_the_last(house: House) -> None:
    """Promise: nothing is hidden behind an end: every waiting row stands on one of the pages, once."""
    ids = [f"bbbb{number:04d}" for number in range(65)]
    for number, entry_id in enumerate(ids):
        house.entry(entry_id, f"Matter {'abcdefgh'[number % 8] * 5}{number}", score=0.9 - number / 1_000)
    client = house.signed_in()
    pages = [client.get(f"/?show=all&page={page}").text for page in (1, 2, 3)]
    found = [entry_id for text in pages for entry_id in ids if f'id="row-{entry_id}"' in text]
    assert sorted(found) == ids
    assert ("Further rows" in pages[1], "Further rows" in pages[2]) == (True, False)


def test_put_off_and_own_decisions_are_lists(house: House) -> None:
    """Promise: what one put off, and what one decided, is listed for oneself with a way back."""
    house.entry("aaaa0001", "Put aside")
    house.entry("aaaa0002", "Decided")
    ana, ben = house.signed_in("ana"), house.signed_in("ben")
    ana.post("/skip", data={"entry": "aaaa0001"})
    ana.post("/label", data={"entry": "aaaa0002", "label": "plot"})
    assert "Put aside" in ana.get("/?show=put-off").text
    assert "Decided" in ana.get("/?show=mine").text
    assert "Put aside" in ben.get("/").text
    assert ("Put aside" in ben.get("/?show=put-off").text, "Decided" in ben.get("/?show=mine").text) == (False, False)
