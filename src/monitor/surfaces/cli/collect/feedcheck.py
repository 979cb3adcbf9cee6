"""`monitor feeds check` and `try`: what sources say now, without a log. Nothing is recorded and no schedule changes."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from monitor import app
from monitor.config import edit
from monitor.config.load import Config
from monitor.config.values import KINDS, FeedConfig, Select
from monitor.errors import NotFoundError, StorageError
from monitor.fetch.policy import FetchPolicy
from monitor.fetch.values import FetchResult
from monitor.parse.values import ParsedEntry
from monitor.poll.discover import Finder, FoundSource
from monitor.poll.gather import whole_answers
from monitor.poll.schedule import request_for
from monitor.poll.values import FeedState
from monitor.sources.kinds import read_source
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, write_json
from monitor.triage.unread import not_read, unread_of

F = TypeVar("F", bound=Callable[..., Any])
SHOWN = 5


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a source answered just now."""

    feed_id: str
    name: str
    url: str
    kind: str
    ok: bool
    checked_at: datetime
    status: int = 0
    n_entries: int = 0
    newest_at: datetime | None = None
    title: str = ""
    moved_to: str = ""
    problem: str = ""
    duration_s: float = 0.0
    not_read: str = ""  # the languages without word lists that its entries are in, most first


@click.command()
@click.argument("which", metavar="[ID|URL]...", nargs=-1)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write a table (TSV) to this file too.")
@click.option("--mend", is_flag=True, help="Write the addresses that moved for good, and can be read, into feeds.yaml.")
@json_option
@click.pass_context
def check(ctx: click.Context, which: tuple[str, ...], report: Path | None, mend: bool, as_json: bool) -> int:
    """Fetch sources now and report each; nothing is logged and no schedule changes.

    The report says for each source whether it answered, when and with what. Send it back, so that the list that comes
    with the program can be updated.

    \b
    Example:
      monitor feeds check --mend --report feeds-report.tsv

    Exit codes: 0 every source is well, 1 some are not.
    """
    config, _ = app.read_config(ctx.obj["config"], ctx.obj["data"])
    chosen = [edit.find_feed(config, each) for each in which] or config.feeds
    results = []
    for result in check_sources(chosen, config):
        results.append(result)
        if not as_json:
            click.echo(_checked_line(result))
    if report is not None:
        _write_report(report, results)
    if mend:
        _mend(app.config_path(ctx.obj["config"]), results)
    if as_json:
        write_json(results)
    else:
        click.echo(f"{sum(result.ok for result in results)} of {len(results)} feeds are well")
    return int(not all(result.ok for result in results))


def _mend(path: Path, results: list[Checked]) -> None:
    """Write the new addresses of sources that moved for good and were read there; ids and entries stay."""
    moved = {result.url: result.moved_to for result in results if result.ok and result.moved_to}
    text = path.read_text(encoding="utf-8-sig")
    edited = edit.move_feeds(text, moved, str(path))
    if edited != text:
        edit.write_list(path, edited)
    n_mended = sum(one != other for one, other in zip(text.splitlines(), edited.splitlines(), strict=True))
    click.echo(f"{n_mended} addresses mended in {path}", err=True)


