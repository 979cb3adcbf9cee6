"""Mean token F1 of `monitor read` against the true article bodies of 92 pages; exit code 1 below the floor.

    python3 dev.py bench extract

Needs the optional data folder (../shared or $MONITOR_SHARED). Each page goes through the command line as a user would
send it; then once more in this process as an installation without the extra `fulltext` reads it.
Tokens are runs of word characters, lower-cased, counted as a bag.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

FLOOR = 0.94
ROOT = Path(__file__).resolve().parent.parent
WORD = re.compile(r"\w+")


def token_f1(found: str, true: str) -> float:
    """Return the harmonic mean of precision and recall over bags of words."""
    ours, theirs = Counter(WORD.findall(found.lower())), Counter(WORD.findall(true.lower()))
    overlap = sum((ours & theirs).values())
    if not overlap:
        return float(not ours and not theirs)
    precision, recall = overlap / ours.total(), overlap / theirs.total()
    return 2 * precision * recall / (precision + recall)


def read_all(path: Path) -> dict[str, str]:
    """Return id -> text as `monitor read` writes them."""
    command = [sys.executable, "-m", "monitor", "read", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tempfile.gettempdir(), timeout=600)
    sys.stderr.write(done.stderr)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["id"]: row["text"] for row in rows}


def read_without_the_extra(rows: list[dict[str, str]]) -> dict[str, str]:
    """Return id -> text as read where trafilatura is not installed."""
    sys.path.insert(0, str(ROOT / "src"))
    sys.modules["trafilatura"] = None  # type: ignore[assignment]
    from monitor.text.article import extract_article

    return {row["id"]: extract_article(row["html"].encode(), row["url"])[1] for row in rows}


def mean_f1(name: str, found: dict[str, str], true: dict[str, str]) -> float:
    """Print and return the mean over all pages; a page that gave nothing counts as 0."""
    scores = [token_f1(found.get(key, ""), body) for key, body in true.items()]
    mean = sum(scores) / len(scores)
    low = sum(score < 0.8 for score in scores)
    print(f"{name}: mean token F1 {mean:.4f} over {len(scores)} pages (floor {FLOOR}); below 0.8: {low}")
    return mean


def main() -> int:
    """Print the figure, with the extra and without it."""
    shared = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
    path = shared / "data/extraction/articles.jsonl.gz"
    if not path.exists():
        print(f"needs {path}")
        return 0
    with gzip.open(path, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    true = {row["id"]: row["articleBody"] for row in rows}
    with_extra = mean_f1("monitor read", read_all(path), true)
    without = mean_f1("without the extra", read_without_the_extra(rows), true)
    return 0 if min(with_extra, without) >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
