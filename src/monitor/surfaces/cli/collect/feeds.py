"""`monitor feeds`: list, add, remove, check, import and export. Edits feeds.yaml in place; the next tick follows."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, TextIO
from urllib.parse import urlsplit

import click
import msgspec

from monitor import app
from monitor.config import edit, opml
from monitor.config.load import Config
from monitor.config.values import KINDS, Select
from monitor.errors import NotFoundError
from monitor.poll.discover import FoundSource
from monitor.surfaces import safe
from monitor.surfaces.cli.collect.feedcheck import check as check_command
from monitor.surfaces.cli.collect.feedcheck import finder, select_option, try_
from monitor.surfaces.cli.options import json_option, reading, write_json


@click.group()
def feeds() -> None:
    """List, add, remove, try, check, import and export feeds.

    \b
    Example:
      monitor feeds add https://www.example.org --group wires
      monitor feeds check
    """


@feeds.command("list")
@json_option
@click.pass_context
def list_feeds(ctx: click.Context, as_json: bool) -> None:
    """List the configured feeds and, where they have been asked before, how they are.

    \b
    Example:
      monitor feeds list
    """
    config, folder = app.read_config(ctx.obj["config"], ctx.obj["data"])
    states: dict[str, tuple[str, str]] = {}
    if (folder / app.LOG_NAME).is_file():
        from monitor.surfaces.condition import condition_of

        with reading(ctx) as workspace:
            config = workspace.config  # with the ids the log knows
            states = {feed.feed_id: (feed.state, feed.what) for feed in condition_of(workspace).feeds}
    rows = [(feed, *states.get(feed.feed_id, ("new", "not asked yet"))) for feed in config.feeds]
    if as_json:
        write_json([{**msgspec.structs.asdict(feed), "state": state, "what": what} for feed, state, what in rows])
        return
    for feed, state, what in rows:
        kind = "" if feed.kind == "feed" else f"{feed.kind} "
        click.echo(f"{feed.feed_id:<12} {state:<10} {safe.isolated(feed.name, 40)}  {kind}{safe.line(feed.url, 120)}")
        if what and state not in ("ok", "new"):
            click.echo(f"{'':<12} {safe.line(what, 200)}")


@feeds.command()
@click.argument("url")
@click.option("--name", help="What to call it [the feed's own title].")
@click.option("--group", default="", help="The group to put it in.")
@click.option("--id", "feed_id", default="", help="A stable id [derived from the URL].")
@click.option("--publisher", default="", help="Who writes it, where that is one publisher.")
@click.option("--language", default="", help="Its language, such as fa [what the feed says].")
@click.option("--country", default="", help="Its country, such as PE.")
@click.option("--interval", "interval_s", type=click.IntRange(min=60), help="Seconds between polls.")
@click.option("--full-text/--no-full-text", default=False, help="Read the linked pages too.")
@click.option("--allow-private/--no-allow-private", default=False, help="It stands on a private network on purpose.")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="What it is [what is found there].")
@select_option
@click.option("--check/--no-check", default=True, help="Fetch it before adding it.")
@click.pass_context
def add(  # what click hands over is named after the options
    ctx: click.Context, /, url: str, name: str | None, group: str, check: bool, kind: str | None,
    select: Select | None, **settings: object,
) -> None:  # fmt: skip
    """Add a source: a feed or a sitemap by its address, or by the address of a site that has one.

    A site's feeds come first, then its sitemaps. What else a page lists is added with --kind and --select; `monitor
    feeds try` proposes the selectors.

    \b
    Example:
      monitor feeds add https://www.example.org --group wires --language fa
      monitor feeds add https://court.example/press --kind page --select rows=li.item

    Exit codes: 0 added, 3 feeds.yaml would not be valid, 4 nothing found there.
    """
    path, text, config = _file(ctx)
    settings["id"] = settings.pop("feed_id")
    if check and kind in (None, "feed", "sitemap"):
        found = _search(url, config, bool(settings["allow_private"]))
        name, url, kind = name or found.title, found.url, found.kind
        settings["language"] = settings["language"] or _language(found.language)
        settings["full_text"] = settings["full_text"] or found.full_text
    name = safe.line(name or urlsplit(url).hostname or url, 200)
    settings |= {"url": url, "name": name, "group": group, "kind": kind or "feed", "select": select}
    feed = msgspec.convert(settings, edit.NewFeed)
    edit.write_list(path, edit.add_feeds(text, [feed], str(path)))
    click.echo(f"added {safe.line(name)} ({safe.line(url, 200)}) to {path}; the next tick reads it")


@feeds.command()
@click.argument("which", metavar="ID|URL")
@click.pass_context
def remove(ctx: click.Context, which: str) -> None:
    """Take a feed out of feeds.yaml; what it brought stays in the log.

    \b
    Example:
      monitor feeds remove 3f2a
    """
    path, text, _ = _file(ctx)
    edited, feed = edit.remove_feed(text, which, str(path))
    edit.write_list(path, edited)
    click.echo(f"removed {safe.line(feed.name)} ({safe.line(feed.url, 200)}) from {path}; its entries stay in the log")


@feeds.command("import-opml")
@click.argument("file", type=click.File("rb"))
@click.option("--group", default="", help="Put all of them into this group [the groups of the file].")
@click.pass_context
def import_opml(ctx: click.Context, file: BinaryIO, group: str) -> None:
    """Add the feeds of an OPML file ('-' for standard input); addresses already configured are passed over.

    Lines that cannot be used are reported as file:line; all others are added.

    \b
    Example:
      monitor feeds import-opml subscriptions.opml

    Exit codes: 0 done, 1 done but for the lines reported, 3 feeds.yaml would not be valid, 9 the file is no safe OPML.
    """
    path, text, config = _file(ctx)
    listed = opml.read_opml(file.read(opml.MAX_BYTES + 1), getattr(file, "name", "-"))
    known = {feed.url for feed in config.feeds}
    has_groups = not config.feeds or any(feed.group for feed in config.feeds)
    new = [
        edit.NewFeed(
            url=each.url, name=each.name, group=group or (each.group if has_groups else ""), language=each.language
        )
        for each in listed.feeds
        if each.url not in known
    ]
    edited, refused = edit.add_what_fits(text, new, str(path))
    if edited != text:
        edit.write_list(path, edited)
    faults = listed.faults + [f"{safe.line(feed.url, 200)}: {error}" for feed, error in refused]
    for fault in faults:
        click.echo(safe.line(fault), err=True)
    n_new = len(new) - len(refused)
    told = f"{n_new} feeds added to {path}, {len(listed.feeds) - len(new)} were there already"
    click.echo(told + (f", {len(faults)} lines could not be used" if faults else ""))
    ctx.exit(1 if faults else 0)


@feeds.command("export-opml")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@click.pass_context
def export_opml(ctx: click.Context, file: TextIO) -> None:
    """Write the configured feeds as OPML 2.0, to standard output or a file; sources of other kinds are left out.

    \b
    Example:
      monitor feeds export-opml feeds.opml
    """
    config, _ = app.read_config(ctx.obj["config"], ctx.obj["data"])
    feeds = [feed for feed in config.feeds if feed.kind == "feed"]
    file.write(opml.write_opml(feeds))
    if len(feeds) < len(config.feeds):
        click.echo(f"{len(config.feeds) - len(feeds)} sources are no feeds and were left out", err=True)


def _file(ctx: click.Context) -> tuple[Path, str, Config]:
    """Return feeds.yaml: where it is, its text and what it says. Raises ConfigError."""
    config, _ = app.read_config(ctx.obj["config"], ctx.obj["data"])
    path = app.config_path(ctx.obj["config"])
    return path, path.read_text(encoding="utf-8-sig"), config


def _search(url: str, config: Config, allow_private: bool) -> FoundSource:
    search = finder(config, allow_private=allow_private).find(url)
    if not search.found:
        hint = "; `monitor feeds try` proposes how to read a page that only lists"
        raise NotFoundError(f"no feed or sitemap at {safe.line(url, 200)}: {safe.line(search.problem)}{hint}")
    first, *others = search.found
    for other in others:
        click.echo(f"also there: {safe.line(other.url, 200)} ({safe.line(other.title, 60) or other.kind})", err=True)
    return first


def _language(text: str) -> str:
    """Return a feed's own language tag where it looks like one."""
    text = text.strip().replace("_", "-")[:20]
    return text if text.replace("-", "").isalnum() and 2 <= len(text.split("-")[0]) <= 3 and text.isascii() else ""


feeds.add_command(check_command)
feeds.add_command(try_)
