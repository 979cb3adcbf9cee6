"""The invented texts that the golden files are made of, and how long values are told in them.

Owns reading fixtures/eval; which rules are asked about the texts is the other files' matter.
"""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

EVAL = Path(__file__).resolve().parent.parent / "fixtures" / "eval"
TABLES = ("cards-silent.tsv", "cards-told.tsv", "cards-invented-1.tsv", "cards-invented-2.tsv")
OUTLETS = ("harbourwire.example", "courier.example", "ribera.example", "meridian.example", "reuters.com", "apnews.com")


def digits(value: object) -> str:
    """Return the first eight digits of the SHA-256 of what a value is written as."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:8]


def seeded(seed: int) -> random.Random:
    """Return a source of chance that draws the same on every machine."""
    return random.Random(seed)  # noqa: S311 - nothing is to be kept secret by it


def texts() -> list[tuple[str, str]]:
    """Return (title, summary) of every invented report, in a fixed order."""
    found = []
    for name in TABLES:
        lines = (EVAL / name).read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        found += [(row[-2], row[-1]) for row in rows]
    for name in ("languages.jsonl", "news.jsonl"):
        items = map(json.loads, (EVAL / name).read_text(encoding="utf-8").splitlines())
        found += [(item["title"], item["summary"]) for item in items]
    lines = (EVAL / "headlines.txt").read_text(encoding="utf-8").splitlines()
    return found + [(line.partition(" | ")[2], "") for line in lines if " | " in line]
