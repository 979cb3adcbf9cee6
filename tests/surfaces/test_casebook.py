"""The casebook: confirmed and nothing else, the same bytes, no script, no name that nobody confirmed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import msgspec
import pytest

from monitor.errors import InputError
from monitor.facts.values import METHODS, STAGES, TARGET_TYPES
from monitor.log.events import CardConfirmed, CardCorrected, EntryLabelled, LabelWithdrawn
from monitor.surfaces.casebook.build import Site, build, render
from monitor.surfaces.casebook.cases import Case, Casebook, read_casebook
from monitor.surfaces.casebook.downloads import codebook, schema
from tests.conftest import ROOT
from tests.surfaces.conftest import House
from tests.surfaces.test_reports import TEXT, TITLE, label
from tools.build_casebook import EXAMPLE, SITE, example

VOID = {"meta", "link", "br", "img"}
ONCE = {"html", "head", "body", "title", "main", "h1"}


class Checked(HTMLParser):
    """A page taken apart by the rules that the standard's checker would hold it to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.seen: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        if not html.startswith("<!doctype html>\n<html lang="):
            self.faults.append("no doctype or language")
        self.feed(html)
        self.faults += [f"{tag} is not closed" for tag in self.open]
        self.faults += [f"{tag} occurs {self.seen[tag]} times" for tag in ONCE if self.seen[tag] != 1]
        self.faults += [f"id {name} twice" for name, n in Counter(self.ids).items() if n > 1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, its id, its links, what it loads and what is forbidden on it."""
        found = dict(attrs)
        self.seen[tag] += 1
        self.ids += [found["id"] or ""] if "id" in found else []
        if tag == "a":
            self.links.append(found.get("href") or "")
        self.loads += [found[name] or "" for name in ("src", "srcset", "data", "action") if name in found]
        self.loads += [found["href"] or ""] if tag == "link" and found.get("rel") == "stylesheet" else []
        if tag in ("script", "iframe", "form", "object", "embed") or any(name.startswith("on") for name in found):
            self.faults.append(f"{tag} with {sorted(found)}")
        if "style" in found:
            self.faults.append(f"{tag} has an inline style")
        if tag == "svg" and not found.get("aria-label"):
            self.faults.append("a picture without words")
        if tag == "th" and found.get("scope") not in ("row", "col"):
            self.faults.append("a heading cell without scope")
        if tag == "li" and self.open[-1:] not in (["ul"], ["ol"]):
            self.faults.append("li outside a list")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note tags that close another than the last."""
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another")


@pytest.fixture(scope="module")
def book() -> Casebook:
    """The example's casebook."""
    return example()


@pytest.fixture(scope="module")
def files(book: Casebook) -> dict[str, bytes]:
    """The example's files."""
    return render(book, SITE)


def test_the_committed_example_is_what_the_fixtures_make(files: dict[str, bytes]) -> None:
    """Promise: the same log makes the same site, byte for byte, and docs show today's."""
    committed = {str(path.relative_to(EXAMPLE)): path.read_bytes() for path in EXAMPLE.rglob("*") if path.is_file()}
    assert sorted(committed) == sorted(files)
    assert [name for name in files if files[name] != committed[name]] == []
    assert render(example(), SITE) == files


def test_every_page_is_sound_and_loads_nothing(files: dict[str, bytes]) -> None:
    """Promise: valid pages without script, form, inline style or remote load; every link leads somewhere."""
    for name, content in files.items():
        if not name.endswith(".html"):
            continue
        page = Checked(content.decode())
        assert (name, page.faults) == (name, [])
        assert all(PurePosixPath(load).name == "style.css" for load in page.loads)
        here = PurePosixPath(name).parent
        for link in page.links:
            if not link.startswith("https://"):
                target = str(here / link) if not link.startswith("../") else link.removeprefix("../")
                assert target in files, (name, link)


def test_a_case_stands_there_with_its_sources_and_its_place_in_the_log(book: Casebook, files: dict[str, bytes]) -> None:
    """Promise: each statement names the event it rests on, and that event is in the log with this hash."""
    case = next(case for case in book.confirmed if case.sentence and len(case.reports) > 1)
    page = files[f"case/{case.case_id}.html"].decode()
    assert case.sentence.replace("'", "&#39;") in page
    for item in [*case.reports, *case.changes]:
        assert item.event.hash in page
    for field in case.fields:
        assert field.event is not None
        assert f"event {field.event.position}" in page


def test_withdrawn_and_corrected_cases_stay_as_such(book: Casebook, files: dict[str, bytes]) -> None:
    """Promise: who saw a case before finds at its address what became of it, and nothing that was taken back."""
    gone = [case for case in book.cases if case.status == "withdrawn"]
    assert len(gone) == 1
    page = files[f"case/{gone[0].case_id}.html"].decode()
    assert "<b>Withdrawn.</b>" in page
    assert "A reviewer took that back." in page
    assert (gone[0].fields, gone[0].sentence, gone[0].reports) == ([], "", [])
    corrected = [case for case in book.confirmed if any("Corrected" in change.what for change in case.changes)]
    assert len(corrected) == 1
    assert corrected[0].codes("n_arrested") == ["3"]


def test_nothing_that_could_name_a_person_is_printed(files: dict[str, bytes]) -> None:
    """Promise: no headline, no quotation, no reviewer, no name of the reports' own words."""
    from tools.build_fixtures import sources

    everything = b"\n".join(files.values()).decode()
    plots = [entry for source in sources() for entry in source["entries"] if entry.get("kind") == "plot"]
    assert [entry["title"] for entry in plots if entry["title"] in everything] == []
    assert "Ravandi" in " ".join(str(entry["summary"]) for entry in plots)
    assert "Ravandi" not in everything
    for reviewer in ("ana", "ben"):
        assert f">{reviewer}<" not in everything
        assert f'"{reviewer}"' not in everything


def test_the_feed_of_changes_is_rss(book: Casebook, files: dict[str, bytes]) -> None:
    """Promise: a reader subscribes once and hears of every confirmation, correction and withdrawal."""
    channel = ElementTree.fromstring(files["changes.xml"]).find("channel")  # noqa: S314 - our own output
    assert channel is not None
    assert [channel.findtext(name) for name in ("title", "link")] == [
        "Casebook of invented plots: changes", "https://casebook.example/",
    ]  # fmt: skip
    items = channel.findall("item")
    guids = [item.findtext("guid") for item in items]
    assert len(items) == len(set(guids)) == min(100, sum(len(case.changes) for case in book.cases))
    dates = [parsedate_to_datetime(item.findtext("pubDate") or "") for item in items]
    assert dates == sorted(dates, reverse=True)
    for item in items:
        assert (item.findtext("link") or "").removeprefix("https://casebook.example/") in files


def test_json_lines_follow_their_schema_and_csv_has_a_row_for_each(book: Casebook, files: dict[str, bytes]) -> None:
    """Promise: what is downloaded is whole, in every form."""
    lines = files["cases.jsonl"].splitlines()
    assert [msgspec.json.decode(line, type=Case) for line in lines] == book.cases
    assert msgspec.json.decode(files["schema.json"]) == schema()
    wanted = schema()["$defs"]["Case"]
    for line in lines:
        assert set(msgspec.json.decode(line)) == set(wanted["properties"])
    rows = list(csv.DictReader(io.StringIO(files["cases.csv"].decode("utf-8-sig"))))
    assert [row["case_id"] for row in rows] == [case.case_id for case in book.cases]
    reports = list(csv.DictReader(io.StringIO(files["reports.csv"].decode("utf-8-sig"))))
    assert len(reports) == sum(len(case.reports) for case in book.cases)
    bundle = msgspec.json.decode(files["cases.stix.json"])
    kinds = Counter(item["type"] for item in bundle["objects"])
    assert kinds["report"] == len(book.cases)
    assert sum(item.get("revoked", False) for item in bundle["objects"]) == 1


ACLED = {
    "Violence against civilians: Attack", "Violence against civilians: Abduction/forced disappearance",
    "Explosions/Remote violence: Remote explosive/landmine/IED", "Strategic developments: Disrupted weapons use",
    "Strategic developments: Looting/property destruction", "Civilians", "State forces", "by the act",
}  # fmt: skip
GTD = {
    "attacks": {
        1: "Assassination", 2: "Armed Assault", 3: "Bombing/Explosion", 6: "Hostage Taking (Kidnapping)",
        7: "Facility/Infrastructure Attack", 8: "Unarmed Assault",
    },
    "targets": {
        2: "Government (General)", 4: "Military", 7: "Government (Diplomatic)", 8: "Educational Institution",
        10: "Journalists & Media", 13: "Other", 14: "Private Citizens & Property",
        15: "Religious Figures/Institutions", 16: "Telecommunication", 19: "Transportation", 21: "Utilities",
    },
}  # fmt: skip


def test_every_code_has_its_place_in_the_published_schemes_or_says_that_there_is_none() -> None:
    """Promise: no code without a line; what is named exists in that scheme under this number, else "near" or "none"."""
    book = codebook()
    for part, codes in (("methods", METHODS), ("target_types", TARGET_TYPES), ("stage", STAGES)):
        assert set(book[part]) == set(codes)
        for mapped in book[part].values():
            assert set(mapped) == set(book["schemes"])
            acled = mapped["ACLED"].removeprefix("near: ").partition(",")[0]
            assert acled in ACLED or mapped["ACLED"].startswith("none")
            if part != "stage":
                names = GTD["attacks" if part == "methods" else "targets"]
                for number, name in re.findall(r"(\d+) ([A-Z][\w/&() ]*?)(?=,| where| of| and|$)", mapped["GTD"]):
                    assert names[int(number)] == name, mapped["GTD"]


def test_only_confirmed_fields_are_there(house: House) -> None:
    """Promise: a machine's reading is never printed; a reviewer's own word is, a description only if set by hand."""
    house.entry("aaaa1111", TITLE, TEXT, publisher="Aarhus Ledger")
    label(house, "aaaa1111")
    assert read(house)[0].fields == []
    values = {"linked_states": ["IR"], "methods": ["assassination"], "target_description": ["exiled journalist"]}
    house.append("c1", CardConfirmed(story_id="saaaa1111", values=values))
    case = read(house)[0]
    assert [item.field for item in case.fields] == ["linked_states", "methods"]
    assert "Iran" in case.sentence
    assert "Denmark" not in case.sentence
    house.append("c2", CardCorrected(story_id="saaaa1111", field="target_description", value=["an editor"]))
    assert read(house)[0].codes("target_description") == ["an editor"]


def test_a_case_that_is_taken_back_and_called_a_plot_again_stands_again(house: House) -> None:
    """Promise: the page follows the standing label, back and forth, at one address."""
    house.entry("aaaa1111", TITLE, TEXT)
    label(house, "aaaa1111")
    workspace = house.open()
    position = workspace.log.head()[0]
    workspace.close()
    house.append("w", LabelWithdrawn(label_position=position, entry_id="aaaa1111", by="ana"))
    gone = read(house)
    house.append("again", EntryLabelled(entry_id="aaaa1111", label="plot", by="ana", story_id="saaaa1111"))
    back = read(house)
    assert [case.status for case in (*gone, *back)] == ["withdrawn", "confirmed"]
    assert gone[0].case_id == back[0].case_id


def test_a_folder_of_something_else_is_left_alone(house: House, tmp_path: Path) -> None:
    """Promise: `casebook build ~` deletes nothing of yours; its own folder is replaced whole."""
    target = tmp_path / "site"
    target.mkdir()
    (target / "thesis.txt").write_text("mine")
    found = Casebook(read(house), 1, "0" * 64, "2026-01-31T12:00:00+00:00")
    with pytest.raises(InputError, match="something else"):
        build(found, target, Site())
    assert (target / "thesis.txt").read_text() == "mine"
    (target / "thesis.txt").unlink()
    assert build(found, target, Site()) == build(found, target, Site())
    assert not (target / "changes.xml").exists()  # no address was given


def read(house: House) -> list[Case]:
    """Return the house's cases."""
    workspace = house.open()
    cases = read_casebook(workspace).cases
    workspace.close()
    return cases


def test_the_example_stands_in_the_docs() -> None:
    """Promise: docs/casebook.md leads to it."""
    assert "casebook-example/index.html" in (ROOT / "docs" / "casebook.md").read_text(encoding="utf-8")
