"""Cards in other languages than English: real headlines by hand-coded ids, and invented ones.

Owns reading fixtures/eval/cards-languages.tsv (ids and codes of entries of ../shared/data; the texts are not ours) and
fixtures/eval/headlines.txt (invented, in the repository), and their figures by language. Floors are card.py's.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench import _gold
from monitor.facts.card import Card, read_card

NONE = ("-", "?")  # no code; not coded
_LANGUAGE_OF = {"ru2020": "ru"}
_FIELDS = ("countries", "stage", "denial", "target_types")


class Headline(NamedTuple):
    """An invented headline: its batch, language, the states that are accused, whether a denial is told."""

    batch: str
    language: str
    accused: frozenset[str]
    denied: bool
    title: str


def headlines(path: Path) -> list[Headline]:
    """Return the invented headlines in order."""
    found, batch, language = [], "", ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("####"):
            batch = line.removeprefix("####").strip()
        elif line.startswith("=="):
            language = line.removeprefix("==").strip()
        elif line and not line.startswith("#"):
            head, _, title = line.partition(" | ")
            codes, *marks = head.split()
            accused = frozenset() if codes == "-" else frozenset(codes.split(","))
            found.append(Headline(batch, language, accused, "d" in marks, title))
    return found


def gold(shared: Path, table: Path) -> Iterator[tuple[dict, Card]]:
    """Yield each coded entry with the card that is read today; entries whose texts are not at hand are left out."""
    with table.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    texts = _texts(shared, {row["id"] for row in rows})
    for row in rows:
        entry = texts.get(row["id"])
        if entry:
            coded = {
                "label": int(row["label"]), "lang": entry["lang"], "linked_states": _codes(row["linked"]),
                "allowed_states": _codes(row["allowed"]), "countries": _codes(row["countries"]),
                "stage": _codes(row["stage"]), "target_types": _codes(row["targets"]),
                "denial": {"y": True, "n": False}.get(row["denial"]), "coded": row["countries"] != "?",
            }  # fmt: skip
            yield coded, read_card(entry["title"], entry["summary"] or "", "", entry["published"], entry["lang"])


def _codes(cell: str) -> list[str]:
    return [] if cell in NONE else cell.split(",")


def _texts(shared: Path, wanted: set[str]) -> dict[str, dict]:
    """Return the entries by id, each with its language."""
    found: dict[str, dict] = {}
    for path in sorted((shared / "data/languages").glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for entry in map(json.loads, lines):
                if entry["id"] in wanted:
                    found[entry["id"]] = entry | {"lang": _LANGUAGE_OF.get(name, name)}
    with (shared / "data/written-dev.jsonl").open(encoding="utf-8") as lines:
        found |= {item["id"]: item for item in map(json.loads, lines) if item["id"] in wanted}
    return found


def real(shared: Path, table: Path) -> dict[str, _gold.Attribution]:
    """Print the figures of the coded entries by language; return those of attribution."""
    pairs = list(gold(shared, table))
    figures = {}
    print(f"\nother languages, real: {len(pairs)} entries coded by hand (title and summary)")
    for lang in [*sorted({row["lang"] for row, _ in pairs}), "all"]:
        part = [pair for pair in pairs if lang in (pair[0]["lang"], "all")]
        read = sum(bool(card.language) for _, card in part)
        for name, some in (("all", part), ("plots", _gold.group(part, 1)), ("look-alikes", _gold.group(part, 0))):
            found = _gold.attribution(some)
            print(f"  {lang:4}{name:12}{found.items:4} items, {read if some is part else '':3} read   false strict "
                  f"{found.strict / max(1, found.items):.3f} lenient {found.lenient / max(1, found.items):.3f}   "
                  f"recall {found.states.right}/{found.states.true} {found.states.recall:.2f}")  # fmt: skip
            if some is part:
                figures[lang] = found
        coded = [pair for pair in part if pair[0]["coded"]]
        told = (f"{field} {_gold.figure(coded, field).f1:.2f}" for field in _FIELDS)
        print(f"      F1 beside attribution, {len(coded)} items: {', '.join(told)}")
    return figures


def invented(path: Path) -> dict[tuple[str, str], _gold.Attribution]:
    """Print the figures of the invented headlines by batch and language; return them."""
    figures = {}
    rows = headlines(path)
    print(f"\nother languages, invented: {len(rows)} headlines")
    for batch in dict.fromkeys(row.batch for row in rows):
        for lang in [*dict.fromkeys(row.language for row in rows if row.batch == batch), "all"]:
            some = [row for row in rows if row.batch == batch and lang in (row.language, "all")]
            cards = [(row, read_card(row.title, lang=row.language)) for row in some]
            found = _gold.attribution([({"linked_states": r.accused, "allowed_states": ()}, c) for r, c in cards])
            figures[batch, lang] = found
            denied = sum(row.denied == bool(card.denied_by) for row, card in cards)
            print(f"  {batch:8}{lang:4}{found.items:4}   false {found.strict} ({found.strict / found.items:.3f})   "
                  f"recall {found.states.right}/{found.states.true} ({found.states.recall:.2f})   "
                  f"denial right {denied}")  # fmt: skip
    return figures
