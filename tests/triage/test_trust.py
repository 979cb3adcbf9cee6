"""How far to trust the counts: each list counts what it says it counts, and says nothing before it can."""

from __future__ import annotations

import pytest

from monitor.learn.quality import SampleAnswer, estimate
from monitor.log.events import SampleDrawn
from monitor.triage.counted import CountedPlot, KeptCodes, counted_plots, keep_codes
from monitor.triage.decide import label_entry
from monitor.triage.overview import overview
from monitor.triage.plots import confirmed_cases, confirmed_plots
from monitor.triage.trust import BY_HAND, LEAST_BOTH, Drawn, checks, elsewhere, noticed, strata
from monitor.views.queries.yields import EntryFeed
from tests.triage.conftest import Desk

LOUD, QUIET = "Police foil alleged plot to murder baker", "Three questioned in Norland"


def plots(desk: Desk, titles: list[str], *, flag: bool = True) -> list[CountedPlot]:
    """Confirmed plots, one for each title."""
    for number, title in enumerate(titles):
        entry_id = f"{'abcdefghijk'[number] * 4}{len(desk.flagged)}"
        desk.entry(entry_id, title, 0.9, flag=flag)
        label_entry(desk.log, desk.views, entry_id, "plot", by="ana", now=desk.now)
    return counted_plots(desk.log, desk.views, KeptCodes())


def test_the_audit_is_told_apart_by_how_likely_a_check_was() -> None:
    """Promise: one in fifty or more is near the line; an answer of `unsure` or none is a check without an answer."""
    drawn = [Drawn("a", 0.02, "plot"), Drawn("b", 0.5, "not-plot"), Drawn("c", 0.5, "unsure"), Drawn("d", 0.01, "")]
    drawn.append(Drawn("e", 0.01, "not-plot"))
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
    drawn = [Drawn("xxxx1", 0.5, "plot"), Drawn("yyyy1", 0.5, "plot"), Drawn("zzzz1", 0.25, ""), Drawn("gone", 1, "")]
    seen = noticed(desk.log, desk.views, found, where, drawn)
    assert (seen.n_flagged, seen.n_both, seen.total) == (2, 1, None)
    assert seen.quality == estimate(1, [SampleAnswer(0.5, True)], 2, 6)
    assert noticed(desk.log, desk.views, found, {}, drawn).n_flagged == 0


def test_enough_plots_in_both_lists_give_a_total(desk: Desk) -> None:
    """Promise: the estimate counts what the words notice and the flags left out as found by the words."""
    found = plots(desk, [LOUD] * LEAST_BOTH)
    where = {plot.case.rows[0].entry_id: EntryFeed("wire", True) for plot in found}
    drawn = [Drawn(found[0].case.rows[0].entry_id, 0.25, "plot")]
    seen = noticed(desk.log, desk.views, found, where, drawn)
    assert seen.total == pytest.approx((7 + 1) * (7 + 4 + 1) / (7 + 1) - 1)


def test_an_entry_drawn_for_the_audit_is_a_check(desk: Desk) -> None:
    """Promise: what was drawn is listed with the label that stands for it, or none."""
    for name in ("aaaa1", "bbbb1"):
        desk.entry(name, QUIET, 0.2, flag=False)
    drawn = SampleDrawn(day="2026-01-31", entries=[("aaaa1", 0.5), ("bbbb1", 0.5)], n_population=10)
    desk.add("sample-drawn:2026-01-31", drawn)
    label_entry(desk.log, desk.views, "aaaa1", "not-plot", by="ana", now=desk.now)
    assert sorted(checks(desk.views)) == [Drawn("aaaa1", 0.5, "not-plot"), Drawn("bbbb1", 0.5, "")]


def test_cases_confirmed_since_a_moment_are_those_and_no_others(desk: Desk) -> None:
    """Promise: the weekly report holds the week's, the one of its first second too; one case is one plot."""
    plots(desk, [LOUD])
    (case,) = confirmed_cases(desk.views)
    assert [one.case_id for one in confirmed_plots(desk.log, desk.views, case.confirmed_at)] == [case.case_id]
    assert confirmed_cases(desk.views, "2026-02-01") == []


def test_a_plot_that_was_taken_back_is_kept_no_longer(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Promise: the file beside the log forgets what is no confirmed plot any more, and is read again when written."""
    folder = tmp_path_factory.mktemp("desk")
    first, second = plots(desk, [LOUD, QUIET])
    keep_codes(desk.log, desk.views, folder)
    kept = (folder / "plots.json").read_text()
    assert all(story in kept for plot in (first, second) for story in plot.case.story_ids)
    label_entry(desk.log, desk.views, first.case.labelled[0], "not-plot", by="ana", now=desk.now)
    desk.entry("kkkk1", "Another matter", 0.9)
    label_entry(desk.log, desk.views, "kkkk1", "plot", by="ana", now=desk.now)
    keep_codes(desk.log, desk.views, folder)
    kept = (folder / "plots.json").read_text()
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
