"""Exports: valid for the tools they are made for, the same when made again, and never an accusation."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import closing
from datetime import timedelta

import msgspec
import pytest

from monitor.facts.values import Value
from monitor.log.codec import iso
from monitor.log.events import CardConfirmed, StoryJoined, StoryLinked
from monitor.surfaces.cli.main import run
from monitor.surfaces.cli.publish.export import FORMATS, export
from monitor.surfaces.export import exchange
from monitor.surfaces.export.labelled import LabelledEntry, labelled_entries, taken_back
from monitor.surfaces.export.tables import as_csv, as_labelled_set
from monitor.triage.decide import label_entry
from monitor.triage.queue import list_queue
from tests.conftest import ROOT
from tests.surfaces.conftest import House


@pytest.fixture
def entries(house: House) -> list[LabelledEntry]:
    """Three labelled entries, two of them plots."""
    titles = {
        "aaaa1111": "Prosecutors charge two over alleged plot by a foreign service to kill an exile in Berlin",
        "bbbb2222": "La fiscalía investiga un presunto complot iraní contra un disidente en Madrid",
        "cccc3333": "Football",
    }
    for entry_id, title in titles.items():
        house.entry(entry_id, title, "Tehran denied the accusation.")
    workspace = house.open()
    for entry_id, label in zip(titles, ("plot", "plot", "not-plot"), strict=True):
        label_entry(workspace.log, workspace.views, entry_id, label, by="ana", now=house.now)
    found = list(labelled_entries(workspace))
    workspace.close()
    return found


def test_the_stix_bundle_is_valid_stix(entries: list[LabelledEntry]) -> None:
    """Promise: the reference library reads every object, without custom properties."""
    stix2 = pytest.importorskip("stix2", reason="needs the package stix2")
    bundle = stix2.parse(json.dumps(exchange.as_stix(entries)), allow_custom=False)
    kinds = [item.type for item in bundle.objects]
    assert (kinds.count("report"), kinds.count("note"), kinds.count("opinion")) == (2, 2, 2)


def test_the_misp_events_load_in_pymisp(entries: list[LabelledEntry]) -> None:
    """Promise: the reference library reads every event, and nothing in it is to be detected on."""
    pymisp = pytest.importorskip("pymisp", reason="needs the package pymisp")
    for raw in exchange.as_misp(entries):
        event = pymisp.MISPEvent()
        event.from_dict(**raw["Event"])
        assert event.info.startswith("Reported alleged plot")
        assert [item.type for item in event.attributes] == ["link", "text"]
        assert not any(item.to_ids for item in event.attributes)
        assert "tlp:amber" in [tag.name for tag in event.tags]


def test_wire_copies_are_no_corroboration(entries: list[LabelledEntry]) -> None:
    """Promise: the credibility follows the story's one count of independent sources, not the number of papers."""
    tag = 'admiralty-scale:information-credibility="{}"'
    for n_independent, grade in ((1, 3), (2, 2)):
        story = [msgspec.structs.replace(entries[0], entry_id=name, n_independent=n_independent) for name in ("a", "b")]
        (event,) = exchange.as_misp(story)
        assert tag.format(grade) in [item["name"] for item in event["Event"]["Tag"]]


@pytest.mark.parametrize(("second", "agreed", "opinion"), [("plot", True, "agree"), ("unsure", False, "neutral")])
def test_reviewers_who_do_not_say_the_same_are_not_exported_as_agreed(
    house: House, second: str, agreed: bool, opinion: str
) -> None:
    """Promise: a table and a threat platform learn that a reviewer had doubts, and are told less confidently."""
    house.entry("aaaa1111", "Alleged plot against an exile")
    with closing(house.open()) as workspace:
        for by, label in (("ana", "plot"), ("ben", second)):
            label_entry(workspace.log, workspace.views, "aaaa1111", label, by=by, now=house.now)
        (entry,) = found = list(labelled_entries(workspace))
    assert (entry.label, entry.reviewers, entry.agreed) == ("plot", ["ana", "ben"], agreed)
    objects = {item["type"]: item for item in exchange.as_stix(found)["objects"]}
    assert objects["opinion"]["opinion"] == opinion
    confidence = exchange.CONFIDENCE_AGREED if agreed else exchange.CONFIDENCE_SPLIT
    assert objects["report"]["confidence"] == objects["note"]["confidence"] == confidence
    assert exchange.CONFIDENCE_SPLIT < exchange.CONFIDENCE_AGREED


def test_only_a_reviewer_makes_a_state_more_than_a_claim(entries: list[LabelledEntry]) -> None:
    """Promise: machine-read states leave the house as claims, marked so and with their quotes, in no other field."""
    entry = entries[0]
    assert entry.card.codes("linked_states") == []
    assert entry.claims
    assert all(claim.startswith("[machine, unconfirmed] ") and '"' in claim for claim in entry.claims)
    assert "linked state" not in exchange.card_words(entry)
    assert "machine, unconfirmed" in exchange.card_words(entry)


