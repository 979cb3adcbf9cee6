"""Likeness to a confirmed case's reports."""

from __future__ import annotations

from monitor.stories.followed import Followed

REPORT = (
    "Spy ring broken up over plan to derail supply trains",
    "Nine foreigners photographed the tracks for a service.",
)


def test_the_same_matter_is_found_and_another_is_not() -> None:
    """No rare name is shared; the tracks and the ring are. A flower show is neither."""
    followed = Followed()
    followed.add("case-1", *REPORT)
    followed.add("case-2", "Writer poisoned in hotel lobby", "Doctors found traces of a toxin.")
    found = followed.find("Ring that watched supply trains held by police", "The foreigners photographed tracks.")
    assert found is not None
    assert found[0] == "case-1"
    assert followed.find("Flower show opens", "Thousands of roses were planted in the park.") is None


def test_nothing_is_like_no_report() -> None:
    """Without a confirmed case there is nothing to follow."""
    assert Followed().find(*REPORT) is None
