"""The overview: every figure on it is what the log says, and what is not known is not shown as known."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from monitor.facts.names import state_name
from monitor.learn.intervals import binomial_interval
from monitor.learn.recapture import recapture
from monitor.learn.sample import Unflagged, draw_sample
from monitor.learn.watcher import notices
from monitor.log.codec import iso
from monitor.log.events import EntryLabelled, FeedAdded, FeedFetched
from monitor.poll.coverage import FeedCoverage, Span
from monitor.surfaces.web import figures
from monitor.surfaces.web.overview import cell_of
from monitor.surfaces.web.tiles import TILES
from monitor.triage.counted import keep_codes
from tests.surfaces.conftest import House
from tests.surfaces.test_reports import TEXT, TITLE, label


def test_an_empty_log_has_an_overview_that_claims_nothing(house: House) -> None:
    """Promise: no full bar and no 100 % where nothing was answered."""
    page = house.signed_in().get("/overview").text
    assert "reports of <b>0</b> alleged plots" in page
    assert "Nothing can be said yet" in page
    assert "no plot was added by hand" in page
    assert "100 %" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)


def test_a_plot_counts_once_by_month_state_and_target(house: House) -> None:
    """Promise: what the pictures count is what reviewers confirmed, and each picture's words hold the numbers."""
    house.entry("aaaa1111", TITLE, TEXT)
    house.entry("bbbb2222", "Not looked at yet", TEXT)
    label(house, "aaaa1111")
    page = house.signed_in().get("/overview").text
    assert "reports of <b>1</b> alleged plot in" not in page
    assert "reports of <b>1</b> alleged plot." in page
    assert "Iran: 1 alleged plot from 2025-02 to 2026-01, most in 2026-01: 1." in page
    assert "dissident" in page


class Pictures(HTMLParser):
    """The pictures of a page and whether each has words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.styles: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a picture's words and any inline style, which the page's policy forbids."""
        found = dict(attrs)
        if tag == "svg":
            self.words.append(found.get("aria-label") or "")
        self.styles += [tag] if "style" in found else []


def test_every_picture_has_words_and_nothing_the_policy_forbids(house: House) -> None:
    """Promise: what is drawn is also said; colours and sizes need no inline style."""
    house.entry("aaaa1111", TITLE, TEXT)
    label(house, "aaaa1111")
    house.append(
        "f1", FeedFetched(feed_id="wire", status=200, n_entries=1, n_new=1, interval_s=1800, body_sha="x", overlap=None)
    )
    found = Pictures(house.signed_in().get("/overview?coverage=1").text)
    assert len(found.words) >= 4
    assert all(found.words)
    assert found.styles == []


def test_a_handful_of_answers_gives_no_figure(house: House) -> None:
    """Promise: a wide interval is said in words, not drawn as knowledge."""
    found = recapture(n_flagged=3, n_elsewhere=2, n_both=2)
    assert found is not None
    assert found.recall == 1.0
    assert found.recall_low < 0.2
    assert found.recall_high == 1.0


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.3085), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1), (1_000, 5_000, 0.1890, 0.2114)],
)
def test_the_interval_is_the_exact_one(hits: int, n: int, low: float, high: float) -> None:
    """Promise: the published limits of Clopper and Pearson."""
    assert binomial_interval(hits, n) == pytest.approx((low, high), abs=1e-4)


def test_capture_and_recapture_estimates_the_total(house: House) -> None:
    """Promise: Chapman's estimate, never below what is known."""
    found = recapture(n_flagged=30, n_elsewhere=20, n_both=15)
    assert found is not None
    assert found.total == pytest.approx(31 * 21 / 16 - 1)
    assert found.total_low >= 35
    assert found.total_low <= found.total <= found.total_high
    assert recapture(5, 0, 0) is None


def test_what_was_added_by_hand_and_flagged_too_is_counted_as_both(house: House) -> None:
    """Promise: the check against plots known from elsewhere compares cases."""
    from monitor.log.events import EntrySeen, StoryJoined
    from monitor.log.payloads import entry_payload, payload_sha

    house.append("feed-added:hand", FeedAdded(feed_id="added-by-hand", url="", name="Added by hand", kind="archive"))
    house.entry("aaaa1111", TITLE, TEXT)
    payload = entry_payload("The same, elsewhere", TEXT)
    seen = EntrySeen(
        entry_id="cccc3333",
        feed_id="added-by-hand",
        guid="c",
        link="https://else.test/c",
        text_sha=payload_sha(payload),
    )
    house.append("entry-seen:cccc3333", seen, {payload_sha(payload): payload})
    house.append("j", StoryJoined(story_id="saaaa1111", entry_id="cccc3333", publisher="Else", similarity=0.9))
    label(house, "aaaa1111")
    page = house.signed_in().get("/overview").text
    assert "Of 1 plot added by hand, 1 had been flagged from a feed too" in page
    assert "Too few to say more than" in page