def test_exporting_again_gives_the_same_identifiers(entries: list[LabelledEntry]) -> None:
    """Promise: a platform updates what it has instead of doubling it."""
    assert exchange.as_stix(entries) == exchange.as_stix(entries)
    assert exchange.as_misp(entries) == exchange.as_misp(entries)


def test_the_words_allege_and_never_find(entries: list[LabelledEntry]) -> None:
    """Promise: a card's words keep the distance of the sources."""
    words = exchange.card_words(entries[0])
    assert "an allegation, not a finding" in words
    assert "guilty" not in words.lower()


def stix(house: House) -> dict[str, dict[str, object]]:
    """Return the reports of a bundle exported now, by their name."""
    workspace = house.open()
    bundle = exchange.as_stix(labelled_entries(workspace), gone=taken_back(workspace))
    workspace.close()
    return {str(item["name"]): item for item in bundle["objects"] if item["type"] == "report"}


def test_created_stays_and_modified_moves_with_everything_said_of_a_story(house: House) -> None:
    """Promise: STIX 2.1, 3.6: a platform that has the report takes the newer version, whatever made it newer."""
    house.entry("aaaa1111", "Alleged plot against an exile")
    versions = []

    def act(label: str, by: str) -> None:
        house.now += timedelta(hours=1)
        workspace = house.open()
        label_entry(workspace.log, workspace.views, "aaaa1111", label, by=by, now=house.now)
        workspace.close()
        versions.extend(report for name, report in stix(house).items() if name == "Alleged plot against an exile")

    act("plot", "ana")
    act("plot", "ben")
    house.now += timedelta(hours=1)
    joined = StoryJoined(
        story_id="saaaa1111", entry_id="bbbb2222", similarity=0.9, why="words: plot", publisher="Other"
    )
    house.entry("bbbb2222", "Exile was to be killed", story=joined)
    versions.append(stix(house)["Alleged plot against an exile"])
    act("not-plot", "ana")  # they disagree: neither listed nor revoked
    act("not-plot", "ben")
    assert len({version["created"] for version in versions}) == 1
    moments = [str(version["modified"]) for version in versions]
    assert moments == sorted(set(moments))
    assert all(str(version["created"]) <= str(version["modified"]) for version in versions)
    assert [version.get("revoked", False) for version in versions] == [False, False, False, True]


def test_a_misp_event_keeps_its_uuid_and_its_timestamp_moves(house: House) -> None:
    """Promise: the same event again is an update that MISP accepts."""
    house.entry("aaaa1111", "Alleged plot against an exile")
    events = []
    for by in ("ana", "ben"):
        house.now += timedelta(hours=1)
        workspace = house.open()
        label_entry(workspace.log, workspace.views, "aaaa1111", "plot", by=by, now=house.now)
        events.append(exchange.as_misp(labelled_entries(workspace))[0]["Event"])
        workspace.close()
    assert events[0]["uuid"] == events[1]["uuid"]
    assert int(events[0]["timestamp"]) < int(events[1]["timestamp"])
    assert [a["uuid"] for a in events[0]["Attribute"]] == [a["uuid"] for a in events[1]["Attribute"]]


def test_csv_is_made_for_spreadsheets(entries: list[LabelledEntry]) -> None:
    """Promise: a byte-order mark, so that Persian and Cyrillic open as such; without it on request."""
    told = [msgspec.structs.replace(entries[0], title="روزنامه‌نگار در تبعید\nдва", notes=["=1+1"])]
    text = "".join(as_csv(told))
    assert text.startswith("\ufeff")
    assert not "".join(as_csv(told, bom=False)).startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (len(rows), row["title"], row["notes"]) == (2, "روزنامه‌نگار در تبعید два", "'=1+1")


