"""The triage page in a real browser: a day by keyboard alone, without a script, and weighed; and axe finds nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitor.log.events import EntryLabelled, NewEvent
from tests.browser.conftest import PATHS, Server, sign_in, standing
from tests.conftest import ROOT
from tests.surfaces.conftest import House

pytestmark = pytest.mark.browser


def test_a_day_by_keyboard_alone(page: Any, server: Server, house: House) -> None:
    """Promise: a day's rows need a key each, pressed as fast as you like; undo and a restart lose nothing."""
    page.keyboard.press("j")
    keys = "pnuppnpnup"
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function("() => document.querySelectorAll('.row.done').length === 10")
    names = {"p": "plot", "n": "not-plot", "u": "unsure"}
    assert standing(house) == [names[key] for key in keys]
    page.keyboard.press("z")
    page.wait_for_function("() => document.getElementById('said').textContent.startsWith('Undone: plot')")
    assert page.locator("#count").inner_text().endswith("3")
    assert len(standing(house)) == 9
    server.stop()
    server.start()
    page.goto(server.url + "/")
    assert page.locator(".row:not(.done)").count() == 3
    assert page.locator("#count").inner_text().endswith("3")
    assert len(standing(house)) == 9


def test_what_a_colleague_answers_shows_on_a_page_that_is_open(page: Any, house: House) -> None:
    """Promise: their answer stands in the row's place by itself; the row in hand stays, and says so."""
    page.keyboard.press("j")
    mine, theirs = (page.locator(".row:not(.done)").nth(at).get_attribute("data-entry") for at in (0, 2))
    workspace = house.open()
    for entry in (mine, theirs):
        workspace.append([NewEvent(f"label:{entry}", EntryLabelled(entry_id=entry, label="plot", by="ben"), "ben")])
    workspace.close()
    page.wait_for_selector(f"#row-{theirs}.done >> text=by ben")
    page.wait_for_selector(f"#row-{mine}.here >> text=Answered meanwhile by ben: plot.")


def test_two_rows_are_merged_after_both_names_were_shown(page: Any, house: House) -> None:
    """Promise: a merge says what becomes part of what before it is done, and one undo parts them again."""
    titles = page.locator(".row h3").all_inner_texts()
    for key in ("j", "m", "j", "m"):
        page.keyboard.press(key)
    page.wait_for_selector("#merge[open]")
    assert page.locator("#merge q").all_inner_texts() == titles[:2]
    page.keyboard.press("Escape")
    assert page.locator(".row:not(.done)").count() == 12
    page.keyboard.press("m")
    page.click("#merge >> text=Merge")
    page.wait_for_selector(".row.done >> text=Merged")
    page.keyboard.press("z")
    page.wait_for_function("() => document.getElementById('said').textContent.startsWith('Undone: merged')")
    workspace = house.open()
    apart = workspace.views.db.execute("SELECT count(DISTINCT story_id) FROM story_entries").fetchone()[0]
    workspace.close()
    assert apart == 12


def test_everything_works_without_a_script(browser: Any, server: Server, house: House) -> None:
    """Promise: the page is a page; decisions are plain forms, and each can be taken back."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, server, house)
    with page.expect_navigation():  # a click alone does not wait for a form's answer on a busy machine
        page.click(".row >> nth=0 >> text=Not plot")
    assert page.url == server.url + "/"
    assert page.locator(".row:not(.done)").count() == 11
    assert standing(house) == ["not-plot"]
    with page.expect_navigation():
        page.click(".row.done >> text=Undo")
    assert page.locator(".row:not(.done)").count() == 12
    context.close()
    assert standing(house) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(page: Any, server: Server, width: int) -> None:
    """Promise: WCAG 2 A and AA as axe checks them, on every page, light and dark, phone and desktop."""
    axe = pytest.importorskip("axe_playwright_python", reason="the accessibility test needs axe-playwright-python")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text()
    page.set_viewport_size({"width": width, "height": 900})
    found = []
    for path in PATHS:
        page.goto(server.url + path)
        if path == "/":
            page.keyboard.press("j")
            page.locator(".row.here details.why summary").click()
        page.evaluate(script)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            answer = page.evaluate("() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
            found += [(path, scheme, item["id"], item["nodes"][0]["html"]) for item in answer["violations"]]
    assert found == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280, 1440])
def test_no_page_scrolls_sideways(page: Any, server: Server, width: int) -> None:
    """Promise: from a small phone to a desktop nothing is cut off, and nothing moves sideways."""
    page.set_viewport_size({"width": width, "height": 800})
    wide = []
    for path in PATHS:
        page.goto(server.url + path)
        if page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert wide == []


def test_a_closed_row_is_low(page: Any) -> None:
    """Promise: on a desktop a closed row takes 110 px at most, so that ten are seen at a glance."""
    assert max(page.evaluate("() => [...document.querySelectorAll('.row')].map(row => row.offsetHeight)")) <= 110


def test_a_page_weighs_little_and_loads_nothing_remote(page: Any, server: Server) -> None:
    """Promise: the queue page with all it loads stays under 100 kB, and asks no other host."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url + "/", wait_until="load")
    # Asked for again, for the browser forgets what an answer held once the page moves on.
    sizes = {url: len(page.request.get(url).body()) for url in list(asked) if "/news" not in url}
    assert {url.rpartition("/")[2] for url in sizes} >= {"", "style.css", "rows.js", "keys.js"}
    assert all(url.startswith(server.url) for url in sizes)
    assert sum(sizes.values()) < 100_000, json.dumps(sizes, indent=1)


def test_the_pictures_of_the_documents_are_made_by_a_command(page: Any, tmp_path: Path) -> None:
    """Promise: `python -m tools.take_pictures` makes the pictures of README and docs, each of them and no other."""
    command = [sys.executable, "-m", "tools.take_pictures", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=1_200, capture_output=True)
    made = {path.name: path.stat().st_size for path in tmp_path.glob("*.png")}
    assert set(made) == {path.name for path in (ROOT / "docs" / "images").glob("*.png")}
    assert min(made.values()) > 10_000
