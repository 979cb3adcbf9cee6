"""Keys in a real browser: on every layout, never without a selected row, in a dialog, by Enter or while typing."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.browser.conftest import Keyboard, Server, sign_in, standing
from tests.surfaces.conftest import House

pytestmark = pytest.mark.browser
# (next row, plot, not plot, undo) as a layout sends them: (what is printed, where it lies)
LAYOUTS = {
    "English, Caps Lock": [("J", "KeyJ"), ("P", "KeyP"), ("N", "KeyN"), ("Z", "KeyZ")],
    "German": [("j", "KeyJ"), ("p", "KeyP"), ("n", "KeyN"), ("z", "KeyY")],
    "Russian": [("о", "KeyJ"), ("з", "KeyP"), ("т", "KeyN"), ("я", "KeyZ")],
    "Persian": [("ت", "KeyJ"), ("ح", "KeyP"), ("د", "KeyN"), ("ظ", "KeyZ")],
    "Arabic": [("ت", "KeyJ"), ("ح", "KeyP"), ("ى", "KeyN"), ("ئ", "KeyZ")],
    "Hebrew": [("ח", "KeyJ"), ("פ", "KeyP"), ("מ", "KeyN"), ("ז", "KeyZ")],
    "Greek": [("ξ", "KeyJ"), ("π", "KeyP"), ("ν", "KeyN"), ("ζ", "KeyZ")],
}


def n_done(page: Any, count: int) -> None:
    """Wait until so many rows were answered."""
    page.wait_for_function("n => document.querySelectorAll('.row.done').length === n", arg=count)


def says(page: Any, words: str) -> None:
    """Wait until the page says these words."""
    page.wait_for_function("w => document.getElementById('said').textContent.includes(w)", arg=words)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_keys_work_on_every_layout(page: Any, house: House, layout: str) -> None:
    """Promise: the printed Latin letter counts, else the key in its place; Caps Lock changes nothing."""
    keyboard = Keyboard(page)
    down, plot, no_plot, undo = LAYOUTS[layout]
    for key in (down, plot, no_plot):
        keyboard.press(*key)
    n_done(page, 2)
    assert standing(house) == ["plot", "not-plot"]
    keyboard.press(*undo)
    says(page, "Undone: not-plot")
    assert standing(house) == ["plot"]


def test_three_quick_presses_decide_three_rows(page: Any, house: House) -> None:
    """Promise: presses queue up; each belongs to the row that was selected when the key went down."""
    titles = page.locator(".row h3").all_inner_texts()
    page.keyboard.press("j")
    page.evaluate(
        "() => 'nnn'.split('').forEach(key => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key, code: 'KeyN', bubbles: true, cancelable: true})))"
    )
    n_done(page, 3)
    assert standing(house) == ["not-plot"] * 3
    assert page.locator(".row.done .title").all_inner_texts() == titles[:3]


def test_nothing_selected_nothing_decided(page: Any, house: House) -> None:
    """Promise: without a selected row p, n, u and s do nothing, and no key is shown that would."""
    for key in "pnus":
        page.keyboard.press(key)
    assert page.locator(".decide kbd:visible").count() == 0
    assert (page.locator(".row.done").count(), page.locator(".row.busy").count()) == (0, 0)
    assert standing(house) == []


def test_enter_opens_and_never_decides(page: Any, house: House) -> None:
    """Promise: neither Enter on a row nor Enter in a note saves a label."""
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pane .in")
    page.keyboard.press("o")
    page.keyboard.press("t")
    page.keyboard.type("not a plot, opinion piece")
    page.keyboard.press("Enter")
    assert page.locator(".row.here textarea").input_value() == "not a plot, opinion piece\n"
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    n_done(page, 1)
    workspace = house.open()
    rows = workspace.views.db.execute("SELECT label, note FROM labels").fetchall()
    workspace.close()
    assert rows == [("not-plot", "not a plot, opinion piece")]


def test_a_held_key_decides_once(page: Any, house: House) -> None:
    """Promise: a key held down does not run through the list."""
    keyboard = Keyboard(page)
    page.keyboard.press("j")
    keyboard.press("n", "KeyN")
    for _ in range(5):
        keyboard.press("n", "KeyN", repeat=True)
    n_done(page, 1)
    says(page, "Saved: not plot")
    assert standing(house) == ["not-plot"]


def test_keys_rest_while_a_window_is_open(page: Any, house: House) -> None:
    """Promise: with the help open no key reaches the rows behind it."""
    page.keyboard.press("j")
    page.keyboard.press("?")
    page.wait_for_selector("#help[open]")
    for key in "npus":
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    page.wait_for_selector("#help:not([open])", state="attached")
    assert standing(house) == []
    page.keyboard.press("n")
    n_done(page, 1)


def test_keys_can_be_switched_off_and_stay_off(page: Any, house: House) -> None:
    """Promise: one switch turns all single keys off (WCAG 2.1.4), remembered; the mouse still does everything."""
    page.click("[data-help]")
    page.uncheck("#use-keys")
    page.click("#help >> text=Close")
    page.reload()
    for key in "jpn?":
        page.keyboard.press(key)
    assert (page.locator(".row.here").count(), page.locator("dialog[open]").count()) == (0, 0)
    page.click(".row >> nth=0 >> .says")
    page.click(".row.here >> text=Unsure")
    n_done(page, 1)
    assert standing(house) == ["unsure"]


def test_the_focus_stays_with_the_rows(page: Any) -> None:
    """Promise: after a decision the next row has the focus, after an undo the row that came back."""
    page.keyboard.press("j")
    second = page.locator(".row >> nth=1").get_attribute("id")
    page.keyboard.press("p")
    n_done(page, 1)
    assert page.evaluate("() => document.activeElement.id") == second
    page.keyboard.press("z")
    says(page, "Undone: plot")
    first = page.locator(".row >> nth=0").get_attribute("id")
    assert page.evaluate("() => [document.activeElement.id, document.querySelector('.row.here').id]") == [first, first]


RANDOM = [
    *"abcdefghilmnopqrstuvwxyz0123456789?/.,", "Tab", "Tab", "Shift+Tab", "Escape", "Escape", "Space", "Backspace",
    "ArrowDown", "ArrowUp", "Home", "End", "з/KeyP", "ح/KeyP", "Ж/Semicolon", "т/KeyN", "ع/KeyU",
]  # fmt: skip
# Notes which row is selected the moment a key goes down, wherever that was, before the page's own scripts hear of it.
REMEMBER = """window.addEventListener("keydown", () => {
  const row = document.querySelector(".row.here:not(.done):not(.busy)");
  const known = window.sessionStorage.getItem("selected") || "";
  if (row) window.sessionStorage.setItem("selected", `${known} ${row.dataset.entry}`);
}, true);"""


def press(page: Any, keyboard: Keyboard, key: str) -> None:
    """Press a key by name, or as another layout sends it (`printed/place`)."""
    if len(key) > 2 and "/" in key:
        keyboard.press(*key.split("/"))
    else:
        page.keyboard.press(key)


def back_to_the_rows(page: Any, server: Server, house: House) -> None:
    """Return to the rows where a key has led elsewhere, signed in and with the keys switched on."""
    page.wait_for_load_state("load")
    if page.url.startswith(server.url + "/login"):
        sign_in(page, server, house)
    if page.url.partition("?")[0] != server.url + "/" or "show=" in page.url:
        page.goto(server.url + "/")
    with suppress(Exception):  # a page that is being left has no store; the next one has
        page.evaluate("() => window.localStorage.clear()")


def test_two_thousand_random_keys_save_no_label_without_a_selected_row(page: Any, server: Server, house: House) -> None:
    """Promise: whatever is typed, nothing is decided before a row was selected with J, K, Enter or a press."""
    keyboard, chance = Keyboard(page), random.Random(20)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    for _ in range(2_000):
        press(page, keyboard, chance.choice([key for key in RANDOM if key != "k"]))
        back_to_the_rows(page, server, house)
    decided = [url for url in posted if url.rpartition("/")[2] not in ("undo", "login", "logout")]
    assert decided == []
    assert standing(house) == []


def test_random_keys_decide_only_on_the_row_that_was_selected(page: Any, server: Server, house: House) -> None:
    """Promise: with rows selected by the way, every label lands on the row that was selected at that press."""
    keyboard, chance = Keyboard(page), random.Random(21)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.post_data or "") if "/label" in request.url else None)
    page.add_init_script(REMEMBER)
    page.reload()
    for _ in range(500):
        press(page, keyboard, chance.choice([*RANDOM, "j", "j", "Enter"]))
        back_to_the_rows(page, server, house)
    selected = set(page.evaluate("() => window.sessionStorage.getItem('selected')").split())
    entries = {parse_qs(body)["entry"][0] for body in posted}
    assert entries
    assert entries <= selected
