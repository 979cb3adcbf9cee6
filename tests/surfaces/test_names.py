"""Names, not codes: what a page says of feeds, states, languages, stories and models, an editor could print."""

from __future__ import annotations

import re
from contextlib import closing
from html import unescape

import pytest

from monitor.facts.names import state_code
from monitor.facts.values import Card, Value
from monitor.log.events import CardCorrected, EntryRevised, ModelTrained, StoryJoined, StoryLinked
from monitor.log.payloads import EntryText, entry_payload, payload_sha
from monitor.surfaces.web.filters import read_filter
from monitor.surfaces.web.wording import why_words
from monitor.triage.decide import label_entry
from monitor.triage.entries import history
from monitor.triage.moved import changes_of
from monitor.triage.story import diff_words
from tests.surfaces.conftest import House

ID = re.compile(r"\bs?[0-9a-f]{8,}\b|seed:|\bm\d\b")
ACCUSED = "Police in Denmark allege that Iran's intelligence ministry hired men to kill an editor in Aarhus. {} {}"


def words_of(page: str) -> str:
    """Return what a reader sees of a page: no tags, no styles, blanks folded."""
    return " ".join(unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)).split())


def section(page: str, begin: str, end: str) -> str:
    """Return the words between two headings."""
    return words_of(page).partition(begin)[2].partition(end)[0]


def join(house: House, entry_id: str, into: str, title: str, summary: str) -> None:
    """Add an entry to a story, by a publisher of its own."""
    joined = StoryJoined(
        story_id=into, entry_id=entry_id, similarity=0.7, publisher="The Ribera Daily", why="words: editor, Aarhus"
    )
    house.entry(entry_id, title, summary, publisher="The Ribera Daily", story=joined)


@pytest.fixture
def told(house: House) -> House:
    """A story of two reports that differ on a number, one of them revised, and an earlier story of its case."""
    house.entry("aaaa1111", "Earlier arrests", ACCUSED.format("Two were arrested.", ""), publisher="Harbour Wire")
    house.entry("bbbb2222", "Editor threatened", ACCUSED.format("Two were arrested.", ""), publisher="Harbour Wire")
    join(house, "cccc3333", "sbbbb2222", "Arrests", ACCUSED.format("Three were arrested.", "Iran denies it."))
    house.append("link", StoryLinked(story_id="sbbbb2222", case_id="saaaa1111", before="sbbbb2222"))
    payload = entry_payload("Editor threatened", ACCUSED.format("Two were arrested.", "A court sits on Monday."))
    revised = EntryRevised(
        entry_id="bbbb2222", feed_id="wire", revision=1, link="https://news.test/bbbb2222",
        text_sha=payload_sha(payload), changed=["summary"],
    )  # fmt: skip
    house.append("entry-revised:bbbb2222:1", revised, {payload_sha(payload): payload})
    return house


def test_a_story_says_how_far_it_has_come_and_what_differs(told: House) -> None:
    """Promise: a track of the law with who says so; numbers that differ stand side by side as a conflict."""
    page = told.signed_in().get("/story/sbbbb2222").text
    words = words_of(page)
    assert 'aria-label="How far it has come"' in page
    track = section(page, "Harbour Wire ↗", "Who is behind it?")
    assert [step for step in ("Alleged", "Arrested", "Charged", "Trial", "Verdict") if step in track] == [
        "Alleged", "Arrested", "Charged", "Trial", "Verdict",
    ]  # fmt: skip
    assert "no report says so" in track
    assert "How many were arrested? conflict: 2 or 3" in words
    assert "Denied by Iran." in words
    assert "● reports" not in words


def test_a_story_names_its_case_its_papers_and_its_history(told: House) -> None:
    """Promise: no id, slug or code stands where a name can; the history is told in words, each line with its event."""
    page = told.signed_in().get("/story/sbbbb2222").text
    assert section(page, "Same case", "What happened here").split() == ["Earlier", "arrests"]
    told_there = section(page, "What happened here", "Read at log position")
    assert "first seen in Wire, published" in told_there
    assert "put into the queue: it scored 0.90" in told_there
    assert "its summary changed" in told_there
    assert ID.findall(told_there.replace("model m1", "")) == []
    card = section(page, "The card", "Correct a field")
    assert "Iran" in card
    assert re.findall(r"\b[A-Z]{2}\b|[a-z]_[a-z]|\bexecuted\b", card) == []
    assert "The Ribera Daily own report Arrests" in words_of(page)
    with closing(told.open()) as workspace:
        lines = [line.what for line in history(workspace.log, workspace.views, "cccc3333")]
    assert "joined a story: both speak of editor, Aarhus" in lines


def test_a_revision_shows_what_changed_and_nothing_else(told: House) -> None:
    """Promise: of long words that stayed some on both sides are kept; what came is marked as new."""
    page = told.signed_in().get("/story/sbbbb2222").text
    diff = page.partition('<p class="diff"')[2].partition("</p>")[0]
    assert re.findall(r"<ins>(.*?)</ins>", diff) == ["A court sits on Monday."]
    assert "<del>" not in diff
    assert "Police in Denmark allege" not in words_of(diff)
    diff = diff_words(EntryText("", "警方逮捕兩人。"), EntryText("", "警方逮捕三人。"))
    assert [(piece.how, piece.words.strip()) for piece in diff] == [
        ("same", "警方逮捕"), ("removed", "兩"), ("added", "三"), ("same", "人。"),
    ]  # fmt: skip


