"""How far to trust the counts: each list counts what it says it counts, and says nothing before it can."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from monitor.learn.quality import SampleAnswer, estimate
from monitor.log.codec import iso
from monitor.log.events import ModelTrained, SampleDrawn
from monitor.triage.counted import CountedPlot, KeptCodes, counted_plots, keep_codes
from monitor.triage.decide import label_entry
from monitor.triage.overview import first_feed, overview
from monitor.triage.plots import ConfirmedCase, confirmed_cases, confirmed_plots, fullness
from monitor.triage.samples import recall_words
from monitor.triage.told import StoryFacts
from monitor.triage.trust import BY_HAND, CheckedEntry, checks, elsewhere, learning_curve, noticed, strata
from monitor.views.queries.yields import EntryFeed
from tests.triage.conftest import Desk

LOUD, QUIET = "Police foil alleged plot to abduct baker", "Three questioned in Norland"


def plots(desk: Desk, titles: list[str], *, flag: bool = True) -> list[CountedPlot]:
    """Confirmed plots, one for each title."""
    for number, title in enumerate(titles):
        entry_id = f"{'abcdefghijk'[number] * 4}{len(desk.flagged)}"
        desk.entry(entry_id, title, 0.9, flag=flag)
        label_entry(desk.log, desk.views, entry_id, "plot", by="ana", now=desk.now)
    return counted_plots(desk.log, desk.views, KeptCodes())


def test_the_audit_is_told_apart_by_how_likely_a_check_was() -> None:
    """Promise: one in fifty or more is near the line; an answer of `unsure` or none is a check without an answer."""
    drawn = [
        CheckedEntry("a", 0.02, "plot"),
        CheckedEntry("b", 0.5, "not-plot"),
        CheckedEntry("c", 0.5, "unsure"),
        CheckedEntry("d", 0.01, ""),
    ]
    drawn.append(CheckedEntry("e", 0.01, "not-plot"))
    near, far = strata(drawn)
    assert (near.n_drawn, near.n_answered, near.n_plots) == (3, 2, 1)
    assert (far.n_drawn, far.n_answered, far.n_plots) == (2, 1, 0)


def test_a_plot_is_in_both_lists_only_where_a_feed_was_flagged_and_a_hand_added_it(desk: Desk) -> None:
    """Promise: what was added by hand and flagged for that is no find of the flags."""
    found = plots(desk, [LOUD, QUIET, "Bridge guard hurt"])
    first, second, third = (plot.case.rows[0].entry_id for plot in found)
    where = {first: EntryFeed("wire", True), second: EntryFeed(BY_HAND, True), third: EntryFeed("wire", False)}
    lists = elsewhere(found, where)
    assert lists is not None
    assert (lists.n_flagged, lists.n_elsewhere, lists.n_both) == (1, 1, 0)
    assert elsewhere(found, {first: EntryFeed("wire", True)}) is None


def test_plain_words_are_counted_among_flagged_reports_and_answered_checks(desk: Desk) -> None:
    """Promise: of checks only those that the words led to count, and of those the answered; few plots give no total."""
    found = plots(desk, [LOUD, QUIET])
    where = {plot.case.rows[0].entry_id: EntryFeed("wire", True) for plot in found}
    for name, title in (("xxxx1", LOUD), ("yyyy1", QUIET), ("zzzz1", LOUD)):
        desk.entry(name, title, 0.2, flag=False)
    drawn = [
        CheckedEntry("xxxx1", 0.5, "plot"),
        CheckedEntry("yyyy1", 0.5, "plot"),
        CheckedEntry("zzzz1", 0.25, ""),
        CheckedEntry("gone", 1, ""),
    ]
    seen = noticed(desk.log, desk.views, found, where, drawn)
    assert (seen.n_flagged, seen.n_both, seen.total) == (2, 1, None)
    assert seen.quality == estimate(1, [SampleAnswer(0.5, True)], 2, 6)
    assert noticed(desk.log, desk.views, found, {}, drawn).n_flagged == 0


def test_enough_plots_in_both_lists_give_a_total(desk: Desk) -> None:
    """Promise: the estimate counts what the words notice and the flags left out as found by the words."""
    found = plots(desk, [LOUD] * 7)
    where = {plot.case.rows[0].entry_id: EntryFeed("wire", True) for plot in found}
    drawn = [CheckedEntry(found[0].case.rows[0].entry_id, 0.25, "plot")]
    seen = noticed(desk.log, desk.views, found, where, drawn)
    assert seen.total == pytest.approx((7 + 1) * (7 + 4 + 1) / (7 + 1) - 1)
    assert noticed(desk.log, desk.views, found[:6], where, drawn).total is None


def test_an_entry_drawn_for_the_audit_is_a_check(desk: Desk) -> None:
    """Promise: what was drawn is listed with the label that stands for it, or none."""
    for name in ("aaaa1", "bbbb1"):
        desk.entry(name, QUIET, 0.2, flag=False)
    drawn = SampleDrawn(day="2026-01-31", entries=[("aaaa1", 0.5), ("bbbb1", 0.5)], n_population=10)
    desk.add("sample-drawn:2026-01-31", drawn)
    label_entry(desk.log, desk.views, "aaaa1", "not-plot", by="ana", now=desk.now)
    assert sorted(checks(desk.views)) == [CheckedEntry("aaaa1", 0.5, "not-plot"), CheckedEntry("bbbb1", 0.5, "")]


def test_cases_confirmed_since_a_moment_are_those_and_no_others(desk: Desk) -> None:
    """Promise: the weekly report holds the week's, the one of its first second too; one case is one plot."""
    plots(desk, [LOUD])
    (case,) = confirmed_cases(desk.views)
    assert [one.case_id for one in confirmed_plots(desk.log, desk.views, case.confirmed_at)] == [case.case_id]
    assert confirmed_cases(desk.views, "2026-02-01") == []


