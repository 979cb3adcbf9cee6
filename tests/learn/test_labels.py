"""Labels for learning: the label that stands, with its text, source and weight; contrast nobody looked at."""

from __future__ import annotations

from monitor.learn.labels import background_texts, labelled_texts
from monitor.log.events import LabelWithdrawn, NewEvent, SampleDrawn
from monitor.triage.standing import verdicts
from tests.learn.conftest import Desk


def test_labels_from_the_log_carry_text_source_and_weight(desk: Desk) -> None:
    """An audit answer weighs 1 / probability; the text is the payload's."""
    flagged = desk.see("Police foil plot to kill exiled editor", "Two men held.")
    drawn = desk.see("Bridge reopens", "After two years.", flag=False)
    desk.workspace.append(
        [NewEvent("sample-drawn:d", SampleDrawn(day="2026-01-30", entries=[(drawn, 0.25)], n_population=8))]
    )
    desk.say(flagged, "plot")
    desk.say(drawn, "not-plot", sample=True)
    settled, _ = verdicts(desk.workspace.views)
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
