"""What importing an archive costs: entries and web pages per CPU-second, peak memory, and the second time.

    python3 dev.py bench import [--entries 40000] [--pages 600] [--stream FILE]

Writes a year of a made-up outlet as JSON lines, one entry in four hundred about an alleged plot, and pages of it as a
web archive (skipped without the extra `archive`); `--stream` takes entries of your own instead. Each command runs in a
process of its own; CPU seconds count it and its children. Memory is measured at a quarter of the entries and at all.
Exits 1 where 5,000 entries or 150 pages a CPU-second are missed, or a second run of the same file takes over a second.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench._words import NEWS, PLACES, Words

ROOT = Path(__file__).resolve().parent.parent
MONITOR = [sys.executable, "-m", "monitor"]
START = datetime(2025, 1, 1, tzinfo=UTC)
# Runs a command and says what it and its children took.
WATCH = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, done.stdout]))
"""
ENTRIES_PER_S, PAGES_PER_S = 5_000, 150
PLOT = "Two held over an alleged plot to abduct an exiled editor on behalf of a foreign intelligence service"


def say(text: str) -> None:
    print(text, flush=True)


def entries(n: int) -> Iterator[dict[str, str]]:
    rng, words = random.Random(16), Words(16)
    for number in range(n):
        at = START + timedelta(days=365) * number / n
        title = f"{PLOT} in {rng.choice(PLACES)}" if number % 400 == 7 else words.title()
        yield {
            "url": f"https://gazette.example/{at:%Y/%m/%d}/{number}", "title": title, "summary": words.text(40),
            "published": at.isoformat(), "language": "en",
        }  # fmt: skip


def page(rng: random.Random, words: Words) -> bytes:
    """Return a page of about 60 KB: scripts, a menu, an article of twenty paragraphs, teasers."""
    title = words.title()
    menu = "".join(f"<li class=nav-item><a href='/s/{n}'>{rng.choice(NEWS)}</a></li>" for n in range(120))
    body = "".join(f"<p>{words.text(60)}</p>" for _ in range(20))
    teasers = "".join(f"<div class=teaser><a href='/t/{n}'><h3>{words.title()}</h3></a></div>" for n in range(60))
    script = "var a=" + json.dumps([rng.random() for _ in range(1200)])
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title><script>{script}</script>"
        f"<meta property='article:published_time' content='2025-06-01T10:00:00Z'></head>"
        f"<body><nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{body}</article><aside>{teasers}</aside><footer>{menu}</footer></body></html>"
    ).encode()


def write_warc(path: Path, n: int) -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    rng, words = random.Random(17), Words(17)
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number in range(n):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            body = io.BytesIO(page(rng, words))
            url = f"https://gazette.example/p/{number}"
            writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=headers))


def run(folder: Path, *arguments: str) -> tuple[float, float, dict[str, object]]:
    """Run a command; return its CPU seconds, its peak memory in MiB and its answer."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", WATCH, *MONITOR, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    cpu, mib, out = json.loads(done.stdout)
    return cpu, mib, json.loads(out) if "--json" in arguments else {}


def fresh(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    (folder / "feeds.yaml").write_text("feeds:\n")
    run(folder, "init")
    return folder


def measure(folder: Path, kind: str, file: Path, n: int) -> tuple[float, float]:
    cpu, mib, answer = run(folder, "import", kind, str(file), "--as", "gazette", "--json")
    (result,) = answer["files"]  # type: ignore[misc]
    assert result["n_new"] == n, result  # type: ignore[index]
    return n / cpu, mib


def main() -> int:
    """Write the archives, import them, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=40_000)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--stream", type=Path)
    asked = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as name:
        parent = Path(name)
        file = parent / "year.jsonl"
        if asked.stream:
            lines = asked.stream.read_text(encoding="utf-8").splitlines()[: asked.entries]
        else:
            lines = [json.dumps(entry, ensure_ascii=False) for entry in entries(asked.entries)]
        quarter = parent / "quarter.jsonl"
        quarter.write_text("\n".join(lines[: len(lines) // 4]) + "\n")
        file.write_text("\n".join(lines) + "\n")
        _, small = measure(fresh(parent, "small"), "entries", quarter, len(lines) // 4)
        whole = fresh(parent, "whole")
        rate, large = measure(whole, "entries", file, len(lines))
        n_small, n_large = len(lines) // 4, len(lines)
        memory = f"peak {small:.0f} MiB at {n_small:,}, {large:.0f} at {n_large:,}"
        say(f"entries: {rate:,.0f} a CPU-second; {memory}")
        again, _, answer = run(whole, "import", "entries", str(file), "--as", "gazette", "--json")
        say(f"the same file again: {again:.2f} CPU seconds, {answer['files'][0]['n_new']} new")  # type: ignore[index]
        another = json.dumps({"url": "https://gazette.example/x", "title": "One more"})
        file.write_text("\n".join([*lines, another]) + "\n")
        more, _, answer = run(whole, "import", "entries", str(file), "--as", "gazette", "--json")
        say(f"with one line more: {more:.2f} CPU seconds, {answer['files'][0]['n_new']} new")  # type: ignore[index]
        failed = rate < ENTRIES_PER_S or again > 1
        try:
            write_warc(parent / "pages.warc.gz", asked.pages)
        except ImportError:
            say("web pages: skipped, the extra `archive` is not installed")
        else:
            rate, mib = measure(fresh(parent, "pages"), "warc", parent / "pages.warc.gz", asked.pages)
            say(f"web pages: {rate:,.0f} a CPU-second, peak {mib:.0f} MiB")
            failed |= rate < PAGES_PER_S
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
