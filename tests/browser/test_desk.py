"""The desk in a real browser: every key on three layouts and two sizes, low rows, two panes, progress, undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from monitor.triage.decide import label_entry
from tests.browser.conftest import Keyboard, Server, sign_in, standing
from tests.browser.test_keys import n_done, says
from tests.surfaces.conftest import House
from tools.feed_server import Answer, FeedServer

pytestmark = pytest.mark.browser
DESKTOP, PHONE = (1440, 900), (390, 844)
LATIN = "jkostvemzpnu"
# What is printed on the keys that lie where J, K, O, S, T, V, E, M, Z, P, N and U lie on an English keyboard.
LAYOUTS = {"German": LATIN, "Russian": "олщыемуьязтг", "Persian": "تنخسفرثپظحدع"}
WILD = {
    "one word": "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnungsentwurfsbegleitschreiben" * 2,
    "right to left": "گزارش: دو نفر به اتهام طرح ربودن یک روزنامه‌نگار تبعیدی بازداشت شدند و سفیر احضار شد. " * 4,
    "no blanks": "检方指控两名男子策划绑架流亡记者并称有人从国外下达命令而该国使馆予以否认" * 6,
    "long": "Prosecutors say that an alleged plan to abduct an exiled editor was ordered from abroad. " * 5,
}


@pytest.fixture
def opened(browser: Any, server: Server, house: House) -> Iterator[Callable[..., Any]]:
    """A function that opens a page of a size, signed in as ana; originals of reports are a page of one word."""
    contexts = []

    def of_size(size: tuple[int, int], **more: Any) -> Any:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
        context.route("https://news.test/**", lambda route: route.fulfill(body="original", content_type="text/plain"))
        contexts.append(context)
        page = context.new_page()
        sign_in(page, server, house)
        return page

    yield of_size
    for context in contexts:
        context.close()


class Layout:
    """Presses the key that lies where a letter lies on an English keyboard; Z by its print on a German one."""

    def __init__(self, page: Any, name: str) -> None:
        self.keyboard = Keyboard(page)
        self.printed = dict(zip(LATIN, LAYOUTS[name], strict=True))
        self.places = {"z": "KeyY"} if name == "German" else {}

    def press(self, keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.keyboard.press(self.printed[key], self.places.get(key, f"Key{key.upper()}"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_key_does_its_work(
    opened: Callable[..., Any], server: Server, house: House, layout: str, size: tuple[int, int]
) -> None:
    """Promise: move, note, original, mark, put off, undo, decide, correct, open: on every layout, wide and narrow."""
    page = opened(size)
    keys = Layout(page, layout)
    first = page.locator(".row >> nth=0").get_attribute("id")
    keys.press("jjk")
    assert page.locator(".row.here").get_attribute("id") == first
    keys.press("t")
    page.keyboard.type("ask twice")
    page.keyboard.press("Escape")
    with page.context.expect_page() as original:
        keys.press("v")
    assert original.value.url.startswith("https://news.test/")
    original.value.close()
    page.bring_to_front()
    keys.press("m")
    page.wait_for_selector(".row.picked")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('.row.picked')")
    keys.press("s")
    says(page, "Put off")
    keys.press("z")
    says(page, "Undone: put off")
    keys.press("pnu")
    n_done(page, 3)
    assert standing(house) == ["plot", "not-plot", "unsure"]
    keys.press("o")
    if size is DESKTOP:
        page.wait_for_function("() => document.activeElement.id === 'pane'")
    else:
        page.wait_for_selector("article.story")
        page.goto(server.url + "/")
        keys.press("j")
    keys.press("e")
    page.wait_for_url("**/story/*#edit")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_keys_beside_the_letters(opened: Callable[..., Any], size: tuple[int, int]) -> None:
    """Promise: ? shows the keys and Escape closes them; / leads to the search box, and typing there is typing."""
    page = opened(size)
    page.keyboard.press("?")
    page.wait_for_selector("#help[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#help:not([open])", state="attached")
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    page.keyboard.press("/")
    page.wait_for_function("() => document.activeElement.id === 'search'")
    page.keyboard.type("jpn")
    assert page.locator("#search").input_value() == "jpn"


@pytest.fixture
def wild(house: House) -> Iterator[Server]:
    """Rows with words, scripts and lengths that no layout likes, served."""
    for number, (name, words) in enumerate(WILD.items()):
        house.entry(f"{number}bbb111{number}", words, words, publisher=words[:70], lang="fa" if "left" in name else "")
    (house.folder / "feeds.yaml").write_text("settings: {rows_per_day: 12}\nfeeds: []\n")
    server = Server(house.folder)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_a_closed_row_is_low_whatever_it_says(browser: Any, wild: Server, house: House, width: int) -> None:
    """Promise: no word, script or length makes a closed row higher than 110 px or wider than its pane."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    sign_in(page, wild, house)
    shown = (
        "() => [...document.querySelectorAll('.row')].map(row => [row.offsetHeight, row.scrollWidth - row.clientWidth])"
    )
    rows = page.evaluate(shown)
    assert len(rows) == len(WILD)
    assert max(height for height, _ in rows) <= 110
    assert max(beyond for _, beyond in rows) <= 0
    assert page.locator("textarea:visible").count() == 0  # a note is asked for, not always there
    page.context.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_wild_words_move_no_page_sideways(browser: Any, wild: Server, house: House, width: int) -> None:
    """Promise: queue, story and search hold any word within the page; right-to-left text begins at the right."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    sign_in(page, wild, house)
    wide = []
    for path in ("/", "/story/s0bbb1110", "/story/s1bbb1111", "/story/s2bbb1112", "/search?q=lang:fa", "/labels"):
        page.goto(wild.url + path)
        if page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert wide == []
    page.goto(wild.url + "/")
    title = page.locator("#row-1bbb1111 h3")
    assert title.evaluate("title => getComputedStyle(title).direction") == "rtl"
    page.context.close()


def test_two_panes_begin_at_1280(opened: Callable[..., Any]) -> None:
    """Promise: from 1280 px the story opens beside the rows, below it as a page."""
    page = opened((1280, 800))
    page.click(".row >> nth=1 >> .title")
    page.wait_for_selector("#pane .in h2")
    boxes = [page.locator(name).bounding_box() for name in (".list", "#pane")]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1
    page.set_viewport_size({"width": 1279, "height": 800})
    assert not page.locator("#pane").is_visible()
    page.click(".row >> nth=1 >> .title")
    page.wait_for_selector("article.story")


def test_the_day_counts_what_was_read_and_keeps_it(opened: Callable[..., Any], house: House) -> None:
    """Promise: a bar fills row by row, also for who comes back; what was done today stays with a way back."""
    page = opened(DESKTOP)
    assert page.locator(".prog b").inner_text() == "0 of 12"
    page.keyboard.press("j")
    page.keyboard.press("p")
    n_done(page, 1)
    page.reload()
    assert page.locator(".prog b").inner_text() == "1 of 12"
    assert page.locator(".steps .full").count() == 1
    page.click(".row.done >> text=Undo")
    n_done(page, 0)
    assert (page.locator(".prog b").inner_text(), standing(house)) == ("0 of 12", [])


@pytest.mark.parametrize("act", ["put off", "merged"])
def test_undo_never_reaches_an_older_label(opened: Callable[..., Any], house: House, act: str) -> None:
    """Promise: z takes back what was just put off or merged; pressed again it says so and leaves older labels alone."""
    with_label = "0aaa1110"
    workspace = house.open()
    before = house.now - timedelta(days=9)
    label_entry(workspace.log, workspace.views, with_label, "plot", by="ana", now=before)
    workspace.close()
    page = opened(DESKTOP)
    if act == "merged":
        for key in "jmjm":
            page.keyboard.press(key)
        page.click("#merge >> text=Merge")
        page.wait_for_selector(".row.done >> text=Merged")
    else:
        page.keyboard.press("j")
        page.keyboard.press("s")
        says(page, "Put off")
    page.keyboard.press("z")
    says(page, f"Undone: {act}")
    page.keyboard.press("z")
    says(page, "nothing to undo")
    assert standing(house) == ["plot"]
    assert page.locator(".row:not(.done)").count() == 11


def test_ages_are_told_in_the_readers_zone(opened: Callable[..., Any]) -> None:
    """Promise: a moment stands in the reader's own time, with UTC beside it."""
    page = opened(DESKTOP, timezone_id="Asia/Tokyo", locale="en-GB")
    title = page.locator(".row >> nth=0 >> time").get_attribute("title")
    assert "31 January 2026" in title  # published at noon UTC
    assert "21:00" in title
    assert "2026-01-31 12:00 UTC" in title


