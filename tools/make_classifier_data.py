"""Rebuild the classifier's generated data after a change of features or lexicon: one command.

    .venv/bin/python tools/make_classifier_data.py [../shared]

Needs the four seed articles (SHARED/seeds) and the background entries (SHARED/data/stream/background-2022.jsonl.gz);
writes src/monitor/classify/data/: seeds.json (term counts of the articles), background.txt (general news as concept
sequences: no words, no names, no sources) and cold.json (the model trained on what is shipped, and on nothing else).
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

from monitor.classify import features, seeds
from monitor.classify.modelstore import COLD_MODEL
from monitor.classify.sequences import DATA, sequence_of
from monitor.learn.cold import cold_bytes

HEAD = """\
# General news as concept sequences, each behind the number of entries that have it: title / sentence / …; "~" marks a
# second, different state. Made by tools/make_classifier_data.py from unlabelled feed entries of 2022; no word, name,
# source or date of them is left.
"""


def main() -> None:
    """Write the three files."""
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    seeds.SHIPPED.write_bytes(seeds.seed_bytes(seeds.build(shared / "seeds")))
    print(f"{seeds.SHIPPED.name}: {seeds.SHIPPED.stat().st_size} bytes")
    lines = background_lines(shared / "data" / "stream" / "background-2022.jsonl.gz")
    (DATA / "background.txt").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"background.txt: {len(lines)} sequences")
    COLD_MODEL.write_bytes(cold_bytes())
    print(f"{COLD_MODEL.name}: {COLD_MODEL.stat().st_size} bytes")


def background_lines(path: Path) -> list[str]:
    """Return the entries' concept sequences, counted and sorted, so that the order says nothing either."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        entries = map(json.loads, file)
        sequences = Counter(sequence_of(features.read(e["title"], e["summary"], lang="en")) for e in entries)
    return sorted(f"{n}\t{sequence}" for sequence, n in sequences.items() if sequence.replace("/", "").strip())


if __name__ == "__main__":
    main()
