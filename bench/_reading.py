"""A draw of plain sentences for a reader, who judges each against its own report.

Owns choosing and printing; no figure comes out of this by itself. Entries are taken in an order shuffled by a seed
until enough sentences have come out; beside them stand accusations that a card holds and no sentence tells. The texts
are those of the optional data folder or of files of one's own (JSON lines with title, summary, text, published, lang).
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from monitor.facts.card import read_card
from monitor.facts.sentence import claim_words, plain_sentence
from monitor.facts.values import Card

FILES = (
    "stream/2023q1.jsonl.gz",
    "stream/background-2022.jsonl.gz",
    "languages/war-2026-spring.jsonl.gz",
    "languages/de.jsonl.gz",
    "languages/fr.jsonl.gz",
    "languages/ru2020.jsonl.gz",
    "languages/tr.jsonl.gz",
    "written-dev.jsonl",
)
_SHOWN = 1200  # characters of a report that are printed


class Drawn(NamedTuple):
    """One entry of a draw with its card and its sentence ("" where none is told)."""

    entry: dict
    card: Card
    sentence: str


def entries(paths: list[Path]) -> list[dict]:
    """Return the entries of JSON-lines files, packed or not."""
    found = []
    for path in paths:
        packed = path.read_bytes()
        text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
        found += [json.loads(line) for line in text.split("\n") if line.strip()]
    return found


def draw(rows: list[dict], wanted: int, seed: int) -> Iterator[Drawn]:
    """Yield entries with a sentence until `wanted` have come, and up to as many that accuse without one."""
    order = list(rows)
    random.Random(seed).shuffle(order)
    told = silent = 0
    for entry in order:
        card = read_card(
            entry.get("title") or "", entry.get("summary") or "", entry.get("text") or "", entry.get("published"),
            entry.get("lang") or "",
        )  # fmt: skip
        sentence = plain_sentence(card)
        if sentence:
            told += 1
        elif any(not claim.open for claim in card.claims) and silent < wanted:
            silent += 1
        else:
            continue
        yield Drawn(entry, card, sentence)
        if told >= wanted:
            return


def show(shared: Path, wanted: int, seed: int, files: list[str]) -> int:
    """Print a draw and return the exit code."""
    paths = [Path(name) for name in files] or [shared / "data" / name for name in FILES]
    for at, (entry, card, sentence) in enumerate(draw(entries(paths), wanted, seed), start=1):
        print(f"\n[{at}] {entry.get('id', '')}\n  {entry.get('title') or ''}")
        body = " ".join(f"{entry.get('summary') or ''} {entry.get('text') or ''}".split())
        print(f"  {body[:_SHOWN]}")
        if sentence:
            print(f"  => {sentence}")
        else:
            print(f"  no sentence; claims: {'; '.join(claim_words(claim) for claim in card.claims if not claim.open)}")
    return 0