def test_a_plot_that_was_taken_back_is_kept_no_longer(desk: Desk, tmp_path: Path) -> None:
    """Promise: the file beside the log forgets what is no confirmed plot any more, and is read again when written."""
    first, second = plots(desk, [LOUD, QUIET])
    keep_codes(desk.log, desk.views, tmp_path)
    kept = (tmp_path / "plots.json").read_text()
    assert all(story in kept for plot in (first, second) for story in plot.case.story_ids)
    label_entry(desk.log, desk.views, first.case.labelled[0], "not-plot", by="ana", now=desk.now)
    desk.entry("kkkk1", "Another matter", 0.9)
    label_entry(desk.log, desk.views, "kkkk1", "plot", by="ana", now=desk.now)
    keep_codes(desk.log, desk.views, tmp_path)
    kept = (tmp_path / "plots.json").read_text()
    assert (first.case.story_ids[0] in kept, second.case.story_ids[0] in kept, "skkkk1" in kept) == (False, True, True)


def test_the_overview_counts_this_year_and_its_days(desk: Desk) -> None:
    """Promise: twelve months and four weeks, the last of each the present one; a plot is in the month it was told."""
    plots(desk, [LOUD])
    seen = overview(desk.log, desk.views, desk.now)
    assert (seen.months[0], seen.months[-1], len(seen.months)) == ("2025-02", "2026-01", 12)
    assert (seen.days[0], seen.days[-1], len(seen.days)) == ("2026-01-04", "2026-01-31", 28)
    assert (seen.every.counts, seen.n_placeless) == ([0] * 11 + [1], 1)
    (source,) = seen.sources
    assert (source.n_plots, source.n_first, source.n_entries, source.n_flagged) == (1, 1, 1, 1)
    assert source.days == [None] * 27 + [1]
    assert [(one.name, one.total) for one in (*seen.states, *seen.targets)] == [
        ("no state named", 1), ("target not said", 1),
    ]  # fmt: skip


def test_the_overview_tells_states_targets_and_places_of_the_year(desk: Desk) -> None:
    """Promise: each plot counts for what its reports name, in its month; those of earlier years count nowhere."""
    title = "Police in Germany allege Iran planned to kill an exiled editor in Berlin"
    for name, day in (("aaaa1", "2026-01-30"), ("bbbb1", "2025-03-01"), ("cccc1", "2024-12-31")):
        told = title if day > "2025" else title.replace("Iran", "Russia")
        desk.entry(name, f"{told}, {day}", 0.9, published_at=f"{day}T08:00:00Z")
        label_entry(desk.log, desk.views, name, "plot", by="ana", now=desk.now)
    seen = overview(desk.log, desk.views, desk.now)
    in_year = [0, 1, *[0] * 9, 1]
    assert [(one.name, one.counts) for one in seen.states] == [("Iran", in_year)]
    assert seen.every.counts == in_year
    assert ([(place.code, place.n_plots) for place in seen.places], seen.n_placeless) == ([("DE", 2)], 0)


