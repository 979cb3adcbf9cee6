"""Measures the one count of independent sources against stories read by hand (fixtures/eval/story-sources.json).

Thirty stories of a real quarter with three entries or more of two publishers or more: the eight that hold a labelled
plot, then others in the order of a hash of their first entry. Coded from titles and summaries before the product's
count was seen. An origin is a newsroom whose words pass on nobody else's report, or whoever is passed on.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from monitor.stories.ledger import PrintedReport, ledger_of
from monitor.stories.publishers import publisher_of

MOST_LOW = 3  # stories that may be counted too low; none may be counted too high


def _report(row: dict[str, str]) -> PrintedReport:
    publisher = publisher_of("", "", "", row["link"], f"{row['title']}\n{row['summary']}")
    return PrintedReport(row["id"], publisher.family, publisher.origin, row["title"], row["summary"])


def counted(stream: Path, coded: Path) -> list[tuple[int, int]]:
    """Return (counted by hand, by the product) for each story."""
    stories = json.loads(coded.read_text(encoding="utf-8"))
    wanted = {entry for story in stories for entry in story["entries"]}
    with gzip.open(stream, "rt", encoding="utf-8") as lines:
        rows = {row["id"]: row for row in map(json.loads, lines) if row["id"] in wanted}
    return [
        (story["independent"], ledger_of([_report(rows[entry]) for entry in story["entries"]]).counts.n_independent)
        for story in stories
    ]


def sources(stream: Path, coded: Path) -> list[str]:
    """Print how many stories are counted too high, too low and right; return the floors missed."""
    pairs = counted(stream, coded)
    high, low = (sum(told > hand for hand, told in pairs), sum(told < hand for hand, told in pairs))
    right = len(pairs) - high - low
    print(f"\nindependent sources: {len(pairs)} stories  right {right}  too high {high} (at most 0)  "
          f"too low {low} (at most {MOST_LOW})")  # fmt: skip
    return [f"independent sources: {high} too high, {low} too low"] if high or low > MOST_LOW else []
