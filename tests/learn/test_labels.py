"""Which labels count: latest per reviewer, unsure and withdrawn left out, even splits left out and reported."""

from __future__ import annotations

from monitor.learn.labels import Decision, background_texts, labelled_texts, list_decisions, verdicts
from monitor.log.events import LabelWithdrawn, NewEvent, SampleDrawn
from tests.learn.conftest import Desk


def said(position: int, entry: str, label: str, by: str = "ana", **more: bool) -> Decision:
    """A decision on an entry."""
    return Decision(position, entry, f"s{entry}", label, by, "2026-01-31T12:00:00.000000Z", **more)


def test_the_latest_of_each_reviewer_counts() -> None:
    """A change of mind replaces the earlier verdict."""
    settled, split = verdicts([said(1, "a", "plot"), said(2, "a", "not-plot")])
    assert [(v.entry_id, v.plot, v.votes, v.position) for v in settled] == [("a", False, (0, 1), 2)]
    assert split == []


def test_unsure_takes_the_vote_back_and_counts_for_nothing() -> None:
    """Who is unsure teaches nothing, whatever was said before."""
    assert verdicts([said(1, "a", "plot"), said(2, "a", "unsure")]) == ([], [])


def test_withdrawn_labels_count_for_nothing() -> None:
    """A withdrawn decision lets the earlier one stand."""
    settled, _ = verdicts([said(1, "a", "plot"), said(2, "a", "not-plot", withdrawn=True)])
    assert [v.plot for v in settled] == [True]


def test_an_even_split_is_left_out_and_named() -> None:
    """Reviewers who disagree are asked, not averaged; a third opinion settles it."""
    decisions = [said(1, "a", "plot"), said(2, "a", "not-plot", "ben")]
    assert verdicts(decisions) == ([], ["a"])
    settled, split = verdicts([*decisions, said(3, "a", "plot", "eve")])
    assert [(v.plot, v.votes) for v in settled] == [(True, (2, 1))]
    assert split == []


def test_labels_from_the_log_carry_text_source_and_weight(desk: Desk) -> None:
    """An audit answer weighs 1 / probability; the text is the payload's."""
    flagged = desk.see("Police foil plot to kill exiled editor", "Two men held.")
    drawn = desk.see("Bridge reopens", "After two years.", flag=False)
    desk.workspace.append(
        [NewEvent("sample-drawn:d", SampleDrawn(day="2026-01-30", entries=[(drawn, 0.25)], n_population=8))]
    )
    desk.say(flagged, "plot")
    desk.say(drawn, "not-plot", sample=True)
    settled, _ = verdicts(list_decisions(desk.workspace.views))
    found = labelled_texts(desk.workspace.views, desk.workspace.log, settled)
    assert [(x.text.title, x.plot, x.weight) for x in found] == [
        ("Police foil plot to kill exiled editor", True, 1.0),
        ("Bridge reopens", False, 4.0),
    ]
    assert found[0].source == "f1"


def test_background_is_what_nobody_flagged_or_labelled(desk: Desk) -> None:
    """Only entries that were never shown to anybody stand in for ordinary news."""
    desk.see("A flagged one")
    labelled = desk.see("A labelled one", flag=False)
    desk.see("An ordinary one", flag=False)
    position = desk.say(labelled, "plot")
    titles = [text.title for text in background_texts(desk.workspace.views, desk.workspace.log, 10)]
    assert titles == ["An ordinary one"]
    withdrawn = LabelWithdrawn(label_position=position, entry_id=labelled, by="ana")
    desk.workspace.append([NewEvent("w", withdrawn)])
    titles = [text.title for text in background_texts(desk.workspace.views, desk.workspace.log, 10)]
    assert titles == ["A labelled one", "An ordinary one"]
