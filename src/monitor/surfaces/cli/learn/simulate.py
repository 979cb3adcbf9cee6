"""`monitor simulate`: replay a labelled stream day by day, or screen a static pool, through the real code."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import click

from monitor.surfaces.cli.options import write_json

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--stream", type=FILE, help="Entries as JSON lines: id, published (day), feed, title, summary, link.")
@click.option("--labels", type=FILE, help="Their labels, a TSV: id, label (1 plot, 0 not, 2 ignored), plot (the case).")
@click.option("--background", type=FILE, help="Unlabelled entries of an earlier time, as contrast.")
@click.option("--pool", type=FILE, help="A static pool instead: id, title, abstract or summary, label (and prior).")
@click.option(
    "--rows-per-day", type=click.IntRange(min=1), default=10, show_default=True, help="Rows a day's queue shows."
)
@click.option(
    "--retrain", type=click.Choice(["never", "weekly", "daily"]), default="weekly", show_default=True,
    help="When to train again from the answers.",
)  # fmt: skip
@click.option("--budget", type=click.IntRange(min=1), help="Stop a pool after this many labels.")
@click.option("--plot", "plot_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the curve as SVG.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")
def simulate(
    stream: Path | None,
    labels: Path | None,
    background: Path | None,
    pool: Path | None,
    rows_per_day: int,
    retrain: str,
    budget: int | None,
    plot_file: Path | None,
    as_json: bool,
) -> None:
    """Replay a labelled stream day by day, starting from the seeds; or screen a pool, most likely first.

    Each day's queue shows at most N rows, the labels answer them, and only those answers retrain. A pool starts from
    the seeds, or from its own records marked `prior`. Uses no data folder and writes nothing but --plot.

    \b
    Example:
      monitor simulate --stream 2023q1.jsonl.gz --labels 2023q1.labels.tsv --rows-per-day 10 --retrain weekly --json
      monitor simulate --pool pool.jsonl --json
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    started = time.process_time()
    if pool is not None:
        found = _pool(pool, budget)
    elif stream is not None and labels is not None:
        found = _stream(stream, labels, background, rows_per_day, retrain)
    else:
        raise click.UsageError("give --stream FILE and --labels FILE, or --pool FILE")
    found |= {"seconds": round(time.process_time() - started, 1), "peak_mib": _peak_mib()}
    if plot_file is not None:
        from monitor.learn.replay.curve import curve_svg

        plot_file.write_text(curve_svg(found.get("weekly", []), found.get("plots_total", 0)), encoding="utf-8")
    if as_json:
        write_json(found)
        return
    followups = {f"follow-ups, {name}": value for name, value in found.get("followups", {}).items()}
    for name, value in ({**found, **followups}).items():
        if name not in {"weekly", "followups"}:
            click.echo(f"{name.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}")
    for week in found.get("weekly", []):
        click.echo(
            f"  week {week['week']:2d}: {week['rows']} rows, {week['plot_rows']} of plots, "
            f"{week['plots_found']} of {week['plots_seen']} plots found"
        )


def _stream(stream: Path, labels: Path, background: Path | None, rows_per_day: int, retrain: str) -> dict[str, Any]:
    from monitor.learn.cold import shipped_prior
    from monitor.learn.replay.experiment import Experiment
    from monitor.learn.replay.streams import read_labels, read_stream

    contrast = read_stream(background) if background else []
    experiment = Experiment(read_stream(stream), read_labels(labels), shipped_prior(), contrast)
    _, found = experiment.run(rows_per_day, retrain)
    return {"rows_per_day": rows_per_day, "retrain": retrain, "n_background": len(contrast)} | found


def _pool(pool: Path, budget: int | None) -> dict[str, Any]:
    from monitor.learn.replay.experiment import screen_file

    return screen_file(pool, budget)


def _peak_mib() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
