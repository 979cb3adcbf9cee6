"""How the page is read by those who do not see it whole: by a screen reader, or enlarged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import PATHS, TITLES, Server

NAMED = {
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "image",
    "dialog",
    "article",
    "region",
    "table",
}


def tree(page: Any) -> list[dict[str, str]]:
    """Return (role, name) of everything a screen reader is told, in order."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        {"role": node["role"]["value"], "name": node.get("name", {}).get("value", "").strip()}
        for node in nodes
        if not node["ignored"] and "role" in node
    ]


def test_everything_has_a_name(page: Any, server: Server) -> None:
    """Promise: a screen reader is told a name for each control, link, picture, region and row, on every page."""
    nameless = []
    for path in PATHS:
        page.goto(server.url + path)
        nodes = tree(page)
        assert len(nodes) > 3, path
        nameless += [(path, node["role"]) for node in nodes if node["role"] in NAMED and not node["name"]]
    assert nameless == []


def test_a_row_is_told_by_its_headline_and_its_buttons_by_what_they_do(page: Any, server: Server) -> None:
    """Promise: rows are named by their headlines; the page has its landmarks once; the likelihood is told in words."""
    nodes = tree(page)
    rows = [node["name"] for node in nodes if node["role"] == "article"]
    assert [title for title in TITLES if title not in rows] == []
    assert [sum(node["role"] == role for node in nodes) for role in ("main", "banner")] == [1, 1]
    assert {"Rows", "The selected story"} <= {node["name"] for node in nodes if node["role"] == "region"}
    text = " ".join(node["name"] for node in nodes if node["role"] == "StaticText")
    assert "Score, not yet calibrated:" in text


def test_a_selected_row_is_told_as_the_current_one(page: Any) -> None:
    """Promise: who moves by keys hears which row is selected, and what was saved."""
    page.keyboard.press("j")
    page.wait_for_selector(".row[aria-current=true]")
    assert page.locator("[aria-current=true].row").count() == 1
    page.keyboard.press("n")
    page.wait_for_function(
        "() => [...document.querySelectorAll('[aria-live]')].some(e => e.textContent.includes('Saved'))"
    )


@pytest.mark.parametrize("width", [640, 720])
def test_the_page_at_twice_its_size(page: Any, server: Server, width: int) -> None:
    """Promise (WCAG 1.4.4, 1.4.10): 1280 and 1440 px enlarged to 200 % lose nothing and do not move sideways."""
    page.set_viewport_size({"width": width, "height": 450})
    wide = []
    for path in PATHS:
        page.goto(server.url + path)
        if page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert wide == []


def test_letters_twice_as_large_fit_their_buttons(page: Any, server: Server) -> None:
    """Promise (WCAG 1.4.4): letters of twice the size fit their buttons, and no page moves sideways."""
    cut = []
    for path in PATHS:
        page.goto(server.url + path)
        page.evaluate(
            "() => { const sheet = new CSSStyleSheet(); sheet.replaceSync('html { font-size: 200% }');"
            " document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }"
        )
        found = page.evaluate(
            "() => [...document.querySelectorAll('button')]"
            ".filter(b => b.offsetParent && b.scrollWidth > b.clientWidth + 1).map(b => b.textContent.trim())"
        )
        cut += [(path, words) for words in found]
        if page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            cut.append((path, "sideways"))
    assert cut == []
