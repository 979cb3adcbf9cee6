"""Measure `monitor link`: stories found, entries a CPU second, rows saved.

    python3 dev.py bench link [--peers] [--runs N]

Data: ../shared/data/stories (headlines and full texts with their true stories) and ../shared/data/stream (a quarter of
news with labelled plot entries); $MONITOR_SHARED names another folder. One setting for everything, the product's own.
Exits 1 when a target is missed: B3 F1 of 0.80 on both corpora, 5,000 entries a CPU second over a window of 72 hours
and 10,000 entries, 30 % fewer rows for the plot entries with every plot still in a row of its own, with a B3 precision
of 0.95 and recall of 0.70 over them.

`--peers` adds two others on the same corpora, each with the threshold that suits it best there: the nearest neighbour
over scikit-learn's TF-IDF (one pass), and average-link clustering of the same vectors (not a stream).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from monitor.stories.cases import Cases
from monitor.stories.link import Linker
from monitor.stories.stream import Item, link_items, read_item
from monitor.worker.intake.linking import JOIN, MERGE, WINDOW

SHARED = Path(os.environ.get("MONITOR_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
DATA = SHARED / "data"
CORPORA = {"headlines-2014": "story", "events-half": "cluster"}
MIN_F1, MIN_RATE, MIN_FALL = 0.80, 5_000, 0.30
MIN_ROW_P, MIN_ROW_R = 0.95, 0.70  # B3 of the plot entries, each plot one story
WEEK_S = 7 * 86_400.0

Row = dict[str, object]


def load(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def b_cubed(predicted: Sequence[str], gold: Sequence[str]) -> tuple[float, float, float]:
    """Return B3 precision, recall and F1 (Bagga and Baldwin 1998)."""
    pairs = list(zip(predicted, gold, strict=True))
    both, stories, truths = Counter(pairs), Counter(predicted), Counter(gold)
    precision = sum(both[pair] / stories[pair[0]] for pair in pairs) / len(pairs)
    recall = sum(both[pair] / truths[pair[1]] for pair in pairs) / len(pairs)
    return precision, recall, 2 * precision * recall / (precision + recall)


def measure_corpus(name: str, key: str) -> float:
    """Print B3 on the whole corpus and on its halves (dev, validation: by true story, ECB+ by topic)."""
    rows = load(DATA / "stories" / f"{name}.jsonl.gz")
    whole = 0.0
    for part in ("all", "dev", "validation"):
        chosen = [row for row in rows if part == "all" or half(row.get("topic", row[key])) == (part == "validation")]
        placed = link_items([read_item(row) for row in chosen])
        scores = b_cubed([item.story for item in placed], [str(row[key]) for row in chosen])
        print(
            f"{name:<15} {part:<10} {len(chosen):>5} entries  P {scores[0]:.3f}  R {scores[1]:.3f}  F1 {scores[2]:.3f}"
        )
        whole = scores[2] if part == "all" else whole
    return whole


def half(value: object) -> bool:
    return bool(int(hashlib.md5(str(value).encode()).hexdigest(), 16) % 2)


def stream_items(n: int) -> list[Item]:
    """Return n entries of real news spread evenly so that a window of 72 hours holds 10,000."""
    rows = load(DATA / "stream" / "2023q1.jsonl.gz")[40_000 : 40_000 + n]
    return [
        Item(str(row["id"]), i * 72 * 3_600 / 10_000, str(row["title"]), str(row["summary"]))
        for i, row in enumerate(rows)
    ]


def measure_rate(runs: int) -> float:
    """Print entries a CPU second; the best of the runs, the machine being shared."""
    items = stream_items(20_000)
    rates = []
    for _ in range(runs):
        began = time.process_time()
        link_items(items)
        rates.append(len(items) / (time.process_time() - began))
    words = sum(len(f"{item.title} {item.text}".split()) for item in items) / len(items)
    print(f"rate: {max(rates):,.0f} entries a CPU second ({', '.join(f'{rate:,.0f}' for rate in rates)}); "
          f"{len(items):,} entries of {words:.0f} words, 10,000 in the window")  # fmt: skip
    return max(rates)


def measure_rows() -> tuple[float, int, bool]:
    """Print how many rows the labelled plot entries take, linked as a tick links them; return the fall, and faults."""
    labels = {}
    for line in (DATA / "stream" / "2023q1.labels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        entry_id, label, plot = [*line.split("\t"), ""][:3]
        labels[entry_id] = (label, plot)
    rows = [row for row in load(DATA / "stream" / "2023q1.jsonl.gz") if row["id"] in labels]
    fall, mixed, low = 0.0, 0, False
    for name, wanted in (("plot entries alone", {"1"}), ("among 2,004 look-alikes", {"0", "1", "2"})):
        chosen = [row for row in rows if labels[str(row["id"])][0] in wanted]
        linker = Linker(window_s=WINDOW.total_seconds(), join=JOIN, merge=MERGE, reasons=False)
        placed = link_items([read_item(row) for row in chosen], linker)
        pairs = [(item.story, labels[str(row["id"])]) for row, item in zip(chosen, placed, strict=True)]
        plot_pairs = [(story, found[1]) for story, found in pairs if found[0] == "1"]
        scores = b_cubed([story for story, _ in plot_pairs], [plot for _, plot in plot_pairs])
        plots: dict[str, set[str]] = {}
        for row, item in zip(chosen, placed, strict=True):
            label, plot = labels[str(row["id"])]
            if label == "1":
                plots.setdefault(item.story, set()).add(plot)
        n_entries = sum(labels[str(row["id"])][0] == "1" for row in chosen)
        fall, mixed = 1 - len(plots) / n_entries, sum(len(found) > 1 for found in plots.values())
        print(f"rows: {name}: {n_entries} plot entries in {len(plots)} rows ({fall:.0%} fewer), "
              f"{len(set().union(*plots.values()))} plots, {mixed} rows with two plots; "
              f"B3 P {scores[0]:.3f} R {scores[1]:.3f}, floors {MIN_ROW_P} and {MIN_ROW_R}")  # fmt: skip
        low = low or scores[0] < MIN_ROW_P or scores[1] < MIN_ROW_R
    measure_cases(rows, labels)
    return fall, mixed, low


def measure_cases(rows: Sequence[Row], labels: dict[str, tuple[str, str]]) -> None:
    """Print how many follow-up stories of plot and borderline entries find their case, and how many links are right."""
    chosen = [row for row in rows if labels[str(row["id"])][0] != "0"]
    placed = link_items([read_item(row) for row in chosen], Linker(window_s=WEEK_S, reasons=False))
    stories: dict[str, list[Row]] = {}
    for row, item in zip(chosen, placed, strict=True):
        stories.setdefault(item.story, []).append(row)
    cases, plots_of_case = Cases(), {}
    n_possible = n_links = n_right = 0
    for story_id, members in stories.items():
        plot = Counter(labels[str(row["id"])][1] for row in members).most_common(1)[0][0]
        texts = [(str(row["title"]), str(row["summary"])) for row in members]
        match = cases.find(texts[:1])
        n_possible += any(plot in found for found in plots_of_case.values())
        n_links += match is not None
        n_right += match is not None and plot in plots_of_case[match.case_id]
        case_id = match.case_id if match else story_id
        plots_of_case.setdefault(case_id, set()).add(plot)
        cases.add(story_id, case_id, texts)
    print(f"cases: {n_links} of {n_possible} follow-up stories linked, {n_right} rightly")


def nearest_neighbour(texts: list[str]) -> Callable[[float], list[str]]:
    """One pass over scikit-learn's TF-IDF: an entry joins its nearest earlier entry at the threshold."""
    similarities = _similarities(texts)

    def at(threshold: float) -> list[str]:
        stories: list[str] = []
        for i in range(len(texts)):
            j = int(similarities[i, :i].argmax()) if i else 0
            stories.append(stories[j] if i and similarities[i, j] >= threshold else str(i))
        return stories

    return at


