"""Take the pictures of README and docs: `python -m tools.take_pictures [DIR] [--all]`.

Serves the invented year (invented_year.py) and looks at it with Chromium through playwright. Six pictures go to
docs/images; `--all` takes every page at desktop and phone width, light and dark, for whoever changes a style.
Everything on them is invented.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from monitor.log.codec import iso
from monitor.surfaces.web.door.reviewers import Reviewers
from tools.invented_year import TODAY, Desk, make

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
DESKTOP, PHONE = (1440, 900), (390, 844)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
N_READ = 3  # of the day's rows that are answered before the picture


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the folder's triage page with the clock of the invented day; yield its address."""
    env = {**os.environ, "MONITOR_NOW": iso(TODAY)}
    command = [sys.executable, "-m", "monitor", "web", "--port", "0"]
    child = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield child.stdout.readline().strip().rstrip("/")  # said once it listens
    finally:
        child.terminate()
        child.communicate(timeout=60)


class Camera:
    """A browser signed in as ana, and where the pictures go."""

    def __init__(self, browser: Any, url: str, token: str, out: Path) -> None:
        self.browser, self.url, self.token, self.out = browser, url, token, out

    def page(self, size: tuple[int, int], *, dark: bool = False) -> Any:
        """Open a page of a size, signed in."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light",
            is_mobile=size is PHONE, has_touch=size is PHONE, locale="en-GB",
        )  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{self.url}/login")
        page.fill("[name=name]", "ana")
        page.fill("[name=token]", self.token)
        page.click("button")
        page.wait_for_selector(".row")
        page.wait_for_load_state("load")  # before, a key would meet no script
        return page

    def take(self, page: Any, name: str, where: str = "", *, whole: bool = False) -> None:
        """Go there and take a picture; `whole`: of the page's full height."""
        if where:
            page.goto(where if "://" in where else self.url + where)
        page.wait_for_load_state("load")  # not "networkidle": the page asks for news as long as it is open
        page.evaluate("() => document.fonts.ready")
        page.screenshot(path=self.out / f"{name}.png", full_page=whole)
        print(self.out / f"{name}.png", flush=True)


def prepare(folder: Path) -> tuple[str, str]:
    """Make the year, the casebook and the digest in a folder; return ana's token and the story of the second row."""
    from monitor.triage.queue import list_queue

    desk: Desk = make(folder)
    workspace = desk.workspace
    rows = list_queue(workspace.log, workspace.views, desk.now, limit=10)
    story = next(row.story_id for row in rows if row.n_publishers > 2)
    desk.now = TODAY
    read = [row for row in rows if row.story_id != story][:N_READ]
    for row in read:
        desk.label(row.entry_id, "plot" if desk.verdicts.get(row.title) == "plot" else "not-plot", "ana", whole=True)
    workspace.close()
    token = Reviewers(workspace.data_dir).add("ana", iso(TODAY))
    env = {**os.environ, "MONITOR_NOW": iso(TODAY)}
    monitor = [sys.executable, "-m", "monitor"]
    with (folder / "digest.html").open("wb") as out:
        subprocess.run([*monitor, "digest", "--format", "html"], cwd=folder, env=env, stdout=out, check=True)
    with (folder / "weekly.html").open("wb") as out:
        subprocess.run(
            [*monitor, "digest", "--weekly", "--format", "html"], cwd=folder, env=env, stdout=out, check=True
        )
    build = [*monitor, "casebook", "build", "casebook", "--title", "Casebook of invented plots"]
    subprocess.run([*build, "--url", "https://casebook.example/"], cwd=folder, env=env, check=True)
    return token, story


def pictures(camera: Camera, folder: Path, story: str) -> None:
    """Take the pictures of README and docs."""
    page = camera.page(DESKTOP)
    page.keyboard.press("j")
    page.wait_for_selector("#pane h2, #pane h1")
    camera.take(page, "queue")
    camera.take(page, "story", f"/story/{story}")
    camera.take(page, "overview", "/overview")
    camera.take(page, "casebook", (folder / "casebook" / "index.html").as_uri())
    camera.take(page, "digest", (folder / "digest.html").as_uri())
    camera.take(camera.page(PHONE), "queue-phone")


def every_page(camera: Camera, folder: Path, story: str) -> None:
    """Take every page in both sizes, light and dark, in full height."""
    cases = sorted((folder / "casebook" / "case").glob("*.html"))
    pages = {
        "queue": "/", "all": "/?show=all", "story": f"/story/{story}", "overview": "/overview",
        "coverage": "/overview?coverage=1", "feeds": "/feeds", "labels": "/labels", "models": "/models", "log": "/log",
        "search": "/search?q=plot", "digest": (folder / "digest.html").as_uri(),
        "weekly": (folder / "weekly.html").as_uri(), "casebook": (folder / "casebook" / "index.html").as_uri(),
        **{name: (folder / "casebook" / f"{name}.html").as_uri() for name in ("method", "states", "timeline")},
        **({"case": cases[0].as_uri()} if cases else {}),
    }  # fmt: skip
    for size, dark in ((DESKTOP, False), (DESKTOP, True), (PHONE, False), (PHONE, True)):
        page = camera.page(size, dark=dark)
        for name, where in pages.items():
            kind = f"{'phone' if size is PHONE else 'desktop'}-{'dark' if dark else 'light'}"
            camera.take(page, f"{name}-{kind}", where, whole=True)


def main() -> int:
    """Take them."""
    parser = argparse.ArgumentParser(description="Take the pictures of README and docs.")
    parser.add_argument("out", type=Path, nargs="?", default=IMAGES)
    parser.add_argument("--all", action="store_true", help="every page, in two sizes, light and dark")
    asked = parser.parse_args()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise SystemExit("take_pictures needs the package playwright: `python3 dev.py setup`") from None
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("take_pictures needs Chromium (Debian: apt-get install chromium)")
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = Path(name)
        token, story = prepare(folder)
        with served(folder) as url:
            browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            (every_page if asked.all else pictures)(Camera(browser, url, token, asked.out), folder, story)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
