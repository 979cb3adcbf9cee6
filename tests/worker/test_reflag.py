"""Edits of flagged entries: small ones are quiet, those that make another report of it flag it again."""

from __future__ import annotations

import pytest

from monitor.log.payloads import EntryText
from monitor.triage.decide import label_entry
from monitor.triage.queue import count_queue
from monitor.worker.intake.reflag import EarlierFlag, flag_again
from monitor.worker.tick import run_tick
from monitor.worker.workspace import Workspace
from tests.worker.conftest import Clock, Site, rss

FIRST = EntryText(title="Warehouse burns in Port Mereth", summary="Nobody was hurt, the fire service says.")
ARTICLE = "The guard saw a van at the gate. It left before the alarm. " * 6


@pytest.mark.parametrize(
    ("words", "score", "flag"),
    [
        (FIRST, 0.6, ""),
        (EntryText(title="Warehouse burns in Port Mereth (update)", summary=FIRST.summary), 0.65, ""),
        (EntryText(title=FIRST.title, summary=FIRST.summary + " A plot is alleged."), 0.9, "revised"),
        (
            EntryText(title="Two men charged over Mereth blaze", summary="Court told of paid arsonists"),
            0.61,
            "replaced",
        ),
        (EntryText(title="پلیس دو نفر را بازداشت کرد", summary="دادستان از توطئه سخن گفت"), 0.6, "replaced"),
        (EntryText(title=FIRST.title, summary=FIRST.summary, text=ARTICLE), 0.62, ""),
    ],
    ids=["the same", "a word more", "score leaps", "guid reused", "another language", "its article arrived"],
)
def test_what_flags_an_entry_again(words: EntryText, score: float, flag: str) -> None:
    """Promise: other words or a leap of the score bring it back; an update of no weight does not."""
    assert flag_again(score, words, [EarlierFlag(0.6, FIRST)]) == flag


@pytest.mark.parametrize(
    ("before", "now", "flag"), [("abcde", "abcdefg", ""), ("abc", "abcd", "revised"), ("abc", "abcdefg", "replaced")]
)
def test_half_of_the_words_new_is_an_edit_of_weight_and_four_fifths_another_matter(
    before: str, now: str, flag: str
) -> None:
    """Promise: the shares are of runs of three letters, and count from the share on (here 2/5, 1/2 and 4/5)."""
    assert flag_again(0.6, EntryText(title=now), [EarlierFlag(0.6, EntryText(title=before))]) == flag


@pytest.mark.parametrize(
    ("before", "now", "flag"), [(0.5, 0.73, ""), (0.5, 0.74, "revised"), (0.9, 0.96, ""), (0.9, 0.965, "revised")]
)
def test_a_score_that_rises_by_one_in_log_odds_is_news(before: float, now: float, flag: str) -> None:
    """Promise: the same words but one, and a score above 0.73 where it was 0.50, above 0.96 where it was 0.90."""
    words = EntryText(title=FIRST.title, summary=FIRST.summary + " More follows.")
    assert flag_again(now, words, [EarlierFlag(before, FIRST)]) == flag


def test_an_edit_back_and_forth_is_shown_once() -> None:
    """Promise: words that were flagged before are not flagged again, however often they return."""
    charge = EntryText(title="Two men charged over Mereth blaze", summary="Court told of paid arsonists")
    earlier = [EarlierFlag(0.6, FIRST), EarlierFlag(0.97, charge)]
    assert [flag_again(0.6, FIRST, earlier), flag_again(0.97, charge, earlier)] == ["", ""]


def test_small_edits_add_up() -> None:
    """Promise: an article rewritten a sentence at a time is at last another one."""
    words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"]
    flags = [
        flag_again(0.6, EntryText(title=" ".join(words[n:] + [f"{w}{w}new" for w in words[:n]])), [_flag(words)])
        for n in range(len(words))
    ]
    assert flags[0] == ""
    assert "revised" in flags


def _flag(words: list[str]) -> EarlierFlag:
    return EarlierFlag(0.6, EntryText(title=" ".join(words)))


def test_an_answered_entry_that_becomes_another_report_waits_again(
    workspace: Workspace, site: Site, clock: Clock
) -> None:
    """Promise: through the tick: answered, reworded (quiet), rewritten (waits), answered, rewritten back (quiet)."""
    first, charge = "Alleged plot behind fire was an accident", "Envoy charged: paid gang for plot to kidnap editor"
    site.pages = {"alpha": (200, rss(("1", first))), "beta": (200, rss())}
    run_tick(workspace)
    waiting = []
    for title in (first + ", police say", charge, first + ".", charge + "."):
        entry_id = workspace.views.db.execute("SELECT entry_id FROM entries").fetchone()[0]
        label_entry(workspace.log, workspace.views, entry_id, "not-plot", by="ana", now=clock())
        site.pages["alpha"] = (200, rss(("1", title)))
        clock.forward(hours=2)
        run_tick(workspace)
        waiting.append(count_queue(workspace.views, clock()))
    assert waiting == [0, 1, 0, 0]
    kept = workspace.views.fingerprint()
    workspace.views.rebuild()
    assert workspace.views.fingerprint() == kept
