"""A month of real news lived through by the product: what ten rows a day held, and what the words of likelihood kept.

    python3 dev.py bench month [--days 31] [--rows 10] [--train 7] [--list] [STREAM LABELS]

Takes the first days of a labelled stream (default: ../shared/data/stream/2023q1), ticks once a day through the worker,
reads the day's rows one after the other and answers by the labels (bench/_month.py). Prints what the rows held: plots,
happenings, repeats of a case that was labelled before; rows below .5; known cases that moved. Then, for each word of
likelihood (ICD 203) that stood on a row when it was read, how many rows carried it and how many of them were plots: the
words were there before the answer, so nothing is fitted to what it is checked on. The product trains every `--train`
nights; 0: never.

Exits 1 where more than two of the day's rows repeat a labelled case, or a promise is broken: a word's range lies
outside the exact 95 % interval of the share that were plots, or all words together expected more or fewer plots than
there were (95 % Poisson interval).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench._month import Lived, Reader, Shown
from bench.replay import SHARED
from monitor.learn.calibrate import WORDS
from monitor.learn.intervals import binomial_interval, poisson_interval
from monitor.learn.replay.streams import PLOT, StreamEntry, StreamLabel, read_labels, read_stream

MOST_REPEATS = 2
HALF = 0.5


def live(
    stream: Sequence[StreamEntry], labels: dict[str, StreamLabel], n_days: int, n_rows: int, train_every: int
) -> Lived:
    """Live through the first days in a folder of its own."""
    days: dict[str, list[StreamEntry]] = defaultdict(list)
    for entry in stream:
        days[entry.day].append(entry)
    first = dict(list(days.items())[:n_days])
    urls = sorted({entry.feed for entries in first.values() for entry in entries})
    with tempfile.TemporaryDirectory() as name:
        reader = Reader(Path(name), urls, labels, n_rows)
        try:
            return reader.live(first, train_every)
        finally:
            reader.workspace.close()


def told(lived: Lived, all_plots: set[str]) -> Iterator[str]:
    """Yield the lines on what the rows held."""
    rows, n_days = lived.rows, len(lived.days)
    with_plot = [row for row in rows if row.plots]
    happenings = {plot for row in rows for plot in row.plots}
    low = [row for row in rows if row.score < HALF]
    yield (
        f"{n_days} days ({lived.days[0]} to {lived.days[-1]}), {lived.n_entries} entries, {lived.n_flagged} flagged; "
        f"models promoted {len(lived.promoted)}, refused {len(lived.refused)}"
    )
    yield (
        f"rows shown {len(rows)} ({len(rows) / n_days:.1f} a day): {len(with_plot)} plots of {len(happenings)} "
        f"happenings (of {len(all_plots)} in the stretch), {repeats(lived)} repeats of a labelled case"
    )
    yield f"rows below .5: {len(low)}, of them plots {sum(bool(row.plots) for row in low)}"
    per_day = Counter(item.day for item in lived.moved)
    n_right = sum(item.plot for item in lived.moved)
    yield (
        f"known cases that moved: {len(lived.moved)} rows ({len(lived.moved) / n_days:.2f} a day, at most "
        f"{max(per_day.values(), default=0)}), {n_right} report a plot"
    )
    yield f"random checks: {lived.n_checks} answered, {lived.n_checks_plot} plots"


def repeats(lived: Lived) -> int:
    """Return how many of the rows show nothing but cases labelled before."""
    return sum(row.known for row in lived.rows)


def promises(rows: Sequence[Shown]) -> tuple[list[str], bool]:
    """Return a line for each word that stood on rows, and whether every promise was kept."""
    lines, kept, low = [], True, 0.0
    n_without = sum(row.probability is None for row in rows)
    for high, word in WORDS:
        said = [row for row in rows if row.word == word]
        if said:
            n_plots = sum(bool(row.plots) for row in said)
            least, most = binomial_interval(n_plots, len(said))
            holds = least < min(high, 1.0) and most >= low
            kept &= holds
            lines.append(
                f"  {'ok    ' if holds else 'BROKEN'} {word} ({low:.0%} to {min(high, 1.0):.0%}): {len(said)} rows, "
                f"{n_plots} plots = {n_plots / len(said):.0%} ({least:.0%} to {most:.0%}), "
                f"mean said {sum(row.probability or 0.0 for row in said) / len(said):.0%}"
            )
        low = high
    said = [row for row in rows if row.probability is not None]
    expected, n_plots = sum(row.probability or 0.0 for row in said), sum(bool(row.plots) for row in said)
    least, most = poisson_interval(n_plots)
    ok = least <= expected <= most
    lines.append(
        f"  {'ok    ' if ok else 'BROKEN'} in all: {len(said)} rows, {expected:.1f} plots expected, {n_plots} were "
        f"({least:.1f} to {most:.1f})"
    )
    kept &= ok
    lines.append(f"  not yet calibrated: {n_without} rows, {sum(bool(r.plots) for r in rows if not r.word)} plots")
    return lines, kept


def main() -> int:
    """Live, tell, judge."""
    parser = argparse.ArgumentParser(description="Live through a month of a labelled stream.")
    parser.add_argument("files", nargs="*", type=Path, metavar="STREAM LABELS")
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--train", type=int, default=7, help="train every so many nights; 0: never")
    parser.add_argument("--list", action="store_true", help="list the rows that show a plot, and those that moved")
    asked = parser.parse_args()
    folder = SHARED / "data" / "stream"
    files = asked.files or [folder / "2023q1.jsonl.gz", folder / "2023q1.labels.tsv"]
    if len(files) != 2 or not all(path.is_file() for path in files):
        raise SystemExit("name a stream and its labels (JSON lines, TSV); see --help")
    began = time.process_time()
    stream, labels = read_stream(files[0]), read_labels(files[1])
    lived = live(stream, labels, asked.days, asked.rows, asked.train)
    inside = set(lived.days)
    plots = {labels[e.entry_id].plot for e in stream
             if e.day in inside and e.entry_id in labels and labels[e.entry_id].label == PLOT}  # fmt: skip
    print("\n".join(told(lived, plots)))
    lines, kept = promises(lived.rows)
    print("likelihood as it stood on the row:", *lines, sep="\n")
    if asked.list:
        for row in (row for row in lived.rows if row.plots):
            print(f"  {row.day} {row.score:.2f} {row.word or '-'}{' REPEAT' if row.known else ''}: {row.title[:90]}")
        for item in lived.moved:
            print(f"  {item.day} moved{'' if item.plot else ' WRONG'}: {item.title[:90]}")
        print("not shown:", ", ".join(sorted(plots - {plot for row in lived.rows for plot in row.plots})) or "none")
    n = repeats(lived)
    ok = n <= MOST_REPEATS
    print(f"{'ok    ' if ok else 'MISSED'} repeats of a labelled case among the rows: {n} (at most {MOST_REPEATS})")
    print(f"{time.process_time() - began:.0f} s CPU")
    return 0 if ok and kept else 1


if __name__ == "__main__":
    sys.exit(main())
