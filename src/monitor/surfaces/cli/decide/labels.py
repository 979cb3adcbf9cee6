"""`monitor labels`: list, import, export and withdraw labels."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from monitor.errors import InputError, MonitorError
from monitor.learn.labels import Decision, list_decisions
from monitor.surfaces import safe
from monitor.surfaces.cli.options import by_option, json_option, reading, working, write_json, write_json_line
from monitor.surfaces.export.tables import BOM
from monitor.surfaces.labelfile import LabelLine, read_label_file
from monitor.triage.decide import label_entry, withdraw
from monitor.triage.entries import find_entry

FIELDS = ("position", "entry_id", "story_id", "label", "by", "at", "sample", "withdrawn", "source", "note")
MAX_BYTES = 64 * 1024 * 1024


@click.group(invoke_without_command=True)
@click.pass_context
def labels(ctx: click.Context) -> None:
    """List, import, export and withdraw labels; without a word, list them.

    \b
    Example:
      monitor labels
      monitor labels list --of ana
      monitor labels withdraw --of ana --day 2026-01-31 --reason "wrong codebook"
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_labels)


def _selection(command: Any) -> Any:
    for option in (
        click.option("--day", metavar="YYYY-MM-DD", help="Only decisions of this UTC day."),
        click.option("--of", "reviewer", metavar="NAME", help="Only this reviewer's decisions."),
    ):
        command = option(command)
    return command


@labels.command("list")
@_selection
@click.option("--all", "everything", is_flag=True, help="Withdrawn labels too.")
@json_option
@click.pass_context
def list_labels(ctx: click.Context, day: str | None, reviewer: str | None, everything: bool, as_json: bool) -> None:
    """List decisions in the order of the log.

    \b
    Example:
      monitor labels list --of ana --day 2026-01-31
    """
    with reading(ctx) as workspace:
        rows = [d for d in _chosen(list_decisions(workspace.views), day, reviewer) if everything or not d.withdrawn]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        gone = "  (withdrawn)" if row.withdrawn else ""
        click.echo(f"{row.position:>8}  {row.at[:16]}  {row.entry_id[:8]}  {row.label:8s}  {safe.line(row.by)}{gone}")
    click.echo(f"{len(rows)} labels")


@labels.command("export")
@click.option("--format", "kind", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@_selection
@click.pass_context
def export_labels(ctx: click.Context, kind: str, day: str | None, reviewer: str | None) -> None:
    """Write every decision, withdrawn ones marked, as JSON lines or CSV.

    \b
    Example:
      monitor labels export --format csv > labels.csv
    """
    with reading(ctx) as workspace:
        rows = _chosen(list_decisions(workspace.views), day, reviewer)
    if kind == "jsonl":
        for row in rows:
            write_json_line(row)
        return
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for row in rows:
        writer.writerow([safe.csv_cell(str(getattr(row, field))) for field in FIELDS])
    click.echo(out.getvalue(), nl=False)


@labels.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--encoding", metavar="NAME", default="", help="Of the file, where its bytes do not tell [UTF-8].")
@by_option
@json_option
@click.pass_context
def import_labels(ctx: click.Context, file: Path, encoding: str, by: str, as_json: bool) -> None:
    """Import labels from FILE: JSON lines or CSV with entry_id, label and optionally by and note.

    CSV may come from a spreadsheet: with a byte-order mark, semicolons or tabs, labels in capitals. Lines that cannot
    be used are reported as file:line and skipped (exit code 1), withdrawn labels are passed over, and importing twice
    changes nothing.

    \b
    Example:
      monitor labels import labels.csv --by ana
    """
    if file.stat().st_size > MAX_BYTES:
        raise InputError(f"{file}: more than {MAX_BYTES} bytes")
    n_saved = n_same = n_withdrawn = 0
    bad: list[str] = []
    with working(ctx) as workspace:
        for number, row in _read(file, encoding):
            try:
                if isinstance(row, InputError):
                    raise row
                if row.withdrawn:
                    n_withdrawn += 1
                    continue
                event = label_entry(
                    workspace.log, workspace.views, find_entry(workspace.views, row.entry_id), row.label,
                    by=row.by or by, now=workspace.clock(), note=row.note, source=f"import {file.name}",
                )  # fmt: skip
            except MonitorError as error:
                bad.append(f"{file}:{number}: {error}")
                continue
            n_saved += event is not None
            n_same += event is None
    for problem in bad:
        click.echo(safe.line(problem), err=True)
    if as_json:
        write_json({"saved": n_saved, "already_there": n_same, "withdrawn": n_withdrawn, "bad_lines": len(bad)})
    else:
        passed = f", {n_withdrawn} withdrawn passed over" if n_withdrawn else ""
        click.echo(f"{n_saved} saved, {n_same} already there{passed}, {len(bad)} bad lines")
    if bad:
        ctx.exit(1)


def _read(file: Path, encoding: str) -> Iterator[tuple[int, LabelLine | InputError]]:
    try:
        yield from read_label_file(file.read_bytes(), encoding)
    except InputError as error:
        raise InputError(f"{file}:1: {error}") from None


@labels.command("withdraw")
@_selection
@by_option
@click.option("--reason", required=True, help="Why; kept in the log.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def withdraw_labels(ctx: click.Context, day: str | None, reviewer: str | None, by: str, reason: str, yes: bool) -> None:
    """Withdraw the standing labels of one reviewer (--of), one day (--day), or both.

    The log keeps them; `monitor train` then builds the model without them.

    \b
    Example:
      monitor labels withdraw --of ana --day 2026-01-31 --reason "wrong codebook"
    """
    if day is None and reviewer is None:
        raise click.UsageError("say whose (--of NAME) or which day's (--day YYYY-MM-DD) labels")
    with working(ctx) as workspace:
        rows = [d for d in _chosen(list_decisions(workspace.views), day, reviewer) if not d.withdrawn]
        if rows and not yes:
            click.confirm(f"withdraw {len(rows)} labels?", abort=True)
        for row in rows:
            withdraw(workspace.log, workspace.views, row.position, by=by, now=workspace.clock(), reason=reason)
    click.echo(f"{len(rows)} labels withdrawn; run `monitor train` to build the model without them")


def _chosen(rows: list[Decision], day: str | None, reviewer: str | None) -> list[Decision]:
    return [row for row in rows if (day is None or row.day == day) and (reviewer is None or row.by == reviewer)]
