"""`monitor seeds`: the articles the classifier starts from: show them, count new ones, add one's own."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.classify import seeds as store
from monitor.errors import NotFoundError
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, write_json


@click.group()
def seeds() -> None:
    """Show, build and add seed articles: reports of plots the classifier learns from before any label.

    Of an article only term counts are kept, with its title, outlet and date as a citation; none of its sentences.
    """


@seeds.command(name="list")
@json_option
@click.pass_context
def list_seeds(ctx: click.Context, as_json: bool) -> None:
    """List the seeds in use: those shipped, and those added here.

    \b
    Example:
      monitor seeds list
    """
    folder = _data_folder(ctx)
    own = {s.name for s in store.load_seeds(folder / store.OWN_NAME)} if folder and _own(folder) else set()
    found = store.seeds_in_use(folder)
    if as_json:
        write_json(
            [
                {"name": s.name, "title": s.title, "outlet": s.outlet, "published": s.published,
                 "passages": len(s.passages), "added_here": s.name in own}
                for s in found
            ]
        )  # fmt: skip
        return
    for seed in found:
        where = "added here" if seed.name in own else "shipped"
        cited = ", ".join(part for part in (seed.outlet, seed.published) if part)
        click.echo(f"{safe.isolated(seed.title, 120)}")
        click.echo(f"    {safe.line(cited, 80)}; {len(seed.passages)} passages; {where}; {safe.line(seed.name, 60)}")


@seeds.command()
@click.argument("folder", metavar="DIR")
@click.option("--out", metavar="FILE", default="seeds.json", show_default=True, help="Where to write the counts.")
def build(folder: str, out: str) -> None:
    """Count the .txt articles of DIR into one seed file: a paragraph a line, UTF-8.

    \b
    Example:
      monitor seeds build articles/ --out seeds.json
    """
    counted = store.build(Path(folder))
    Path(out).write_bytes(store.seed_bytes(counted))
    click.echo(f"wrote {out}: {len(counted)} seeds, {sum(len(s.passages) for s in counted)} passages")


@seeds.command()
@click.argument("file", metavar="FILE")
@click.option("--title", default="", help="The article's title [its first line of four words].")
@click.option("--outlet", default="", help="Who published it.")
@click.option("--published", default="", metavar="DATE", help="When, as 2026-01-31 [the first date in it].")
@click.pass_context
def add(ctx: click.Context, file: str, title: str, outlet: str, published: str) -> None:
    """Count one article and add it to the seeds of this data folder; the next `monitor train` learns from it.

    \b
    Example:
      monitor seeds add article.txt --outlet "Example News" --published 2026-01-31
    """
    folder = _data_folder(ctx)
    if folder is None:
        raise NotFoundError("no data folder here; run `monitor init` first")
    seed = store.count_article(Path(file), title, outlet, published)
    n = store.add_own(folder, seed)
    click.echo(f"added {safe.isolated(seed.title, 120)} ({len(seed.passages)} passages); {n} seeds of your own")
    click.echo("next: `monitor train`")


def _own(folder: Path) -> bool:
    return (folder / store.OWN_NAME).exists()


def _data_folder(ctx: click.Context) -> Path | None:
    """Return the data folder that --config and --data name, or None where there is none yet."""
    from monitor import app

    if not (ctx.obj["config"] or ctx.obj["data"] or Path("feeds.yaml").exists()):
        return None
    _, folder = app.read_config(ctx.obj["config"], ctx.obj["data"])
    return folder if folder.is_dir() else None
