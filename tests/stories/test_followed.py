"""Likeness to a confirmed case's reports."""

from __future__ import annotations

from monitor.stories.followed import NEAR, ConfirmedCases, Followed

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


def test_a_report_near_the_threshold_follows_by_likeness_and_says_so() -> None:
    """Promise: likeness alone is asked from NEAR on, of recent reports, and its reason names no names."""
    new = ("Ring that watched supply trains held by police", "The foreigners photographed tracks.")
    for recent, score, follows in ((True, NEAR, True), (True, NEAR - 0.001, False), (False, NEAR, False)):
        confirmed = ConfirmedCases()
        assert not confirmed.any
        confirmed.add("s1", "case-1", *REPORT, recent=recent)
        match = confirmed.continued(score, *new)
        assert confirmed.any
        assert (match is not None) == follows
        if match is not None:
            assert (match.case_id, match.names) == ("case-1", ())
            assert match.reason == f"like a recent report of it ({match.similarity:.2f})"