def select_option(command: F) -> F:
    """Add --select to a command: FIELD=SELECTOR pairs, made into a Select."""

    def read(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> Select | None:
        fields = {}
        for pair in pairs:
            field, mark, selector = pair.partition("=")
            if not mark or field not in Select.__struct_fields__:
                raise click.BadParameter(f"{pair!r}: expected one of {', '.join(Select.__struct_fields__)}, then =")
            fields[field] = selector.strip()
        return Select(**fields) if fields else None

    text = "Where a part stands: rows, title, link, date, summary, text; may be given again."
    return click.option("--select", metavar="PART=SELECTOR", multiple=True, callback=read, help=text)(command)


@click.command("try")
@click.argument("url")
@click.option("--kind", type=click.Choice(KINDS), help="Read it as this kind [feeds, sitemaps, then its list].")
@select_option
@click.option("--allow-private/--no-allow-private", default=False, help="It stands on a private network on purpose.")
@json_option
@click.pass_context
def try_(
    ctx: click.Context, url: str, kind: str | None, select: Select | None, allow_private: bool, as_json: bool
) -> int:
    """Show what would be read at URL, and the lines for feeds.yaml; for a page that only lists, propose selectors.

    \b
    Example:
      monitor feeds try https://court.example/press
      monitor feeds try https://court.example/press --select rows=li.item --select date=span.when

    Exit codes: 0 something can be read there, 4 nothing can.
    """
    config, _ = app.read_config(ctx.obj["config"], ctx.obj["data"])
    kind = kind or ("page" if select else None)
    trials = _trials(url, config, kind, select, allow_private)
    if as_json:
        write_json(trials)
    for number, trial in enumerate([] if as_json else trials, 1):
        click.echo(_trial_text(trial, number if len(trials) > 1 else 0))
    return 0


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One way to read an address, and what it gives now."""

    url: str
    kind: str
    select: Select | None
    full_text: bool
    title: str
    n_entries: int
    warning: str
    entries: list[ParsedEntry]


def _trials(url: str, config: Config, kind: str | None, select: Select | None, allow_private: bool) -> list[Trial]:
    """Return the ways to read an address. Raises NotFoundError where there is none."""
    source = FeedConfig(
        feed_id="try", url=url, name="", kind=kind or "page", select=select, allow_private=allow_private
    )
    if kind is not None and (select or kind != "page"):
        return [_trial(source, _answer(source, config))]
    found = [] if kind else finder(config, allow_private=allow_private).find(url).found
    if any(each.url == url for each in found):
        return [_found_trial(each) for each in found]
    answer = _answer(source, config)
    proposed = [_trial(msgspec.structs.replace(source, select=select), answer) for select in _proposed(answer)]
    if not (found or proposed):
        raise NotFoundError(f"nothing on {safe.line(url, 200)} reads like a list of headlines; give --select rows=…")
    return [*(_found_trial(each) for each in found), *proposed]


def _found_trial(found: FoundSource) -> Trial:
    return Trial(
        url=found.url, kind=found.kind, select=None, full_text=found.full_text, title=found.title,
        n_entries=found.n_entries, warning=found.feed.warning, entries=found.feed.entries[:SHOWN],
    )  # fmt: skip


def _trial(source: FeedConfig, answer: FetchResult) -> Trial:
    read = read_source(source, answer, None, app.now())
    if read.error:
        raise NotFoundError(f"{safe.line(source.url, 200)}: {read.error}: {safe.line(read.warning, 300)}")
    return Trial(
        url=answer.moved_to or source.url, kind=source.kind, select=source.select, full_text=False, title=read.title,
        n_entries=len(read.entries), warning=read.warning, entries=read.entries[:SHOWN],
    )  # fmt: skip


def _answer(source: FeedConfig, config: Config) -> FetchResult:
    (answer,) = _answers([source], config)
    if answer.error:
        raise NotFoundError(f"{safe.line(source.url, 200)}: {answer.error}: {safe.line(answer.detail, 200)}")
    return answer


def _proposed(answer: FetchResult) -> list[Select]:
    from monitor.sources.propose import Proposal
    from monitor.untrusted.sandbox import KilledError, sandbox_for

    try:
        job = sandbox_for("monitor.sources.propose:propose")
        found = job.run(list[Proposal], answer.body or b"", answer.final_url, answer.content_type)
    except KilledError:
        return []
    return [proposal.select for proposal in found]


def _trial_text(trial: Trial, number: int) -> str:
    lines = [f"{f'{number}. ' if number else ''}{trial.kind}: {trial.n_entries} entries, {safe.line(trial.title, 80)}"]
    if trial.warning:
        lines.append(f"   warning: {safe.line(trial.warning, 300)}")
    for entry in trial.entries:
        at = f"{entry.published_at:%Y-%m-%d %H:%M}" if entry.published_at else "no date         "
        lines.append(f"   {at}  {safe.isolated(entry.title or entry.link, 90)}")
    feed = edit.NewFeed(
        url=trial.url, name=safe.line(trial.title, 200) or trial.url, kind=trial.kind, select=trial.select,
        full_text=trial.full_text,
    )  # fmt: skip
    return "\n".join([*lines, "   for feeds.yaml:", *edit.written(feed, 4), ""])


def finder(config: Config, *, allow_private: bool) -> Finder:
    """Return what looks for the sources of a site."""
    return Finder(app.FETCHER, _policy(config), app.now(), allow_private=allow_private)


def _policy(config: Config) -> FetchPolicy:
    from monitor.worker.tick import fetch_policy

    return fetch_policy(config.settings, app.now())


def _answers(sources: list[FeedConfig], config: Config) -> Iterator[FetchResult]:
    due = {source.feed_id: (source, FeedState(feed_id=source.feed_id)) for source in sources}
    requests = [request_for(source, None, app.now()) for source in sources]
    return whole_answers(app.FETCHER, requests, due, _policy(config), app.now())


def check_sources(sources: list[FeedConfig], config: Config) -> Iterator[Checked]:
    """Fetch sources and yield what each answered, as they answer."""
    by_id = {source.feed_id: source for source in sources}
    for answer in _answers(sources, config):
        yield _judged(by_id[answer.request_id], answer)


def _judged(feed: FeedConfig, result: FetchResult) -> Checked:
    base = Checked(
        feed_id=feed.feed_id, name=feed.name, url=feed.url, kind=feed.kind, ok=False, checked_at=app.now(),
        status=result.status, moved_to=result.moved_to, duration_s=round(result.duration_s, 3),
    )  # fmt: skip
    if result.error:
        return msgspec.structs.replace(base, problem=f"{result.error}: {result.detail}")
    parsed = read_source(feed, result, None, app.now())
    if parsed.error:
        return msgspec.structs.replace(base, problem=f"{parsed.error}: {parsed.warning}")
    n_listed = len(parsed.entries) if parsed.n_listed is None else parsed.n_listed
    return msgspec.structs.replace(
        base,
        ok=n_listed > 0,
        n_entries=n_listed,
        not_read=", ".join(unread_of((f"{e.title}\n{e.summary}", e.lang) for e in parsed.entries).languages),
        newest_at=max((entry.published_at for entry in parsed.entries if entry.published_at), default=None),
        title=parsed.title,
        problem="" if n_listed else "a feed without a single entry",
    )


def _checked_line(checked: Checked) -> str:
    name = safe.isolated(checked.name, 40)
    if not checked.ok:
        return f"BAD   {checked.feed_id:<12} {name}: {safe.line(checked.problem, 200)}"
    newest = f", newest {checked.newest_at:%Y-%m-%d %H:%M}" if checked.newest_at else ""
    moved = f"; moved for good to {safe.line(checked.moved_to, 200)}" if checked.moved_to else ""
    unread = f"; {not_read(checked.not_read)}" if checked.not_read else ""
    return f"ok    {checked.feed_id:<12} {name}: {checked.n_entries} entries{newest}{moved}{unread}"


def _write_report(path: Path, results: list[Checked]) -> None:
    """Write one row per source, sorted by address. Raises StorageError."""
    fields = Checked.__struct_fields__
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter="\t", lineterminator="\n")
            table.writerow(fields)
            for result in sorted(results, key=lambda each: each.url):
                table.writerow([safe.line(_cell(getattr(result, field)), 500) for field in fields])
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
    sys.stderr.write(f"wrote {path}\n")


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
