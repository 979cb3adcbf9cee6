"""`monitor feeds`: list, add, remove, check, import and export. Edits feeds.yaml in place; the next tick follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TextIO
from urllib.parse import urlsplit

import click
import msgspec

from monitor import app
from monitor.config import edit, opml
from monitor.config.load import Config
from monitor.config.values import FeedConfig
from monitor.errors import NotFoundError
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchRequest, FetchResult
from monitor.poll import discover
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, reading, write_json


@click.group()
def feeds() -> None:
    """List, add, remove, check, import and export feeds.

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
            states = {feed.feed_id: (feed.state, feed.what) for feed in condition_of(workspace).feeds}
    rows = [(feed, *states.get(feed.feed_id, ("new", "not asked yet"))) for feed in config.feeds]
    if as_json:
        write_json([{**msgspec.structs.asdict(feed), "state": state, "what": what} for feed, state, what in rows])
        return
    for feed, state, what in rows:
        click.echo(f"{feed.feed_id:<12} {state:<10} {safe.isolated(feed.name, 40)}  {safe.line(feed.url, 120)}")
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
@click.option("--check/--no-check", default=True, help="Fetch it before adding it.")
@click.pass_context
def add(  # what click hands over is named after the options
    ctx: click.Context, /, url: str, name: str | None, group: str, check: bool, **settings: object
) -> None:
    """Add a feed by its address, or by the address of a site that links to one.

    \b
    Example:
      monitor feeds add https://www.example.org --group wires --language fa

    Exit codes: 0 added, 3 feeds.yaml would not be valid, 4 no feed found there.
    """
    path, text, config = _file(ctx)
    settings["id"] = settings.pop("feed_id")
    if check:
        found = _search(url, config, bool(settings["allow_private"]))
        name, url = name or found.title, found.url
        settings["language"] = settings["language"] or _language(found.language)
    name = safe.line(name or urlsplit(url).hostname or url, 200)
    feed = msgspec.convert({**settings, "url": url, "name": name, "group": group}, edit.NewFeed)
    edit.write_atomically(path, edit.add_feeds(text, [feed], str(path)))
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
    edit.write_atomically(path, edited)
    click.echo(f"removed {safe.line(feed.name)} ({safe.line(feed.url, 200)}) from {path}; its entries stay in the log")


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed answered just now."""

    feed_id: str
    name: str
    url: str
    ok: bool
    n_entries: int = 0
    newest_at: datetime | None = None
    title: str = ""
    moved_to: str = ""
    problem: str = ""
    duration_s: float = 0.0


@feeds.command()
@click.argument("which", metavar="[ID|URL]...", nargs=-1)
@json_option
@click.pass_context
def check(ctx: click.Context, which: tuple[str, ...], as_json: bool) -> int:
    """Fetch feeds now and report each; nothing is logged and no schedule changes.

    \b
    Example:
      monitor feeds check

    Exit codes: 0 every feed is well, 1 some are not.
    """
    config, _ = app.read_config(ctx.obj["config"], ctx.obj["data"])
    chosen = [edit.find_feed(config, each) for each in which] or config.feeds
    results = []
    for result in _check(chosen, config):
        results.append(result)
        if not as_json:
            click.echo(_checked_line(result))
    if as_json:
        write_json(results)
    else:
        click.echo(f"{sum(result.ok for result in results)} of {len(results)} feeds are well")
    return int(not all(result.ok for result in results))


@feeds.command("import-opml")
@click.argument("file", type=click.File("rb"))
@click.option("--group", default="", help="Put all of them into this group [the groups of the file].")
@click.pass_context
def import_opml(ctx: click.Context, file: BinaryIO, group: str) -> None:
    """Add the feeds of an OPML file ('-' for standard input); addresses already configured are passed over.

    \b
    Example:
      monitor feeds import-opml subscriptions.opml

    Exit codes: 0 done, 3 feeds.yaml would not be valid, 9 the file is no safe OPML.
    """
    path, text, config = _file(ctx)
    listed = opml.read_opml(file.read(opml.MAX_BYTES + 1), getattr(file, "name", "-"))
    known = {feed.url for feed in config.feeds}
    new = [
        edit.NewFeed(url=each.url, name=each.name, group=group or each.group, language=each.language)
        for each in listed
        if each.url not in known
    ]
    if new:
        edit.write_atomically(path, edit.add_feeds(text, new, str(path)))
    click.echo(f"{len(new)} feeds added to {path}, {len(listed) - len(new)} were there already")


@feeds.command("export-opml")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@click.pass_context
def export_opml(ctx: click.Context, file: TextIO) -> None:
    """Write the configured feeds as OPML 2.0, to standard output or a file.

    \b
    Example:
      monitor feeds export-opml feeds.opml
    """
    config, _ = app.read_config(ctx.obj["config"], ctx.obj["data"])
    file.write(opml.write_opml(config.feeds))


def _file(ctx: click.Context) -> tuple[Path, str, Config]:
    """Return feeds.yaml: where it is, its text and what it says. Raises ConfigError."""
    config, _ = app.read_config(ctx.obj["config"], ctx.obj["data"])
    path = app.config_path(ctx.obj["config"])
    return path, path.read_text(encoding="utf-8-sig"), config


def _policy(config: Config) -> FetchPolicy:
    from monitor.worker.tick import fetch_policy

    return fetch_policy(config.settings, app.now())


def _search(url: str, config: Config, allow_private: bool) -> discover.Found:
    search = discover.find_feeds(url, app.FETCHER, _policy(config), allow_private=allow_private)
    if not search.found:
        raise NotFoundError(f"no feed at {safe.line(url, 200)}: {safe.line(search.problem)}")
    first, *others = search.found
    for other in others:
        click.echo(f"also there: {safe.line(other.url, 200)} ({safe.line(other.title, 60)})", err=True)
    return first


def _language(text: str) -> str:
    """Return a feed's own language tag where it looks like one."""
    text = text.strip().replace("_", "-")[:20]
    return text if text.replace("-", "").isalnum() and 2 <= len(text.split("-")[0]) <= 3 and text.isascii() else ""