def test_a_page_from_elsewhere_is_added_or_found(opened: Callable[..., Any], server: Server, house: House) -> None:
    """Promise: a link by hand opens ready to label; a known one leads to what is there; a refused one is not lost."""
    page = opened(DESKTOP)
    page.click("text=Add a page you found elsewhere")
    page.fill("[name=url]", "https://news.test/0aaa1110")
    page.click("form[action='/add'] button")
    page.wait_for_url("**/story/0aaa1110")
    with FeedServer({"/robots.txt": Answer(b"User-agent: *\nDisallow: /", content_type="text/plain")}) as site:
        page.goto(server.url + "/")
        page.click("text=Add a page you found elsewhere")
        page.fill("[name=url]", site.url("/secret"))
        page.click("form[action='/add'] button")
        page.wait_for_selector("[role=alert]")
        assert page.locator("[name=url]").input_value() == site.url("/secret")
        page.fill("[name=title]", "Two held over alleged plot, says a paper that nobody may fetch")
    assert standing(house) == []


def test_it_can_be_installed(opened: Callable[..., Any], server: Server) -> None:
    """Promise: a manifest with a name, a start and an icon that are there, so that a phone offers to install it."""
    page = opened(PHONE)
    answer = page.request.get(server.url + page.locator("link[rel=manifest]").get_attribute("href"))
    manifest = answer.json()
    assert (manifest["name"], manifest["display"], manifest["start_url"]) == ("monitor", "standalone", "/")
    assert page.request.get(server.url + manifest["icons"][0]["src"]).ok


BROKEN = """() => {
  const found = [];
  for (const cell of document.querySelectorAll("th, td, button, nav a, dt, .tag, h2, h3")) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const word of texts.currentNode.data.matchAll(/[\\p{L}\\p{N}]{2,16}/gu)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        const joined = /[\\p{L}\\p{N}]{17,}/u.test(texts.currentNode.data);
        if (tops.size > 1 && !joined) found.push(word[0]);
      }
    }
  }
  return found;
}"""


@pytest.mark.parametrize("width", [390, 1280, 1440])
def test_no_word_is_broken_in_a_table_or_on_a_button(opened: Callable[..., Any], server: Server, width: int) -> None:
    """Promise: "Label" never stands as "Lab" and "el"."""
    page = opened((width, 900))
    broken = []
    for path in ("/labels", "/feeds?coverage=1", "/models", "/log", "/overview?coverage=1", "/story/s0aaa1110", "/"):
        page.goto(server.url + path)
        broken += [(path, word) for word in page.evaluate(BROKEN)]
    assert broken == []
