"""`monitor export`: labelled stories for spreadsheets, screening tools and threat-exchange platforms."""

from __future__ import annotations

import click
import msgspec

from monitor.surfaces.cli.options import as_of_option, reading
from monitor.surfaces.export import exchange, tables
from monitor.surfaces.export.labelled import labelled_entries, taken_back
from monitor.triage.decide import LABELS

FORMATS = ("csv", "jsonl", "labelled", "stix", "misp")


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
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
        entries = labelled_entries(workspace, only or "")
        if form in ("stix", "misp"):
            value = (
                exchange.as_stix(entries, tlp, taken_back(workspace))
                if form == "stix"
                else exchange.as_misp(entries, tlp)
            )
            click.echo(msgspec.json.format(msgspec.json.encode(value), indent=1))
            return
        lines = {
            "csv": lambda: tables.as_csv(entries, per=per, bom=bom),
            "jsonl": lambda: tables.as_jsonl(entries),
            "labelled": lambda: tables.as_labelled_set(entries),
        }[form]()
        for line in lines:
            click.echo(line.encode(), nl=False)