def test_checks_go_where_plain_words_speak_of_a_plot() -> None:
    """Promise: far below the line, what speaks of a plot is likelier to be checked, and each entry can be."""
    entries = [Unflagged(f"{number:04}", 0.01, noticed=number < 4) for number in range(100)]
    draw = dict(draw_sample("2026-01-30", entries, 4, 0.4).entries)
    noticed = {entry_id: chance for entry_id, chance in draw.items() if int(entry_id) < 4}
    assert set(noticed.values()) == {0.5}
    assert {chance for entry_id, chance in draw.items() if entry_id not in noticed} == {2 / 96}


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("Police foil alleged plot to murder an exile", True),
        ("Two agents accused of arson", True),
        ("Murder in the first act: a review", False),
        ("The plot of the new novel", False),
        ("", False),
    ],
)
def test_the_second_watcher_reads_plain_words(headline: str, expected: bool) -> None:
    """Promise: it needs a word for violence and another for a plot or a state's hand."""
    assert notices(headline) is expected


def test_a_day_is_full_half_or_a_gap() -> None:
    """Promise: the calendar's shapes follow the proof."""
    day = datetime.fromisoformat("2026-01-30T00:00:00+00:00")
    noon, end = day + timedelta(hours=12), day + timedelta(days=1)

    def feed(*spans: Span) -> FeedCoverage:
        return FeedCoverage(feed_id="f", name="F", n_good=1, n_failed=0, share=1.0, spans=list(spans))

    proven, gap = Span(since=day, until=noon, state="proven"), Span(since=noon, until=end, state="gap")
    assert cell_of(feed(proven), "2026-01-30") == "full"
    assert cell_of(feed(proven, gap), "2026-01-30") == "half"
    assert cell_of(feed(gap), "2026-01-30") == "gap"
    assert cell_of(feed(gap), "2026-02-02") == ""


def test_the_learning_curve_has_axes_and_starts_at_nothing() -> None:
    """Promise: a fall from 0.93 to 0.80 is seen and said, on an axis from 0 to 100 %."""
    picture = str(figures.learning_curve([("2026-01-01", 100, 1.0, 0.93), ("2026-02-01", 200, 1.0, 0.80)]))
    assert "average precision 93%, then 80%" in picture
    assert ">0</text>" in picture
    assert ">100 %</text>" in picture
    assert "200 labels" in picture


def test_the_overview_is_of_this_log_and_not_of_the_last_visit(house: House) -> None:
    """Promise: what is kept between visits is forgotten when the log grows."""
    client = house.signed_in()
    house.entry("aaaa1111", TITLE, TEXT)
    assert "<b>0</b>" in client.get("/overview").text
    label(house, "aaaa1111")
    assert "<b>1</b>" in client.get("/overview").text
    data = EntryLabelled(entry_id="aaaa1111", label="not-plot", by="ben", story_id="saaaa1111")
    house.append(f"label:{iso(house.now)}", data)
    assert "<b>0</b>" in client.get("/overview").text


def test_a_correction_moves_a_plot_to_another_state_at_once(house: House) -> None:
    """Promise: cards that are kept between visits follow corrections and new reports."""
    from monitor.log.events import CardCorrected, StoryJoined

    client = house.signed_in()
    house.entry("aaaa1111", "Alleged plot foiled", "Police said that a plot to kill an editor was foiled.")
    label(house, "aaaa1111")
    assert "no state named: 1 alleged plot " in client.get("/overview").text
    house.entry("bbbb2222", TITLE, TEXT, story=StoryJoined(story_id="saaaa1111", entry_id="bbbb2222", similarity=0.9))
    assert "Iran: 1 alleged plot " in client.get("/overview").text
    house.append("c", CardCorrected(story_id="saaaa1111", field="linked_states", value=["BY"], before=["IR"]))
    page = client.get("/overview").text
    assert "Belarus: 1 alleged plot " in page
    assert "Iran: 1 alleged plot " not in page


def kept_file(house: House) -> Path:
    return house.folder / "plots.json"


