"""Learning, measured: screening pools beside ELAS u4, the stream, and how long training takes.

    python3 dev.py bench learn screening [--draws 2]   nine pools, loss beside ASReview 2.2's elas_u4 (same priors)
    python3 dev.py bench learn pool                    20,000 entries of the stream from the seeds, both
    python3 dev.py bench learn stream                  the stream cold and retrained weekly, with and without background
    python3 dev.py bench learn queue [--stream FILE --labels FILE --rows N]
                                                       what the queue itself finds where the threshold follows the flow
    python3 dev.py bench learn followups               later reports of confirmed cases: shown, and in how many rows
    python3 dev.py bench learn speed                   training on 100,000 entries: CPU seconds and peak MiB
    python3 dev.py bench learn poison                  attacks on the labels, blocked or harmless

Needs ../shared ($MONITOR_SHARED), but for speed and poison. The peer lives in its own environment, .bench/asreview,
made on the first run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
PEER = ROOT / ".bench" / "asreview"
PEER_VERSION = "2.2"
POOL_SIZE, POOL_SEED = 20_000, 3
PEER_RANDOM_NEGATIVES = 10


def peer_python() -> Path:
    """Make the peer's environment on the first run and return its Python."""
    python = PEER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", f"asreview=={PEER_VERSION}"], check=True)
    return python