def rows_of(text: str) -> list[dict[str, str]]:
    """Return a CSV as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
def case(house: House) -> House:
    """A case of two stories, the first of two reports; one state confirmed, one report called no plot by itself."""
    accused = (
        "Police in Denmark allege that Iran was behind a foiled plot to kill an editor in Aarhus. Two were arrested."
    )
    joined = StoryJoined(story_id="saaaa1111", entry_id="bbbb2222", similarity=0.9, why="words", publisher="Echo")
    house.entry("aaaa1111", "Editor threatened", accused, publisher="Wire", lang="en")
    house.entry("bbbb2222", "=Editor threatened", accused, publisher="Echo", lang="da", story=joined)
    house.entry("cccc3333", "Trial opens", accused, publisher="Wire", lang="en")
    house.append("link", StoryLinked(story_id="scccc3333", case_id="saaaa1111", before="scccc3333"))
    with closing(house.open()) as workspace:
        for entry_id in ("aaaa1111", "cccc3333"):
            label_entry(workspace.log, workspace.views, entry_id, "plot", by="ana", now=house.now)
        label_entry(
            workspace.log,
            workspace.views,
            "bbbb2222",
            "not-plot",
            by="ana",
            now=house.now,
            whole_story=False,
            note="no",
        )
    house.append("confirm", CardConfirmed(story_id="saaaa1111", values={"linked_states": ["IR"]}))
    return house


def test_csv_has_a_row_for_each_story_or_case(case: House) -> None:
    """Promise: nothing is counted twice, no paper or code is named twice, and doubts are not hidden."""
    with closing(case.open()) as workspace:
        entries = list(labelled_entries(workspace))
    stories = rows_of("".join(as_csv(entries, per="story")))
    assert [(row["story_id"], row["n_reports"], row["label"], row["agreed"]) for row in stories] == [
        ("saaaa1111", "2", "plot", "False"), ("scccc3333", "1", "plot", "True"),
    ]  # fmt: skip
    first = stories[0]
    assert (first["publishers"], first["langs"], first["notes"]) == ("Wire / Echo", "en, da", "no")
    assert first["links"].split() == ["https://news.test/aaaa1111", "https://news.test/bbbb2222"]
    assert [row["case_id"] for row in rows_of("".join(as_csv(entries, per="case")))] == ["saaaa1111"]
    (whole,) = rows_of("".join(as_csv(entries, per="case")))
    assert (whole["n_reports"], whole["story_id"]) == ("3", "saaaa1111 / scccc3333")
    assert len(whole["positions"].split()) == 3
    assert "".join(as_csv(entries, per="case")).startswith("\ufeff")
    assert not "".join(as_csv(entries, per="case", bom=False)).startswith("\ufeff")


def test_only_confirmed_states_stand_in_a_row(case: House) -> None:
    """Promise: a story whose state nobody confirmed names none as fact, and each row says what was confirmed."""
    with closing(case.open()) as workspace:
        entries = list(labelled_entries(workspace))
    for per in ("entry", "story"):
        rows = {row["story_id"]: row for row in rows_of("".join(as_csv(entries, per=per)))}
        states = {one: (row["linked_states"], row["confirmed_fields"]) for one, row in rows.items()}
        assert states == {"saaaa1111": ("IR", "linked_states"), "scccc3333": ("", "")}
        assert rows["scccc3333"]["claims"].startswith("[machine, unconfirmed]")


def test_the_page_and_the_command_give_the_same_table(
    case: House, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Promise: the Labels page offers each table, the command writes the same bytes; another word is refused."""
    client = case.signed_in()
    page = client.get("/labels").text
    monkeypatch.setenv("MONITOR_NOW", iso(case.now))
    monkeypatch.chdir(case.folder)
    (case.folder / "feeds.yaml").write_text("feeds: []\n")
    for per in ("entry", "story", "case"):
        answer = client.get("/labels.csv" + ("" if per == "entry" else f"?per={per}"))
        assert f'href="/labels.csv{"" if per == "entry" else f"?per={per}"}"' in page
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert run(["-d", ".", "export", "csv", "--per", per]) == 0
        assert capfdbinary.readouterr().out == answer.content
    assert client.get("/labels.csv?per=paper").status_code == 400
    assert case.client().get("/labels.csv").status_code == 303


def test_csv_says_what_the_card_says(entries: list[LabelledEntry]) -> None:
    """Promise: numbers, services, places and dates of the card have columns of their own, and the language is there."""
    codes = {"n_arrested": "2", "n_charged": "3", "services": "IRGC", "places": "Port Mereth", "dates": "2026-01-20"}
    card = msgspec.structs.replace(entries[0].card, **{field: (Value(code),) for field, code in codes.items()})
    told = msgspec.structs.replace(entries[0], card=card, lang="fa")
    rows = list(csv.reader(io.StringIO("".join(as_csv([told], bom=False)))))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert {field: row[field] for field in codes} == codes
    assert (row["lang"], row["n_independent"]) == ("fa", str(told.n_independent))


def test_an_entry_without_a_title_is_called_by_its_first_words(house: House) -> None:
    """Promise: a post has a name on every platform; the labelled set keeps its title empty."""
    words = "Officers in Port Mereth say that they foiled an alleged plot. " * 6
    house.entry("aaaa1111", "", words)
    workspace = house.open()
    label_entry(workspace.log, workspace.views, "aaaa1111", "plot", by="ana", now=house.now)
    (entry,) = labelled_entries(workspace)
    (report,) = (item for item in exchange.as_stix([entry])["objects"] if item["type"] == "report")
    (event,) = exchange.as_misp([entry])
    (row,) = list_queue(workspace.log, workspace.views, house.now) or [None]
    workspace.close()
    assert str(report["name"]).startswith("Officers in Port Mereth")
    assert event["Event"]["info"].startswith("Reported alleged plot: Officers in Port")
    assert (row, json.loads(next(as_labelled_set([entry])))["title"]) == (None, "")


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_is_named_in_the_help_and_in_the_docs(form: str) -> None:
    assert export.help is not None
    assert re.search(rf"\b{form}\b", export.help)
    assert f"`monitor export {form}" in (ROOT / "docs" / "triage.md").read_text()
