"""`monitor quality`: what was missed, estimated from the audit sample."""

from __future__ import annotations

import click
import msgspec

from monitor.learn.labels import list_decisions, verdicts
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
    """Read found plots, the sample and its answers from the views, and estimate.

    An entry's own verdict counts; where it has none, the newest verdict on another entry of its story.
    """
    settled, _ = verdicts(list_decisions(views))
    own = {verdict.entry_id: verdict.plot for verdict in settled}
    of_story = {verdict.story_id: verdict.plot for verdict in settled}

    def plot(entry_id: str, story_id: str) -> bool | None:
        return own.get(entry_id, of_story.get(story_id))

    flagged = views.db.execute(
        """SELECT e.entry_id, coalesce(s.story_id, 's' || e.entry_id) FROM entries e
           LEFT JOIN story_entries s ON s.entry_id = e.entry_id
           WHERE e.flagged_position IS NOT NULL AND e.seen_at >= ?
             AND NOT EXISTS (SELECT 1 FROM samples p WHERE p.entry_id = e.entry_id)""",
        (since,),
    )
    n_found = sum(plot(*row) is True for row in flagged)
    drawn = views.db.execute("SELECT entry_id, probability FROM samples WHERE day >= ?", (since,)).fetchall()
    answers = [SampleAnswer(probability, own[entry_id]) for entry_id, probability in drawn if entry_id in own]
    population = views.db.execute("SELECT sum(n_population) FROM sample_days WHERE day >= ?", (since,)).fetchone()[0]
    return estimate(n_found, answers, len(drawn), int(population or 0))