def ask_peer(jobs: list[dict]) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder) / "job.json"
        job.write_text(json.dumps(jobs))
        done = subprocess.run(
            ["nice", "-n", "10", str(peer_python()), str(ROOT / "bench" / "_asreview.py"), str(job)],
            check=True, capture_output=True, text=True, cwd=folder, env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def screening(draws: int) -> None:
    """Both learners on each pool, from one relevant and ten other records known; mean loss over the draws."""
    import msgspec

    from monitor.learn.metrics import loss
    from monitor.learn.replay.experiment import screen_records
    from monitor.learn.replay.streams import read_pool

    print(f"{'pool':34s} records positives   ours   elas_u4")
    ours_all, peer_all = [], []
    for path in sorted((SHARED / "data" / "screening").glob("*.jsonl.gz")):
        records = read_pool(path)
        ours, jobs = [], []
        for seed in range(draws):
            rng = random.Random(seed)
            plots = [i for i, r in enumerate(records) if r.label]
            others = [i for i, r in enumerate(records) if not r.label]
            priors = [rng.choice(plots), *rng.sample(others, 10)]
            marked = [msgspec.structs.replace(r, prior=i in priors) for i, r in enumerate(records)]
            ours.append(screen_records(marked)["loss"])
            jobs.append({
                "title": [r.title for r in records], "abstract": [r.abstract for r in records],
                "labels": [int(r.label) for r in records], "priors": priors,
            })  # fmt: skip
        n = len(records) - 11
        peer = [loss([*map(bool, r["answers"]), *[False] * (n - len(r["answers"]))]) for r in ask_peer(jobs)]
        ours_all.append(sum(ours) / draws)
        peer_all.append(sum(peer) / draws)
        n_plots = sum(r.label for r in records)
        name = path.name.split(".")[0]
        print(f"{name:34s} {len(records):7d} {n_plots:9d}  {ours_all[-1]:.4f}  {peer_all[-1]:.4f}", flush=True)
    print(f"{'mean':34s} {'':17s}  {sum(ours_all) / len(ours_all):.4f}  {sum(peer_all) / len(peer_all):.4f}")


def pool() -> None:
    """The stream as a static pool of 20,000: every pooled entry and random others."""
    from monitor.learn.metrics import labels_needed
    from monitor.learn.replay.experiment import screen_records
    from monitor.learn.replay.streams import PLOT, PoolRecord, read_labels, read_stream

    stream = read_stream(SHARED / "data" / "stream" / "2023q1.jsonl.gz")
    labels = read_labels(SHARED / "data" / "stream" / "2023q1.labels.tsv")
    unpooled = [e.entry_id for e in stream if e.entry_id not in labels]
    chosen = set(random.Random(POOL_SEED).sample(unpooled, POOL_SIZE - len(labels))) | set(labels)
    records = [
        PoolRecord(e.entry_id, e.title, e.summary, e.entry_id in labels and labels[e.entry_id].label == PLOT)
        for e in stream
        if e.entry_id in chosen
    ]
    found = screen_records(records, 1_000)
    print("ours   ", found["labels_needed"])
    seeds = [path.read_text() for path in sorted((SHARED / "seeds").glob("*.txt"))]
    others = [i for i, r in enumerate(records) if not r.label]
    priors = random.Random(POOL_SEED).sample(others, PEER_RANDOM_NEGATIVES)
    (answer,) = ask_peer([{
        "title": [r.title for r in records] + ["" for _ in seeds], "abstract": [r.abstract for r in records] + seeds,
        "labels": [int(r.label) for r in records] + [1] * len(seeds),
        "priors": [len(records) + i for i in range(len(seeds))] + priors, "stop": 1_000,
    }])  # fmt: skip
    n = sum(r.label for r in records)
    print("elas_u4", {f"{r:.2f}": labels_needed(answer["answers"], n, r) for r in (0.5, 0.8, 0.9, 0.95, 1.0)})


def stream(rows: int) -> None:
    """The stream through the command itself, four ways."""
    folder = SHARED / "data" / "stream"
    command = [
        sys.executable, "-m", "monitor", "simulate", "--stream", str(folder / "2023q1.jsonl.gz"),
        "--labels", str(folder / "2023q1.labels.tsv"), "--rows-per-day", str(rows), "--json",
    ]  # fmt: skip
    shown = ("plot_recall", "plot_recall_24h", "plot_recall_best_entry", "entry_recall", "precision",
             "average_precision", "labels_used", "seconds", "peak_mib", "missed")  # fmt: skip
    for background in ([], ["--background", str(folder / "background-2022.jsonl.gz")]):
        for retrain in ("never", "weekly"):
            done = subprocess.run([*command, *background, "--retrain", retrain], check=True, capture_output=True)
            found = json.loads(done.stdout)
            print(f"{'with' if background else 'no'} background, {retrain}:", {k: found[k] for k in shown}, flush=True)


def speed(n: int) -> None:
    """Train on n made-up 60-word entries as background beside what is shipped."""
    from bench._words import Words
    from monitor.learn.cold import shipped_prior
    from monitor.learn.terms import TermStore
    from monitor.learn.texts import TrainingText
    from monitor.learn.train import OPTIONS, Row, TrainingSet, count_texts, fit_set

    words = Words(5)
    texts = [TrainingText(f"background:{i}", words.title(), words.text(60)) for i in range(n)]
    store = TermStore(len(OPTIONS.views))
    prior = shipped_prior()
    store.add_all(p.counts for p in prior)
    started = time.process_time()
    rows = count_texts(store, texts)
    counted = time.process_time()
    labelled = tuple(Row(r, i % 200 == 0, group=f"s{r}") for i, r in enumerate(rows[: n // 20]))
    fit_set(TrainingSet(store, tuple(Row(i, p.plot, p.weight) for i, p in enumerate(prior)), labelled, rows[n // 20 :]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{n} entries: count {counted - started:.1f} s, fit {time.process_time() - counted:.1f} s CPU, peak {peak} MiB"
    )


def main() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "what",
        choices=["screening", "pool", "stream", "queue", "followups", "speed", "poison"],
        nargs="?",
        default="screening",
    )
    parser.add_argument("--draws", type=int, default=2)
    parser.add_argument("--stream", type=Path, help="queue: this stream instead of the quarter and the war")
    parser.add_argument("--labels", type=Path, help="queue: its labels")
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--entries", type=int, default=100_000)
    given = parser.parse_args()
    if given.what == "poison":
        from bench._poison import run

        run()
        return
    if given.what == "queue":
        from bench import _queue

        sys.exit(0 if _queue.run(SHARED / "data", given.stream, given.labels, given.rows) else 1)
    if given.what == "followups":
        from bench import _followups

        sys.exit(0 if _followups.run(SHARED / "data", given.rows) else 1)
    {"screening": lambda: screening(given.draws), "pool": pool, "stream": lambda: stream(given.rows),
     "speed": lambda: speed(given.entries)}[given.what]()  # fmt: skip


if __name__ == "__main__":
    main()
