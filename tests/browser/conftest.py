"""A served triage page and a Chromium to look at it: twelve flagged stories, a reviewer signed in, keys of a layout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.surfaces.conftest import House, house

__all__ = ["house"]

PATIENCE_S = 60  # for one step on a machine that is busy with other things; nothing here is measured
# Every page that is looked at; those that need more (a kept search) make it themselves.
PATHS = (
    "/", "/?show=all", "/?show=put-off", "/?show=mine", "/?show=archive", "/story/s0aaa1110", "/story/none",
    "/search", "/search?q=alleged", "/search?q=after:yesterday", "/labels", "/models", "/overview?coverage=1",
    "/feeds?coverage=1", "/log", "/login", "/signed-in", "/offline",
)  # fmt: skip
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
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


# Invented, like everything here: states are named only as the objects of invented allegations.
SUMMARIES = (
    "Prosecutors in Denmark allege that Iran's intelligence ministry hired men to kill an editor. Iran denies it.",
    "Police in Poland said that Russia's GRU was behind a foiled arson plot against a radio. Three were arrested.",
    "The ministry said it had seen a plan to harm the editor. Her lawyer asked for protection.",
)


class Server:
    """`monitor web` on a free port, which it keeps when it is started again; started and ended by its process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it says that it listens, however long a busy machine takes."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")}
        command = [sys.executable, "-m", "monitor", "-c", str(self.folder / "feeds.yaml"), "-d", str(self.folder)]
        command += ["web", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline().strip()
        assert said.startswith("http://"), "the server did not start"
        self.port = int(said.rstrip("/").rpartition(":")[2])

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.communicate(timeout=PATIENCE_S)
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests; they are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need the package playwright")
    if CHROMIUM is None:
        pytest.skip("the browser tests need Chromium (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def sign_in(page: Any, server: Server, house: House) -> None:
    """Sign in as ana, with a new token."""
    page.set_default_timeout(1_000 * PATIENCE_S)
    page.goto(server.url + "/")
    page.fill("[name=name]", "ana")
    page.fill("[name=token]", house.reviewers.add("ana", "2026-01-31T00:00:00.000000Z"))
    page.click("button")
    page.wait_for_selector(".row")
    page.wait_for_load_state("load")  # before, a key would meet no script


@pytest.fixture
def phone(browser: Any, server: Server, house: House) -> Iterator[Any]:
    """A phone's page, touch and all, signed in as ana."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in(page, server, house)
    yield page
    context.close()


@pytest.fixture
def page(browser: Any, server: Server, house: House) -> Iterator[Any]:
    """A browser page, signed in as ana."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
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


class Keyboard:
    """Presses keys as a layout sends them: what is printed on the key, and the place it lies at."""

    def __init__(self, page: Any) -> None:
        self._session = page.context.new_cdp_session(page)

    def press(self, key: str, code: str, *, repeat: bool = False) -> None:
        """Press and release one key."""
        event = {"key": key, "code": code, "autoRepeat": repeat}
        self._session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": key, **event})
        if not repeat:
            self._session.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
