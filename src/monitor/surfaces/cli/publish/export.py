"""`monitor export`: labelled stories for spreadsheets, screening tools and threat-exchange platforms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import click
import msgspec

from monitor.surfaces.cli.options import as_of_option, reading
from monitor.surfaces.export import exchange, tables
from monitor.surfaces.export.labelled import LabelledEntry, labelled_entries, taken_back
from monitor.triage.decide import LABELS
from monitor.worker.workspace import Workspace


class ExportOrder(NamedTuple):
    """What an export is made of: the entries, and how the person wants them."""

    workspace: Workspace
    entries: Iterator[LabelledEntry]
    tlp: str
    per: str
    bom: bool


FORMATS: dict[str, Callable[[ExportOrder], Iterator[str]]] = {
    "csv": lambda asked: tables.as_csv(asked.entries, per=asked.per, bom=asked.bom),
    "jsonl": lambda asked: tables.as_jsonl(asked.entries),
    "labelled": lambda asked: tables.as_labelled_set(asked.entries),
    "stix": lambda asked: _document(exchange.as_stix(asked.entries, asked.tlp, taken_back(asked.workspace))),
    "misp": lambda asked: _document(exchange.as_misp(asked.entries, asked.tlp)),
}


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(tuple(FORMATS)))
@click.option("--label", "only", type=click.Choice(LABELS), help="Only entries with this label.")
@click.option("--tlp", type=click.Choice(sorted(exchange.TLP_MARKING)), default="amber", show_default=True)
@click.option(
    "--per", type=click.Choice(tuple(tables.PER)), default="entry", show_default=True, help="What a row of csv is."
)
@click.option("--bom/--no-bom", default=True, help="Begin csv with a byte-order mark, which spreadsheets need [yes].")
@as_of_option
@click.pass_context
def export(ctx: click.Context, form: str, only: str | None, tlp: str, per: str, bom: bool, as_of: str | None) -> None:
    """Write labelled entries to standard output as FORMAT: csv, jsonl, labelled, stix or misp.

    csv is safe to open in a spreadsheet, with a row for each report, story or case (--per); labelled suits ASReview and
    Prodigy; stix (2.1) and misp hold stories labelled plot, as allegations with their sources.

    \b
    Example:
      monitor export csv > labelled.csv
      monitor export csv --per case --label plot > plots.csv
      monitor export stix --tlp green > bundle.json
    """
    with reading(ctx, as_of) as workspace:
        asked = ExportOrder(workspace, labelled_entries(workspace, only or ""), tlp, per, bom)
        for line in FORMATS[form](asked):
            click.echo(line.encode(), nl=False)


def _document(value: Any) -> Iterator[str]:
    yield msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n"