def test_a_state_is_corrected_by_its_name(told: House) -> None:
    """Promise: "Iran", "the United Kingdom" and "ir" are understood; what is no state is refused in words."""
    client = told.signed_in()
    form = {"story": "sbbbb2222", "field": "linked_states", "back": "/"}
    assert client.post("/correct", data=form | {"value": "the United Kingdom, Iran"}).status_code == 303
    with closing(told.open()) as workspace:
        last = workspace.log.get(workspace.log.head()[0])
    assert last is not None
    assert isinstance(last.data, CardCorrected)
    assert last.data.value == ["GB", "IR"]
    refused = client.post("/correct", data=form | {"value": "Freedonia"})
    assert (refused.status_code, "such as Iran or IR" in refused.text) == (400, True)


@pytest.mark.parametrize(
    ("name", "code"),
    [("Iran", "IR"), ("the united states", "US"), ("North Korea", "KP"), ("IR", "IR"), ("Congo", "Congo"), ("", "")],
)
def test_a_name_that_two_states_share_is_none(name: str, code: str) -> None:
    """Promise: a state is found by each of its English names; one that is not known, or two states', stays a word."""
    assert state_code(name) == code


def test_what_moved_is_told_in_names() -> None:
    """Promise: known cases that moved say "Russia" and "carried out", not RU and executed."""
    now = Card(denied_by=(Value("RU"),), stage=(Value("executed"),), legal_stage=(Value("on-trial"),))
    assert changes_of(Card(), now) == ["new step: on trial", "new stage: carried out", "new denial: Russia"]


def test_rows_are_filtered_by_names(house: House) -> None:
    """Promise: the state and the language are typed as people call them; an unknown name fits no row."""
    house.entry("aaaa1111", "English", ACCUSED.format("", ""), publisher="The Courier")
    house.entry("bbbb2222", "Persian", "Nobody is named here.", publisher="Wire", lang="fa")
    client = house.signed_in()
    for query, title in (("state=iran", "English"), ("lang=Persian", "Persian"), ("state=Irania", "")):
        page = client.get(f"/?{query}").text
        assert [name for name in ("English", "Persian") if f">{name}</a>" in page] == [title] * bool(title)
    assert read_filter({"lang": "Persian", "state": "Iran"}).query(1) == "?state=IR&lang=fa&show=all&page=1"
    assert 'value="Iran"' in client.get("/?state=IR").text


def test_a_search_names_papers_and_languages(house: House) -> None:
    """Promise: a result says who published it by the name people know, and its language in words."""
    house.entry("aaaa1111", "Alleged plot", "Nothing more.", publisher="wire.test", lang="fa")
    words = words_of(house.signed_in().get("/search?q=alleged").text)
    assert "Wire Co Persian score 0.90" in words
    assert "wire.test" not in words


def test_labels_name_what_is_disputed_and_have_no_empty_column(house: House) -> None:
    """Promise: a conflict is called by its headline; notes have a column where there is one."""
    house.entry("aaaa1111", "Alleged plot against an editor")
    with closing(house.open()) as workspace:
        for by, label in (("ana", "plot"), ("ben", "not-plot")):
            label_entry(workspace.log, workspace.views, "aaaa1111", label, by=by, now=house.now)
    client = house.signed_in()
    page = client.get("/labels").text
    assert "Conflicts Alleged plot against an editor : plot by ana , not plot by ben" in words_of(page)
    assert '<th scope="col">Note</th>' not in page
    assert "not defined" not in page
    client.post("/label", data={"entry": "aaaa1111", "label": "plot", "note": "two sources", "seen": "99"})
    with closing(house.open()) as workspace:
        label_entry(workspace.log, workspace.views, "aaaa1111", "plot", by="ben", now=house.now, note="two sources")
    assert '<th scope="col">Note</th>' in client.get("/labels").text


def test_sources_and_models_speak_of_days(house: House) -> None:
    """Promise: no bare time stamp and no empty column; a model is called by the day it was trained on."""
    house.append("model", ModelTrained(model_id="m0123456789ab", card={}))
    client = house.signed_in()
    sources = words_of(client.get("/feeds").text)
    assert "Sources" in sources
    assert re.findall(r"\d{4}-\d{2}-\d{2}", sources) == []
    assert "Source State Last read Last new entry Next" in sources
    assert re.search(r"Trained \d+ [A-Z][a-z]+ \d{4}", words_of(client.get("/models").text))


def test_a_follow_up_says_so_without_a_hash(house: House) -> None:
    """Promise: a row that continues a known case says that, and no id of the case."""
    assert why_words("follow-up of s0123456789abcdef") == "follows a known case"
    assert (why_words("new"), why_words("revised")) == ("", "its words changed")
