"""The triage page in a real browser: ten rows by keyboard alone, undo, merge, restart; and axe finds nothing."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.surfaces.conftest import House

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need the package playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need Chromium (Debian: apt-get install chromium)"),
]
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TITLES = [
    "Prosecutors say alleged plan to poison exiled editor was directed from abroad",
    "Two held in harbour town over alleged plot against opposition broadcaster",
    "Embassy staff expelled after alleged abduction attempt",
    "گزارش: دو نفر به اتهام طرح ربودن یک روزنامه‌نگار می‌گویند بازداشت شدند",
    "La fiscalía investiga un presunto complot contra un disidente",
    "Court hears of alleged bomb plot linked to a foreign service",
    "Police search flats over alleged arson order from abroad",
    "Ministry denies role in alleged plot, summons ambassador",
    "Editor of exile paper warned of alleged threat to her life",
    "Trial opens over alleged murder-for-hire scheme",
    "Officials say second suspect sought in alleged poisoning plan",
    "Alleged plot: prosecutors widen inquiry",
]


SUMMARIES = (
    "Prosecutors allege that the two acted for a foreign state's service; the embassy called the accusation baseless.",
    "Police held the suspects after a tip from abroad. Officials spoke of an alleged plot; no state has commented.",
    "The ministry said it had seen a plan to harm the editor. Her lawyer asked for protection.",
)


class Server:
    """`monitor web` on a free port, started and ended by its process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")}
        command = [sys.executable, "-m", "monitor", "-c", str(self.folder / "feeds.yaml"), "-d", str(self.folder)]
        self.process = subprocess.Popen([*command, "web", "--port", str(self.port)], env=environment)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the server did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)
            self.process = None


@pytest.fixture
def server(house: House) -> Iterator[Server]:
    """Twelve flagged stories, served; the token of reviewer ana in `token`."""
    for number, title in enumerate(TITLES):
        house.entry(
            f"{number:x}aaa111{number:x}",
            title,
            SUMMARIES[number % len(SUMMARIES)],
            score=0.95 - number / 50,
            publisher=("Harbour Wire", "The Northern Courier", "Diario Ribera")[number % 3],
            reasons=(("alleged", 0.61), ("plot", 0.48), ("prosecutors", 0.31), ("state", 0.22)),
        )
    settings = "settings: {contact: desk@example.org, rows_per_day: 12}\n"
    feeds = "feeds:\n- {url: 'https://x.test/f', name: Wire, id: wire}\n"
    (house.folder / "feeds.yaml").write_text(settings + feeds)
    server = Server(house.folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def sign_in(page: Any, server: Server, house: House) -> None:
    """Sign in as ana, with a new token."""
    page.set_default_timeout(15_000)
    page.goto(server.url + "/")
    page.fill("[name=name]", "ana")
    page.fill("[name=token]", house.reviewers.add("ana", "2026-01-31T00:00:00.000000Z"))
    page.click("button")
    page.wait_for_selector(".row")


@pytest.fixture
def page(browser: Any, server: Server, house: House) -> Iterator[Any]:
    """A browser page, signed in as ana."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    page = context.new_page()
    sign_in(page, server, house)
    yield page
    context.close()


def standing(house: House) -> list[str]:
    """Return the labels that stand, in order."""
    workspace = house.open()
    rows = workspace.views.db.execute("SELECT label FROM labels WHERE withdrawn_position IS NULL ORDER BY position")
    labels = [row[0] for row in rows]
    workspace.close()
    return labels


def test_ten_rows_by_keyboard_alone(page: Any, server: Server, house: House) -> None:
    """Promise: a day's rows need ten keys; undo, merge and a restart lose nothing."""
    page.keyboard.press("j")
    keys = "pnuppnpnup"
    for number, key in enumerate(keys, 1):
        page.keyboard.press(key)
        page.wait_for_function("n => document.querySelectorAll('.row.done').length === n", arg=number)
    names = {"p": "plot", "n": "not-plot", "u": "unsure"}
    assert standing(house) == [names[key] for key in keys]
    page.keyboard.press("z")
    page.wait_for_function("() => document.getElementById('said').textContent.includes('withdrawn')")
    assert len(standing(house)) == 9
    page.reload()
    assert page.locator(".row").count() == 3
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.wait_for_selector(".row.done")
    server.stop()
    server.start()
    page.goto(server.url + "/")
    assert page.locator(".row").count() == 2
    assert len(standing(house)) == 9
    assert page.locator("#count").inner_text() == "2"


def test_everything_works_without_a_script(browser: Any, server: Server, house: House) -> None:
    """Promise: the page is a page; decisions are plain forms."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, server, house)
    page.click(".row >> nth=0 >> text=Not plot")
    assert page.url == server.url + "/"
    assert page.locator(".row").count() == 11
    context.close()
    assert standing(house) == ["not-plot"]


def test_axe_finds_nothing(page: Any, server: Server) -> None:
    """Promise: WCAG 2 A and AA as axe checks them, on every page, light and dark."""
    axe = pytest.importorskip("axe_playwright_python", reason="the accessibility test needs axe-playwright-python")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text()
    found = []
    for path in (
        "/",
        "/story/0aaa1110",
        "/search?q=alleged",
        "/labels",
        "/models",
        "/feeds?coverage=1",
        "/log",
        "/login",
    ):
        page.goto(server.url + path)
        if path == "/":
            page.locator(".row details summary").first.click()
            page.wait_for_selector(".reasons")
        page.evaluate(script)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            answer = page.evaluate("() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
            found += [(path, scheme, item["id"], item["nodes"][0]["html"]) for item in answer["violations"]]
    assert found == []


def test_a_page_weighs_little_and_loads_nothing_remote(page: Any, server: Server) -> None:
    """Promise: the queue page with all it loads stays under 150 kB, and asks no other host."""
    sizes: dict[str, int] = {}
    page.on("response", lambda response: sizes.__setitem__(response.url, len(response.body())))
    page.goto(server.url + "/", wait_until="networkidle")
    assert all(url.startswith(server.url) for url in sizes)
    assert sum(sizes.values()) < 150_000, json.dumps(sizes, indent=1)


def test_pictures_of_the_page(page: Any, server: Server) -> None:
    """Promise: the pictures in the README can be made again (MONITOR_PICTURES=1 writes them)."""
    page.locator(".row details summary").first.click()
    page.wait_for_selector(".reasons")
    target = ROOT / "docs" / "images" if os.environ.get("MONITOR_PICTURES") else server.folder
    page.screenshot(path=str(target / "queue.png"))
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(server.url + "/")
    page.screenshot(path=str(target / "queue-phone.png"))
    assert (target / "queue.png").stat().st_size > 10_000
