"""Random corrections through the page, the API and the command: each refused with its reason, or harmless.

    python3 dev.py bench corrections [--n 5000] [--seed 1]

Prints, for each way in, how many were saved and refused, and exits 1 where one was neither, a refusal gave no
reason, or a page no longer opens. The corrections are those of tests/triage/test_told.py; nothing leaves the process.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from monitor.log.codec import iso
from monitor.log.events import FeedAdded
from monitor.surfaces.cli.main import run
from monitor.surfaces.web.door.reviewers import Reviewers
from tests.surfaces.conftest import House
from tests.triage.test_told import odd_correction

TITLE = "Police foil alleged Iranian plot to kill exile"
PAGES = ("/", "/story/aaaa1111", "/api/queue", "/api/entries/aaaa1111")
LOOK_EVERY = 250
Sent = tuple[str, str]  # "saved", "refused" or what else came of it; the reason


@contextlib.contextmanager
def house() -> Iterator[House]:
    """A triage page over one flagged entry, in a folder of its own."""
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        place = House(Path(folder), now, Reviewers(Path(folder)))
        place.reviewers.add("ana", iso(now))
        place.append("feed-added:wire:0", FeedAdded(feed_id="wire", url="https://x.test/f", name="W", publisher="W"))
        place.entry("aaaa1111", TITLE)
        yield place


def by_page(place: House) -> Callable[[str, list[str]], Sent]:
    """Return the way through the form."""
    client = place.signed_in()

    def send(field: str, words: list[str]) -> Sent:
        form = {"story": "saaaa1111", "field": field, "value": ",".join(words)}
        form = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
        answer = client.post("/correct", data=form, follow_redirects=False)
        return {303: "saved", 400: "refused"}.get(answer.status_code, str(answer.status_code)), answer.text or "saved"

    return send


def by_api(place: House) -> Callable[[str, list[str]], Sent]:
    """Return the way through the API."""
    client = place.signed_in()

    def send(field: str, words: list[str]) -> Sent:
        body = json.dumps({"story": "saaaa1111", "field": field, "value": words}).encode()
        answer = client.post("/api/corrections", content=body)
        told = {200: "saved", 400: "refused"}.get(answer.status_code, str(answer.status_code))
        return told, answer.json().get("error", "saved")

    return send


def by_command(place: House) -> Callable[[str, list[str]], Sent]:
    """Return the way through the command, called in this process."""
    config = place.folder / "feeds.yaml"
    config.write_text("feeds:\n- url: https://x.test/feed\n  name: X\n", encoding="utf-8")
    start = ["--config", str(config), "--data", str(place.folder), "correct", "saaaa1111", "--by", "ana", "--"]

    def send(field: str, words: list[str]) -> Sent:
        said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = run([*start, field, *words])
        said.seek(0)
        text = said.read()
        told = {0: "saved", 2: "refused", 9: "refused"}.get(code, str(code))
        return ("traceback" if "Traceback" in text else told), text

    return send


def fuzz(way: Callable[[House], Callable[[str, list[str]], Sent]], n: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Send `n` random corrections one way; return how often each came out, and what was wrong."""
    dice, came, wrong = random.Random(seed), Counter[str](), []
    with house() as place:
        send, reader = way(place), place.signed_in()
        for at in range(n):
            field, words = odd_correction(dice)
            told, reason = send(field, words)
            came[told] += 1
            if told not in ("saved", "refused") or not reason.strip():
                wrong.append(f"{field!r} {words!r}: {told}, {reason[:80]!r}")
            if at % LOOK_EVERY == 0 or at == n - 1:
                wrong += [f"{path} after {at + 1}" for path in PAGES if reader.get(path).status_code != 200]
    return came, wrong


def main() -> int:
    options = argparse.ArgumentParser(description="Fuzz the corrections of a card.")
    options.add_argument("--n", type=int, default=5000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    bad = False
    for at, (name, way) in enumerate((("page", by_page), ("API", by_api), ("command", by_command))):
        start = time.process_time()
        came, wrong = fuzz(way, asked.n, asked.seed + at)
        bad = bad or bool(wrong)
        figures = ", ".join(f"{told} {n:,}" for told, n in sorted(came.items()))
        spent = time.process_time() - start
        print(f"{name:8} {asked.n:,} corrections: {figures}; {len(wrong)} wrong  ({spent:.0f} s CPU)")
        for line in wrong[:5]:
            print("  ", line)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
