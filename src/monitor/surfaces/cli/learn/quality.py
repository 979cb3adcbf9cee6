"""`monitor quality`: what was missed, estimated from the audit sample, and how often the cards are right."""

from __future__ import annotations

import click
import msgspec

from monitor.learn.quality import Quality
from monitor.surfaces.cli.options import as_of_option, json_option, reading, write_json
from monitor.triage.cardquality import card_quality
from monitor.triage.samples import read_quality


@click.command()
@click.option("--since", metavar="YYYY-MM-DD", default="", help="Only days from this one on.")
@as_of_option
@json_option
@click.pass_context
def quality(ctx: click.Context, since: str, as_of: str | None, as_json: bool) -> None:
    """Estimate recall from the daily audit sample of unflagged entries, with a 95 % interval.

    Each answered sample entry stands for 1 / probability entries (Horvitz-Thompson); an entry counts as found if it was
    flagged and labelled plot. Few answers give a wide interval: more is not known. Below that come the fields of the
    plot card: of the codes that reviewers judged (confirmed or corrected), how many they let stand.

    \b
    Example:
      monitor quality --since 2026-01-01
    """
    with reading(ctx, as_of) as workspace:
        found = read_quality(workspace.views, since)
        cards = card_quality(workspace.log, workspace.views.position)
    if as_json:
        write_json({**msgspec.structs.asdict(found), "cards": cards})
        return
    _write_sample(found)
    if cards:
        click.echo("cards, by reviewers' confirmations and corrections (95 % interval):")
    for item in cards:
        click.echo(
            f"  {item.field:<19} {item.n_right} of {item.n_said} right: {item.precision:.2f} "
            f"({item.low:.2f} to {item.high:.2f}), {item.n_stories} stories"
        )


def _write_sample(found: Quality) -> None:
    click.echo(f"audit sample: {found.n_answered} of {found.n_drawn} answered, {found.n_plots_in_sample} were plots")
    click.echo(f"plot entries found: {found.n_found}")
    if not found.n_answered:
        click.echo("nothing can be said about misses yet: answer the audit rows in the queue")
        return
    click.echo(f"missed: about {found.missed:.0f} ({found.missed_low:.0f} to {found.missed_high:.0f})")
    click.echo(f"recall: {found.recall:.2f} ({found.recall_low:.2f} to {found.recall_high:.2f}, 95 % interval)")
