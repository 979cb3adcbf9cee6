"""The look-alikes shipped with the package: news that shares a plot's words and is none, written for this project.

Owns the reading of data/lookalikes.tsv; its head says what the categories mean. Background entries of a deployment
come from the log (learn/).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from monitor.classify import features

SHIPPED = Path(__file__).parent / "data" / "lookalikes.tsv"


class LookAlike(msgspec.Struct, frozen=True):
    """One negative example: its category (N1 to N8), language, title and summary."""

    category: str
    lang: str
    title: str
    summary: str


@cache
def look_alikes() -> tuple[LookAlike, ...]:
    """Return the shipped look-alikes in the file's order."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    return tuple(LookAlike(*line.split("\t")) for line in lines if line and not line.startswith("#"))


def contrast_counts() -> list[features.Counts]:
    """Return the counts of every look-alike."""
    reader = features.Features()
    return [reader.counts(item.title, item.summary, lang=item.lang) for item in look_alikes()]
