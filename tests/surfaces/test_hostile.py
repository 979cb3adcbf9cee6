"""What a feed may say to harm the reader, through every way out: page, terminal, digest, CSV, JSON lines, Markdown."""

from __future__ import annotations

import json
import re

import pytest

from monitor.surfaces import safe
from monitor.surfaces.cli.decide.review import load
from monitor.surfaces.digest.content import DigestContent, gather
from monitor.surfaces.digest.render import as_atom, as_html, as_markdown, as_text
from monitor.surfaces.export import exchange, tables
from monitor.surfaces.export.labelled import LabelledEntry, labelled_entries
from monitor.surfaces.review import opened, screen
from monitor.triage.decide import label_entry
from tests.surfaces import attacks
from tests.surfaces.conftest import House

IDS = [name for name, _, _ in attacks.PAYLOADS]
CAP = 3_000  # a feed's title is capped on reading; the longest payloads are cut here as the parser would


@pytest.fixture(scope="module")
def payloads() -> list[str]:
    """Every payload as valid Unicode, as the parser leaves it."""
    return [text[:CAP].encode("utf-8", "replace").decode() for _, _, text in attacks.PAYLOADS]


@pytest.fixture
def hostile(house: House, payloads: list[str]) -> House:
    """A house whose entries carry the payloads in title, summary, link, source and reasons; half are labelled."""
    for number, text in enumerate(payloads):
        house.entry(f"{number:04x}ffff", text, text, link=text[:500])
    workspace = house.open()
    for number in range(0, len(payloads), 2):
        entry_id = f"{number:04x}ffff"
        label_entry(
            workspace.log, workspace.views, entry_id, "plot", by="ana", now=house.now, note=payloads[number][:300]
        )
    workspace.close()
    return house


def digest_of(house: House) -> DigestContent:
    workspace = house.open()
    content = gather(workspace)
    workspace.close()
    return content


def labelled(house: House) -> list[LabelledEntry]:
    workspace = house.open()
    entries = list(labelled_entries(workspace))
    workspace.close()
    return entries


@pytest.mark.parametrize("path", ["/?all=1", "/labels", "/log", "/feeds", "/search?q=ZQXMARK"])
def test_no_page_carries_active_content(hostile: House, path: str) -> None:
    """Promise: feed text never becomes an element, a handler, another scheme or a remote load."""
    answer = hostile.signed_in().get(path)
    own = ("meta", "form", "link", "script")
    assert attacks.html_findings(answer.text, own_scripts=2, own_tags=own) == []


def test_no_story_page_carries_active_content(hostile: House, payloads: list[str]) -> None:
    """Promise: nor does any story."""
    client = hostile.signed_in()
    for number in range(len(payloads)):
        answer = client.get(f"/story/s{number:04x}ffff")
        assert answer.status_code == 200
        assert attacks.html_findings(answer.text, own_scripts=2, own_tags=("meta", "form", "link", "script")) == [], (
            IDS[number]
        )


def test_the_terminal_is_never_driven(hostile: House) -> None:
    """Promise: on the review screen nothing of a feed moves the cursor, colours, or reorders a line."""
    workspace = hostile.open()
    state = load(workspace, "ana")
    for number, row in enumerate(state.rows):
        shown = screen(type(state)(rows=state.rows, position=state.position, at=number), 100, 40)
        assert attacks.terminal_findings(shown) == []
        assert attacks.terminal_findings(opened(row, row.summary, [("places", row.title)], 80)) == []
    workspace.close()


def test_digests_are_harmless_in_every_form(hostile: House) -> None:
    """Promise: so are mail, web and feed-reader digests."""
    content = digest_of(hostile)
    assert attacks.terminal_findings(as_text(content)) == []
    assert attacks.terminal_findings(as_markdown(content)) == []
    page = as_html(content)
    assert attacks.html_findings(page, own_tags=("meta", "style")) == []
    assert page.lower().count("<style") == 1  # ours
    assert (
        attacks.html_findings(
            re.sub(r"<(/?)(feed|entry|id|title|updated|author|name|summary|link)\b", r"<\1x", as_atom(content))
        )
        == []
    )
    for line in as_markdown(content).splitlines():
        assert "](javascript" not in line
        assert not line.lstrip().startswith("# ZQX")


def test_csv_is_never_evaluated_and_json_lines_stay_lines(hostile: House) -> None:
    """Promise: a spreadsheet shows text; one record is one line."""
    entries = labelled(hostile)
    data = "".join(tables.as_csv(entries))
    assert attacks.csv_findings(data) == []
    for form in (tables.as_jsonl, tables.as_labelled_set):
        lines = "".join(form(entries)).split("\n")[:-1]
        assert len(lines) == len(entries)
        assert all(json.loads(line) for line in lines)


def test_exchange_formats_hold_no_other_scheme(hostile: House) -> None:
    """Promise: STIX and MISP carry http(s) links only."""
    bundle = exchange.as_stix(labelled(hostile))
    links = [ref["url"] for item in bundle["objects"] for ref in item.get("external_references", [])]
    assert all(link.startswith(("http://", "https://")) for link in links)
    values = [item["value"] for event in exchange.as_misp(labelled(hostile)) for item in event["Event"]["Attribute"]]
    assert not any(value.startswith("javascript:") for value in values)


@pytest.mark.parametrize(("name", "text"), attacks.PRESERVE)
def test_the_texts_that_must_survive_do(house: House, name: str, text: str) -> None:
    """Promise: Persian, Arabic, Hebrew, Azeri, emoji families and plain mathematics arrive letter by letter."""
    house.entry("aaaa1111", text, text)
    assert safe.line(text) == text
    assert text in as_text(digest_of(house))
    page = house.signed_in().get("/").text
    assert text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") in page
    workspace = house.open()
    assert text in screen(load(workspace, "ana"), 120, 30)
    label_entry(workspace.log, workspace.views, "aaaa1111", "plot", by="ana", now=house.now)
    workspace.close()
    cell = f"'{text}" if name == "leading_minus_number" else text
    assert cell in "".join(tables.as_csv(labelled(house)))