def test_the_learning_curve_has_the_models_whose_figures_were_measured(desk: Desk) -> None:
    """Promise: a model without a held-out figure is no point; labels of both kinds count, a number left out is none."""
    figures = {"held_out_recall": 0.5, "held_out_precision": 0.25}
    cards = [{"figures": figures, "n_plot": 3, "n_not_plot": 4}, {"figures": figures, "n_plot": 3}, {}]
    cards.append({"figures": {"held_out_recall": 0.5}, "n_plot": 1})
    for number, card in enumerate(cards):
        desk.add(f"model-trained:m{number}", ModelTrained(model_id=f"m{number}", card=card))
    assert learning_curve(desk.views) == [("2026-01-31", 7, 0.5, 0.25), ("2026-01-31", 3, 0.5, 0.25)]


def test_what_was_kept_is_not_read_and_not_written_again(desk: Desk, tmp_path: Path) -> None:
    """Promise: a tick without news leaves the file alone."""
    plots(desk, [LOUD])
    keep_codes(desk.log, desk.views, tmp_path)
    (file,) = tmp_path.iterdir()
    kept = KeptCodes(tmp_path)
    kept.load()
    file.unlink()
    counted_plots(desk.log, desk.views, kept)
    kept.save()
    assert list(tmp_path.iterdir()) == []
    anew = KeptCodes(tmp_path)
    counted_plots(desk.log, desk.views, anew)
    anew.save()
    file.unlink()
    anew.save()
    assert list(tmp_path.iterdir()) == []


def test_a_case_is_confirmed_by_who_says_so_and_since_they_do(desk: Desk) -> None:
    """Promise: a reviewer who is unsure stands behind nothing; the moment is that of the first label that stands."""
    plots(desk, [LOUD])
    (entry_id,) = desk.flagged
    began = desk.now
    desk.now += timedelta(hours=1)
    for by, label in (("ben", "unsure"), ("cleo", "plot")):
        label_entry(desk.log, desk.views, entry_id, label, by=by, now=desk.now)
    (case,) = confirmed_cases(desk.views)
    assert (case.by, case.confirmed_at) == (("ana", "cleo"), iso(began))


def test_the_fullest_account_speaks_for_a_case() -> None:
    """Promise: a confirmed sentence goes before any other, a sentence before none, and then who has more confirmed."""
    ranked = [
        StoryFacts(story_id="s"), StoryFacts(story_id="s", confirmed=("stage",)),
        StoryFacts(story_id="s", sentence="x", status="machine, unconfirmed"),
        StoryFacts(story_id="s", sentence="x", status="machine, unconfirmed", confirmed=("stage",)),
        StoryFacts(story_id="s", sentence="x", status="confirmed"),
    ]  # fmt: skip
    assert sorted([ranked[n] for n in (3, 0, 4, 2, 1)], key=fullness) == ranked


def test_the_feed_that_had_a_plot_first_is_told_by_when_it_was_published(desk: Desk) -> None:
    """Promise: an old report that came late was there first; a date after its arrival is none to go by."""
    row = plots(desk, [LOUD])[0].case.rows[0]
    late = msgspec.structs.replace(row, feed_id="late", published_at="2026-01-01T00:00:00Z", position=row.position + 9)
    vain = msgspec.structs.replace(row, feed_id="vain", published_at="2027-01-01T00:00:00Z", position=row.position + 8)
    for rows, first in (([row, late], "late"), ([vain, row], "wire"), ([vain, late, row], "late")):
        case = ConfirmedCase("c", (), (), tuple(rows), "", ())
        assert first_feed(CountedPlot(case, "", [], [], [])) == first


def test_recall_is_said_in_words_where_the_answers_are_few() -> None:
    """Promise: no figure before it would mean something; a wide interval is said to be wide."""
    assert recall_words(estimate(3, [], 5, 100)) == ""
    few = recall_words(estimate(3, [SampleAnswer(0.5, plot=True)], 1, 100))
    many = recall_words(estimate(500, [SampleAnswer(0.5, plot=False)] * 400, 400, 800))
    assert few.startswith("too few answers to say how much is missed")
    assert many.endswith("from 400 audited entries")
    said = [
        recall_words(
            msgspec.structs.replace(
                estimate(9, [SampleAnswer(0.5, plot=True)], 1, 100), recall_low=0.6, recall_high=high
            )
        )
        for high in (0.89, 0.91)
    ]
    assert [words.startswith("too few") for words in said] == [False, True]  # 30 points