def test_a_tick_reads_the_plots_so_that_a_visitor_need_not(house: House) -> None:
    """Promise: what the tick kept is what the page counts, until a text, a correction or the rules change."""
    house.entry("aaaa1111", TITLE, TEXT)
    label(house, "aaaa1111")
    workspace = house.open()
    keep_codes(workspace.log, workspace.views, workspace.data_dir)
    workspace.close()
    kept = json.loads(kept_file(house).read_text())
    (story,) = kept["stories"].values()
    assert (story["states"], "target" in str(story)) == (["IR"], True)
    story["states"] = ["BY"]  # as nothing but the file could say: the page does not read the reports again
    kept_file(house).write_text(json.dumps(kept))
    assert "Belarus: 1 alleged plot " in house.signed_in().get("/overview").text
    kept["rules"] = "of another release"
    kept_file(house).write_text(json.dumps(kept))
    assert "Iran: 1 alleged plot " in house.signed_in().get("/overview").text


def test_what_is_kept_holds_no_word_of_a_text(house: House) -> None:
    """Promise: an erased text is in none of the files made from it: codes alone are kept, readable by the owner."""
    house.entry("aaaa1111", TITLE, TEXT)
    label(house, "aaaa1111")
    workspace = house.open()
    keep_codes(workspace.log, workspace.views, workspace.data_dir)
    workspace.close()
    text = kept_file(house).read_text()
    codes = {"journalist", "dissident"}
    assert [word for word in re.findall(r"[A-Za-z]{4,}", f"{TITLE} {TEXT}") if word in text and word not in codes] == []
    assert kept_file(house).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["", "[]", "{", '{"stories": 3}'])
def test_a_damaged_file_costs_a_second_and_nothing_else(house: House, content: str) -> None:
    """Promise: what is kept can be thrown away or damaged; the page counts the same."""
    house.entry("aaaa1111", TITLE, TEXT)
    label(house, "aaaa1111")
    kept_file(house).write_text(content)
    assert "Iran: 1 alleged plot " in house.signed_in().get("/overview").text


def test_the_map_and_the_list_name_every_place(house: House) -> None:
    """Promise: the country of a plot is on the map with its number, and named in words beside it."""
    from monitor.log.events import CardCorrected

    house.entry("aaaa1111", TITLE, TEXT)
    label(house, "aaaa1111")
    house.append("c", CardCorrected(story_id="saaaa1111", field="countries", value=["DK"], before=[]))
    page = house.signed_in().get("/overview").text
    assert 'aria-label="Alleged plots by country: Denmark 1."' in page
    assert re.search(r">DK</text><text[^>]*>1</text>", page)
    assert '<th scope="row">Denmark</th>' in page
    house.append("d", CardCorrected(story_id="saaaa1111", field="countries", value=[], before=["DK"]))
    assert "1 more plot: no report says where" not in house.signed_in().get("/overview").text
    assert "No plot confirmed in twelve months says where" in house.signed_in().get("/overview").text


def test_every_tile_stands_once() -> None:
    """Promise: no country is on the map twice, and all rows are equally long."""
    codes = [code for row in TILES for code in row if code != ".."]
    assert len(codes) == len(set(codes))
    assert len({len(row) for row in TILES}) == 1
    assert all(state_name(code) != code for code in codes)


def test_the_feed_that_had_a_plot_first_is_said(house: House) -> None:
    """Promise: first is who published first, whatever was fetched first; each plot has one first feed."""
    from monitor.log.events import EntrySeen, StoryJoined
    from monitor.log.payloads import entry_payload, payload_sha
    from monitor.triage.counted import KeptCodes, counted_plots
    from monitor.triage.overview import first_feed

    house.append("feed-added:early", FeedAdded(feed_id="early", url="https://e.test/f", name="Early Courier"))
    house.entry("aaaa1111", TITLE, TEXT)
    payload = entry_payload("The same, an hour before", TEXT)
    seen = EntrySeen(
        entry_id="cccc3333", feed_id="early", guid="c", link="https://e.test/c", text_sha=payload_sha(payload),
        published_at=iso(house.now - timedelta(days=9)),
    )  # fmt: skip
    house.append("entry-seen:cccc3333", seen, {payload_sha(payload): payload})
    house.append("j", StoryJoined(story_id="saaaa1111", entry_id="cccc3333", publisher="Early", similarity=0.9))
    label(house, "aaaa1111")
    workspace = house.open()
    (plot,) = counted_plots(workspace.log, workspace.views, KeptCodes())
    workspace.close()
    assert first_feed(plot) == "early"


def test_what_plain_words_noticed_is_set_against_the_flags(house: House) -> None:
    """Promise: the second list counts plots both saw; without a check of what was left out nothing is concluded."""
    house.entry("aaaa1111", "Police foil alleged plot to murder exiled editor", TEXT)
    label(house, "aaaa1111")
    page = house.signed_in().get("/overview").text
    assert "they noticed 1 of 1 flagged plots" in page
    assert "Too few answers to say" in page
