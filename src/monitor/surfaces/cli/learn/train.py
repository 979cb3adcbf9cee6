"""`monitor train`: labels to a candidate, compared with the model in use, promoted if the gate holds."""

from __future__ import annotations

import click

from monitor.errors import AlreadyRunningError
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, working, write_json

FEW = 20  # plots below which a held-out share says nothing


@click.command()
@click.option("--dry-run", is_flag=True, help="Train and compare; write nothing.")
@click.option(
    "--recall", "target_recall", type=click.FloatRange(0, 1, min_open=True), metavar="SHARE",
    help="Set the threshold to flag this share of held-out plots, instead of rows_per_day.",
)  # fmt: skip
@json_option
@click.pass_context
def train(ctx: click.Context, dry_run: bool, target_recall: float | None, as_json: bool) -> None:
    """Train a candidate from the labels, compare it, promote it if the gate holds.

    All labels count except `unsure`, withdrawn ones, and those of entries on which reviewers are evenly split. After a
    promotion, past unflagged entries are scored again; new finds enter the queue marked `second-look`. Exit code 0:
    promoted, unchanged or dry run; 1: the gate refused, and the model in use stays.

    \b
    Example:
      monitor train --dry-run
    """
    from monitor.worker.jobs.retrain import retrain

    with working(ctx) as workspace, workspace.alone("retrain") as mine:
        if not mine:
            raise AlreadyRunningError("another worker on this log is training; its outcome counts for all")
        outcome = retrain(workspace, target_recall=target_recall, dry_run=dry_run)
    if as_json:
        write_json(outcome)
    else:
        click.echo(f"labels: {outcome.n_plot} plot, {outcome.n_not_plot} not-plot, {outcome.n_split} evenly split")
        few = outcome.n_plot < FEW
        for name, value in outcome.figures.items():
            if few and name.startswith("held_out"):
                continue  # 1.0 of one plot is no figure
            shown = f"{value[0]} -> {value[1]}" if isinstance(value, list) and len(value) == 2 else value
            click.echo(f"  {name.replace('_', ' ')}: {shown if shown != [] else 'none'}")
        if few and outcome.figures:
            click.echo(
                f"  held out figures: too few answers to say ({outcome.n_plot} plots; from {FEW} on they are shown)"
            )
        for reason in outcome.reasons:
            click.echo(f"  refused because {safe.line(reason)}")
        click.echo(_summary(outcome.state, outcome.model_id, outcome.previous_id, outcome.n_second_look))
    if outcome.state == "rejected":
        ctx.exit(1)


def _summary(state: str, model_id: str, previous_id: str, n_second_look: int) -> str:
    if state == "promoted":
        return f"{model_id} is in use (was {previous_id}); second look: {n_second_look} new in the queue"
    if state == "unchanged":
        return f"nothing new: the labels give the model in use, {model_id}"
    if state == "dry-run":
        return f"dry run: {model_id} was trained and compared, nothing was written; {previous_id} stays in use"
    return f"{previous_id} stays in use"
