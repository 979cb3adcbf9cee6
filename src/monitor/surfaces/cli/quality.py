"""`monitor quality`: what was missed, estimated from the audit sample."""

from __future__ import annotations

import click
import msgspec

from monitor.learn.quality import Quality, SampleAnswer, estimate
from monitor.surfaces.cli.options import as_of_option, json_option, reading, write_json
from monitor.views.fold import Views


@click.command()
@click.option("--since", metavar="YYYY-MM-DD", default="", help="Only days from this one on.")
@as_of_option
@json_option
@click.pass_context
def quality(ctx: click.Context, since: str, as_of: str | None, as_json: bool) -> None:
    """Estimate recall from the daily audit sample of unflagged entries, with a 95 % interval.

    Each answered sample entry stands for 1 / probability entries (Horvitz-Thompson); found are flagged entries
    labelled plot. Few answers give a wide interval: that is what is known.

    \b
    Example:
      monitor quality --since 2026-01-01
    """
    with reading(ctx, as_of) as workspace:
        found = read_quality(workspace.views, since)
    if as_json:
        write_json(msgspec.structs.asdict(found))
        return
    click.echo(f"audit sample: {found.n_answered} of {found.n_drawn} answered, {found.n_plots_in_sample} were plots")
    click.echo(f"plot entries found: {found.n_found}")
    if not found.n_answered:
        click.echo("nothing can be said about misses yet: answer the audit rows in the queue")
        return
    click.echo(f"missed: about {found.missed:.0f} ({found.missed_low:.0f} to {found.missed_high:.0f})")
    click.echo(f"recall: {found.recall:.2f} ({found.recall_low:.2f} to {found.recall_high:.2f}, 95 % interval)")


def read_quality(views: Views, since: str = "") -> Quality:
    """Read found plots, the sample and its answers from the views and estimate; the newest standing verdict counts."""
    verdict = """SELECT l.label FROM labels l WHERE (l.entry_id = {0} OR l.story_id = (
                     SELECT t.story_id FROM story_entries t WHERE t.entry_id = {0}))
                 AND l.withdrawn_position IS NULL AND l.label <> 'unsure'
                 ORDER BY l.entry_id = {0} DESC, l.position DESC LIMIT 1"""
    n_found = views.db.execute(
        f"""SELECT count(*) FROM entries e WHERE e.flagged_position IS NOT NULL AND e.seen_at >= ?
            AND ({verdict.format("e.entry_id")}) = 'plot'
            AND NOT EXISTS (SELECT 1 FROM samples s WHERE s.entry_id = e.entry_id)""",  # noqa: S608 - our own text
        (since,),
    ).fetchone()[0]
    rows = views.db.execute(
        f"SELECT s.probability, ({verdict.format('s.entry_id')}) FROM samples s WHERE s.day >= ?",  # noqa: S608
        (since,),
    ).fetchall()
    answers = [SampleAnswer(probability, label == "plot") for probability, label in rows if label is not None]
    n_population = views.db.execute(
        "SELECT coalesce(sum(n_population), 0) FROM sample_days WHERE day >= ?", (since,)
    ).fetchone()[0]
    return estimate(n_found, answers, len(rows), int(n_population))
