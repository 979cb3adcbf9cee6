"""Errors with a way on, in a real browser: nothing typed is lost, everything can be tried again or left."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from monitor.triage.decide import label_entry
from tests.browser.conftest import Server, standing
from tests.browser.test_keys import n_done, says
from tests.surfaces.conftest import House

pytestmark = pytest.mark.browser


def note(page: Any, words: str) -> None:
    """Write a note on the selected row and leave the box."""
    page.keyboard.press("t")
    page.keyboard.type(words)
    page.keyboard.press("Escape")


def test_a_signed_out_reviewer_loses_nothing(page: Any, server: Server, house: House) -> None:
    """Promise: after the session ended the note stays, the way to sign in is there, and the same press then saves."""
    page.keyboard.press("j")
    note(page, "two sources")
    (house.folder / "sessions.json").write_text("{}")
    page.keyboard.press("p")
    page.wait_for_selector(".problem >> text=you are signed out")
    assert page.locator(".row >> nth=0 >> textarea").input_value() == "two sources"
    with page.context.expect_page() as opened:
        page.click(".problem a")
    tab = opened.value
    tab.fill("[name=name]", "ana")
    tab.fill("[name=token]", house.reviewers.add("ana", "2026-01-31T00:00:00.000000Z"))
    tab.click("button")
    tab.wait_for_selector("text=You are signed in")
    tab.close()
    page.keyboard.press("k")
    page.keyboard.press("p")
    n_done(page, 1)
    workspace = house.open()
    rows = workspace.views.db.execute("SELECT label, note FROM labels").fetchall()
    workspace.close()
    assert rows == [("plot", "two sources")]
    assert page.locator(".problem").count() == 0


def test_a_note_outlives_a_reload(page: Any) -> None:
    """Promise: what was typed is kept in the browser until it is saved."""
    page.keyboard.press("j")
    note(page, "ask the desk")
    page.reload()
    assert page.locator(".row.here textarea").input_value() == "ask the desk"
    page.keyboard.press("u")
    n_done(page, 1)
    assert page.evaluate("() => Object.keys(localStorage).filter(key => key.startsWith('monitor note'))") == []


def test_a_server_that_does_not_answer_is_said_and_tried_again(page: Any, server: Server, house: House) -> None:
    """Promise: without a server the row says that it is not saved, the next rows too, and one press more saves."""
    page.keyboard.press("j")
    server.stop()
    for key in "pn":
        page.keyboard.press(key)
    page.wait_for_function("() => document.querySelectorAll('.problem').length === 2")
    assert "did not answer" in page.locator(".problem >> nth=0").inner_text()
    server.start()
    page.click(".row >> nth=0 >> .says")
    page.keyboard.press("p")
    n_done(page, 1)
    assert standing(house) == ["plot"]
    assert page.locator(".row >> nth=0 >> .problem").count() == 0


def test_a_wait_says_what_it_waits_for(page: Any, house: House) -> None:
    """Promise: while another program writes to the log the page says so, and saves when it is done."""
    page.keyboard.press("j")
    other = sqlite3.connect(house.folder / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    page.keyboard.press("p")
    says(page, "Still waiting: another program is writing to the log")
    assert page.locator(".row.busy").count() == 1
    other.execute("ROLLBACK")
    other.close()
    n_done(page, 1)
    assert standing(house) == ["plot"]


def test_a_conflict_is_shown_in_place_and_can_be_retried_or_left(page: Any, house: House) -> None:
    """Promise: who was first is named in the row; a second press decides knowingly, or the row is left as it is."""
    page.route("**/news?*", lambda route: route.abort())  # it would tell before the keys are pressed
    page.keyboard.press("j")
    entries = [page.locator(f".row >> nth={at}").get_attribute("data-entry") for at in (0, 1)]
    workspace = house.open()
    for entry in entries:
        label_entry(workspace.log, workspace.views, entry, "not-plot", by="ben", now=house.now)
    workspace.close()
    for key in "pp":
        page.keyboard.press(key)
    page.wait_for_function("() => document.querySelectorAll('.problem').length === 2")
    assert "ben labelled this not-plot" in page.locator(".problem >> nth=0").inner_text()
    assert standing(house) == ["not-plot", "not-plot"]
    page.click(".row >> nth=0 >> .says")
    page.keyboard.press("u")
    n_done(page, 1)
    page.click(".problem >> text=Leave it as it is")
    page.wait_for_function("() => document.querySelectorAll('.problem').length === 0")
    assert standing(house) == ["not-plot", "not-plot", "unsure"]


def test_none_of_these_is_one_act_that_one_undo_takes_back(page: Any, house: House) -> None:
    """Promise: what remains is answered at once, what was answered before keeps its label, and z brings it all back."""
    page.keyboard.press("j")
    page.keyboard.press("p")
    n_done(page, 1)
    page.click("text=None of these")
    n_done(page, 12)
    assert sorted(standing(house)) == ["not-plot"] * 11 + ["plot"]
    page.keyboard.press("z")
    says(page, "Undone: not-plot for 11 rows")
    n_done(page, 1)
    assert standing(house) == ["plot"]


def test_the_end_of_the_day_is_said(page: Any) -> None:
    """Promise: after the day's rows the page says that they are read, not nothing."""
    page.keyboard.press("j")
    page.keyboard.press("p")
    n_done(page, 1)
    page.click("text=None of these")
    page.wait_for_selector(".finish >> text=All 12 read.")


def test_one_thumb_decides_on_a_phone(phone: Any, house: House) -> None:
    """Promise: on a phone a tap selects, the bar at the bottom decides, targets are 44 px, no key is printed."""
    phone.tap(".row >> nth=0 >> .says")
    boxes = [button.bounding_box() for button in phone.locator(".row.here .decide button").all()]
    assert min(box["height"] for box in boxes) >= 44
    assert min(box["y"] for box in boxes) > 650
    assert phone.locator("kbd:visible").count() == 0
    phone.tap(".row.here .decide >> text=Not plot")
    n_done(phone, 1)
    assert standing(house) == ["not-plot"]
    phone.tap(".row.done >> text=Undo")
    n_done(phone, 0)
    phone.tap(".row >> nth=0 >> .title")
    phone.wait_for_selector("article.story")


def test_without_a_connection_a_page_says_so(page: Any, server: Server) -> None:
    """Promise: once visited, the page says that there is no connection, instead of the browser's own words."""
    page.evaluate("() => navigator.serviceWorker.ready")
    page.wait_for_function("() => caches.match('/offline').then(found => Boolean(found))")
    server.stop()
    page.goto(server.url + "/")
    assert page.locator("h1").inner_text() == "No connection"
    server.start()
    page.click("text=Try again")
    page.wait_for_selector(".row")
