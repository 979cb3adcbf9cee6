"""How often a text's language is told rightly, on titles alone and with summaries, without the feed's word for it.

    python3 dev.py bench language [--each N] [--show LANG]

Reads the streams of ../shared/data that are in one language each (up to N entries of each, drawn with a fixed seed) and
the written items of languages without a stream. Entries of a stream in other languages count as errors. Exit 1 where
a language with word lists is told rightly for fewer than 95 % of titles or 98 % of titles with summaries.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

from monitor.text.language import guess_language, tell_language

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
WRITTEN = (SHARED / "data" / "written-dev.jsonl", ROOT / "fixtures" / "eval" / "languages.jsonl")
STREAMS = {
    "en": "stream/2023q1", "de": "languages/de", "fr": "languages/fr", "ru": "languages/ru2020", "tr": "languages/tr",
    "es": "languages/es",
}  # fmt: skip
TITLES, SUMMARIES = 0.95, 0.98


def texts(each: int) -> dict[str, list[tuple[str, str]]]:
    """Return (title, summary) by language."""
    found: dict[str, list[tuple[str, str]]] = {}
    for code, name in STREAMS.items():
        path = SHARED / "data" / f"{name}.jsonl.gz"
        if path.exists():
            with gzip.open(path, "rt", encoding="utf-8") as file:
                rows = [(e["title"], e["summary"]) for e in map(json.loads, file) if e["title"]]
            found[code] = random.Random(5).sample(rows, min(each, len(rows)))
    streamed = set(found)
    for path in filter(Path.exists, WRITTEN):
        for item in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if item["lang"] not in streamed:
                found.setdefault(item["lang"], []).append((item["title"], item.get("summary") or ""))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=20_000)
    parser.add_argument("--show", default="", help="print the titles of a language that are told wrongly")
    options = parser.parse_args()
    missed = n_texts = 0
    began = time.process_time()
    for code, rows in texts(options.each).items():
        told = [tell_language(title) for title, _ in rows]
        full = [(f"{title}\n{summary}") for title, summary in rows if summary]
        titles = sum(guess_language(title) == code for title, _ in rows) / len(rows)
        summaries = sum(guess_language(text) == code for text in full) / len(full) if full else 1.0
        wrong = Counter(name for name in told if name != code).most_common(4)
        ok = titles >= TITLES and summaries >= SUMMARIES
        missed += not ok
        n_texts += 2 * len(rows) + len(full)
        print(
            f"{'ok    ' if ok else 'MISSED'} {code}: {titles:.3f} of {len(rows)} titles (at least {TITLES}), "
            f"{summaries:.3f} of {len(full)} with summary (at least {SUMMARIES}); else "
            + (", ".join(f"{name} {n}" for name, n in wrong) or "-")
        )
        if code == options.show:
            print(*(f"    {name}: {t}" for name, (t, _) in zip(told, rows, strict=True) if name != code), sep="\n")
    if n_texts:
        print(f"{(time.process_time() - began) / n_texts * 1e6:.0f} us a text, first meetings with words included")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