def _check(chosen: list[FeedConfig], config: Config) -> Iterator[Checked]:
    by_id = {feed.feed_id: feed for feed in chosen}
    requests = [
        FetchRequest(request_id=feed.feed_id, url=feed.url, allow_private=feed.allow_private) for feed in chosen
    ]
    for result in app.FETCHER.fetch(requests, _policy(config)):
        yield _judged(by_id[result.request_id], result)


def _judged(feed: FeedConfig, result: FetchResult) -> Checked:
    from monitor.parse.feed import parse_feed

    base = Checked(
        feed_id=feed.feed_id, name=feed.name, url=feed.url, ok=False, moved_to=result.moved_to,
        duration_s=round(result.duration_s, 3),
    )  # fmt: skip
    if result.error:
        return msgspec.structs.replace(base, problem=f"{result.error}: {result.detail}")
    parsed = parse_feed(result.body or b"", result.content_type, result.final_url or feed.url, app.now())
    if parsed.error:
        return msgspec.structs.replace(base, problem=f"{parsed.error}: {parsed.warning}")
    dates = [entry.published_at for entry in parsed.entries if entry.published_at]
    return msgspec.structs.replace(
        base,
        ok=bool(parsed.entries),
        n_entries=len(parsed.entries),
        newest_at=max(dates, default=None),
        title=parsed.title,
        problem="" if parsed.entries else "a feed without a single entry",
    )


def _checked_line(checked: Checked) -> str:
    name = safe.isolated(checked.name, 40)
    if not checked.ok:
        return f"BAD   {checked.feed_id:<12} {name}: {safe.line(checked.problem, 200)}"
    newest = f", newest {checked.newest_at:%Y-%m-%d %H:%M}" if checked.newest_at else ""
    moved = f"; moved for good to {safe.line(checked.moved_to, 200)}" if checked.moved_to else ""
    return f"ok    {checked.feed_id:<12} {name}: {checked.n_entries} entries{newest}{moved}"
