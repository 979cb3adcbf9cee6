"""`monitor casebook`: a static site of confirmed cases."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.surfaces.cli.options import as_of_option, reading


@click.group()
def casebook() -> None:
    """Publish confirmed cases as a static site."""


@casebook.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", default="Casebook of alleged state-linked plots", show_default=True)
@click.option("--url", default="", help="Where it will stand; with it there is a feed of changes (RSS).")
@click.option("--contact", default="", help="What those named may write to.")
@click.option(
    "--proofs", is_flag=True, help="Add a proof of each event. Proofs hold events whole, reviewers' names too."
)
@as_of_option
@click.pass_context
def build(
    ctx: click.Context, folder: Path, title: str, url: str, contact: str, proofs: bool, as_of: str | None
) -> None:
    """Write the casebook into DIR: pages, downloads, a feed of changes; no script, nothing remote.

    It holds the cases whose standing label is plot, with those fields of their cards that a reviewer confirmed or set.
    It holds no headline, quotation or reviewer's name. The same log makes the same files, byte for byte.

    \b
    Example:
      monitor casebook build site --url https://casebook.example/
    """
    from monitor.surfaces.casebook.build import Site, build
    from monitor.surfaces.casebook.cases import read_casebook

    with reading(ctx, as_of) as workspace:
        book = read_casebook(workspace)
        n_files = build(book, folder, Site(title, url, contact), workspace.log if proofs else None)
    bare = sum(not case.sentence for case in book.confirmed)
    click.echo(
        f"{len(book.confirmed)} cases, {len(book.cases) - len(book.confirmed)} withdrawn: {n_files} files in {folder}"
    )
    if bare:
        click.echo(f"{bare} without a confirmed sentence: `monitor confirm STORY` confirms what a card says")
    if not url:
        click.echo("no feed of changes: give --url")
