"""`monitor coverage`: what the log proves about each feed, and where entries may be missing."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from monitor.errors import InputError, NotFoundError
from monitor.log.codec import parse_iso
from monitor.poll.coverage import FeedCoverage, Span
from monitor.poll.coverage import coverage as prove
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, reading, write_json

DEFAULT_DAYS = 7


@click.command()
@click.option("--from", "since", metavar="WHEN", help="Start: a day or a time, UTC [seven days before --to].")
@click.option("--to", "until", metavar="WHEN", help="End: a day (to its end) or a time, UTC [now].")
@click.option("--feed", "which", metavar="ID", help="Only this feed (an id or its unique beginning).")
@json_option
@click.pass_context
def coverage(ctx: click.Context, since: str | None, until: str | None, which: str | None, as_json: bool) -> int:
    """Show from the log which feeds were watched without a hole, and what may be missing.

    A span is proven when two successive polls shared an entry or the feed had not changed. Everything else is listed.

    \b
    Example:
      monitor coverage --from 2026-01-01 --to 2026-01-31

    Exit codes: 0 every feed is proven for the whole time, 1 some are not.
    """
    with reading(ctx) as workspace:
        end = _moment(until, "--to", end=True) if until else workspace.clock()
        start = _moment(since, "--from") if since else end - timedelta(days=DEFAULT_DAYS)
        if start >= end:
            raise InputError(f"--from ({start:%Y-%m-%d %H:%M}) is not before --to ({end:%Y-%m-%d %H:%M})")
        feeds = prove(workspace.log, start, end, workspace.views)
    if which:
        feeds = [feed for feed in feeds if feed.feed_id.startswith(which)]
        if not feeds:
            raise NotFoundError(f"no feed {which!r} between {start:%Y-%m-%d} and {end:%Y-%m-%d}")
    if as_json:
        write_json({"from": start, "to": end, "feeds": feeds})
    else:
        click.echo(text_of(feeds, start, end))
    return int(any(feed.holes for feed in feeds))


def text_of(feeds: list[FeedCoverage], start: datetime, end: datetime) -> str:
    """Return the table: a line per feed, and a line per hole below it."""
    n_whole = sum(not feed.holes for feed in feeds)
    lines = [f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC: {n_whole} of {len(feeds)} feeds without a hole"]
    for feed in feeds:
        polls = f"{feed.n_good} polls" + (f", {feed.n_failed} failed" if feed.n_failed else "")
        lines.append(f"{feed.share:7.2%}  {feed.feed_id:<10}  {safe.line(feed.name, 40)} ({polls})")
        lines += [f"         {_hole(span)}" for span in feed.holes]
    return "\n".join(lines)


def _hole(span: Span) -> str:
    when = f"{span.since:%Y-%m-%d %H:%M} to {span.until:%Y-%m-%d %H:%M}"
    return safe.line(f"{span.state} {when}: {span.why}", 200)


def _moment(text: str, option: str, *, end: bool = False) -> datetime:
    """Read a day or a time as aware UTC; a day as an end is the moment after it."""
    try:
        if len(text) == 10:
            return parse_iso(text + "T00:00:00Z") + timedelta(days=int(end))
        return parse_iso(text)
    except ValueError as error:
        raise InputError(f"{option} {text!r}: give a day (2026-01-31) or a time (2026-01-31T12:00:00Z)") from error
