"""`monitor queue` and `monitor show`: what waits for a decision, and everything about one entry."""

from __future__ import annotations

from collections.abc import Iterable

import click

from monitor.classify.reasons import Reason
from monitor.surfaces import safe
from monitor.surfaces.cli.options import as_of_option, json_option, reading, write_json
from monitor.text.language import unread_language
from monitor.triage import entries as entry_lookup
from monitor.triage.moved import MovedCase, moved_cases
from monitor.triage.queue import queue_row, waiting_queue
from monitor.triage.rows import QueueRow, Term
from monitor.triage.unread import not_read
from monitor.views.queries.labels import LabelRow
from monitor.views.queries.stories import story_of


@click.command()
@click.option("--limit", "-n", type=click.IntRange(1), help="How many rows [rows_per_day of feeds.yaml].")
@click.option("--all", "show_all", is_flag=True, help="Every waiting row.")
@click.option("--backfill", is_flag=True, help="What archives brought, which is apart from the day's rows.")
@as_of_option
@json_option
@click.pass_context
def queue(
    ctx: click.Context, limit: int | None, show_all: bool, backfill: bool, as_of: str | None, as_json: bool
) -> None:
    """Show the stories that wait for a decision: the day's rows first, then the rest by score.

    A row is a suggestion to read: it says what sources allege, with the model's reasons. The day's rows are chosen by
    score, but a row on the same topic as a better one, one answered lately, an older one, or one more of a source that
    has half of the day's rows already comes behind lower scores; it says `behind` and why.

    \b
    Example:
      monitor queue -n 5
      monitor queue --as-of 2026-01-31 --json
    """
    with reading(ctx, as_of) as workspace:
        at = workspace.clock()
        n_day = workspace.config.settings.rows_per_day
        limit = None if show_all else limit or n_day
        found = waiting_queue(workspace.log, workspace.views, at, n_day=n_day, limit=limit, backfill=backfill)
        rows, total = found.rows, found.n_waiting
        if as_json:
            write_json(rows)
            return
        moved = [] if backfill else moved_cases(workspace.log, workspace.views, at, new=found.new_in_cases)
        if not rows:
            _write_moved(moved)
            click.echo("The queue is empty.")
            return
        click.echo(f"{total} waiting" + (f", {len(rows)} shown" if len(rows) < total else "") + "\n")
        for number, row in enumerate(rows, 1):
            _write_row(number, row)
        _write_moved(moved)


def _write_row(number: int, row: QueueRow) -> None:
    title = "(text erased)" if row.erased else safe.isolated(row.title, 160)
    click.echo(f"{number:>3}. {row.score:.2f}  {title}")
    click.echo(
        f"     {row.entry_id[:8]}  {safe.line(row.publisher or row.feed, 60)}  {row.published_at[:16]}  {_sources(row)}"
    )
    if row.told:
        click.echo(f"     {safe.isolated(row.told, 600)} ({row.told_status})")
    if row.unread:
        click.echo(f"     {safe.line(row.unread, 200)}")
    if link := safe.http_link(row.link):
        click.echo(f"     {link}")
    reasons = row.reasons
    if reasons.for_it:
        click.echo(f"     why: {_reasons(reasons.for_it)}")
    if reasons.against:
        click.echo(f"     against: {_reasons(reasons.against)}")
    if row.why != "new":
        click.echo(f"     flagged on: {row.why}")
    if row.answered:
        click.echo(f"     answered: {safe.line(row.answered, 200)}")
    if row.behind:
        click.echo(f"     behind: {row.behind}")
    click.echo("")


def _write_moved(cases: list[MovedCase]) -> None:
    """Write the known cases that moved, apart from the day's rows."""
    if not cases:
        return
    click.echo("Known cases that moved\n")
    for case in cases:
        click.echo(f"  {safe.isolated(case.title, 160)}")
        click.echo(f"     {case.entry_id[:8]}  {safe.line(case.publisher, 60)}  {'; '.join(case.what)}\n")


def _sources(row: QueueRow) -> str:
    if row.n_entries == 1:
        return "1 entry"
    publishers = "1 publisher" if row.n_publishers == 1 else f"{row.n_publishers} publishers"
    return f"{row.n_entries} entries, {publishers}, {row.n_independent} independent"


def _reasons(reasons: Iterable[Reason]) -> str:
    return "; ".join(f"{reason.meaning}: {safe.isolated(', '.join(reason.words), 100)}" for reason in reasons)


def _terms(terms: list[Term]) -> str:
    return ", ".join(f"{safe.isolated(term.words or term.term, 60)} {term.weight:+.2f}" for term in terms)


@click.command()
@click.argument("entry")
@as_of_option
@json_option
@click.pass_context
def show(ctx: click.Context, entry: str, as_of: str | None, as_json: bool) -> None:
    """Show ENTRY: its text, the reasons for its flag, its labels and its whole history.

    ENTRY is an id, or the beginning of one, as `queue` prints it.

    \b
    Example:
      monitor show 3fb2a91c
    """
    with reading(ctx, as_of) as workspace:
        log, views = workspace.log, workspace.views
        entry_id = entry_lookup.find_entry(views, entry)
        story_id = story_of(views, entry_id)
        text = entry_lookup.entry_text(log, views, entry_id)
        row = queue_row(log, views, story_id)
        labels = entry_lookup.labels_of(views, entry_id)
        history = entry_lookup.history(log, views, entry_id)
        entry_row = entry_lookup.entry_row(views, entry_id)
    unread = unread_language(f"{text.title}\n{text.summary}\n{text.text[:1000]}", entry_row.lang)
    if as_json:
        write_json(
            {"entry_id": entry_id, "story_id": story_id, "text": text, "link": entry_row.link, "not_read": unread,
             "score": entry_row.score, "row": row, "labels": labels, "history": history}
        )  # fmt: skip
        return
    click.echo("(text erased)" if text.erased else safe.isolated(text.headline, 400))
    for part in (text.summary, text.text):
        if part:
            click.echo("\n" + "\n".join(safe.isolated(one) for one in safe.block(part).splitlines()))
    click.echo(f"\nentry {entry_id}  story {story_id}")
    click.echo(f"link  {safe.line(entry_row.link, 300)}")
    if unread:
        click.echo(not_read(unread))
    if row is not None and row.entry_id == entry_id:
        click.echo(f"score {row.score:.3f}, threshold {row.threshold:.3f}, model {row.model_id}, nearest {row.nearest}")
        click.echo(f"  for:     {_reasons(row.reasons.for_it)}")
        click.echo(f"  against: {_reasons(row.reasons.against) or 'nothing'}")
        click.echo(f"  by term: {_terms([*row.terms_for, *row.terms_against])}")
    elif entry_row.score is not None:
        click.echo(f"score {entry_row.score:.3f} (`monitor explain {entry_id[:8]}` says why)")
    _write_labels(labels)
    click.echo("\nhistory")
    for item in history:
        click.echo(f"  {item.position:>8}  {item.at[:19]}Z  {safe.line(item.what, 300)}")


def _write_labels(labels: list[LabelRow]) -> None:
    for item in labels:
        gone = " (withdrawn)" if item.withdrawn else ""
        note = f": {safe.line(item.note, 300)}" if item.note else ""
        click.echo(f"label {item.label} by {safe.line(item.by, 80)} at {item.at[:19]}Z{gone}{note}")