def average_link(texts: list[str]) -> Callable[[float], list[str]]:
    """Agglomerative clustering of all entries at once."""
    import numpy
    from scipy.cluster.hierarchy import fcluster, linkage

    distances = 1 - _similarities(texts)
    tree = linkage(distances[numpy.triu_indices(len(texts), 1)].clip(0), "average")
    return lambda threshold: [str(story) for story in fcluster(tree, 1 - threshold, "distance")]


def _similarities(texts: list[str]):  # type: ignore[no-untyped-def]
    import numpy
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=numpy.float32).fit_transform(texts)
    return (vectors @ vectors.T).toarray()


def measure_peers() -> None:
    for name, key in CORPORA.items():
        rows = load(DATA / "stories" / f"{name}.jsonl.gz")
        gold = [str(row[key]) for row in rows]
        texts = [f"{row.get('title', '')} {row.get('text', '')}" for row in rows]
        for label, peer in (("nearest neighbour", nearest_neighbour), ("average link", average_link)):
            stories_at = peer(texts)
            best = max((b_cubed(stories_at(step / 50), gold)[2], step / 50) for step in range(1, 35))
            print(f"peer {label:<18} {name:<15} F1 {best[0]:.3f} at its best threshold {best[1]:.2f}")


def main(args: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(args if args is None else list(args))
    if not DATA.is_dir():
        print(f"no data folder at {DATA}; set MONITOR_SHARED")
        return 1
    missed = [name for name, key in CORPORA.items() if measure_corpus(name, key) < MIN_F1]
    missed += ["rate"] if measure_rate(options.runs) < MIN_RATE else []
    fall, mixed, low = measure_rows()
    missed += ["rows"] if fall < MIN_FALL or mixed or low else []
    if options.peers:
        measure_peers()
    print("missed: " + ", ".join(missed) if missed else "every target met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
