"""`monitor import`: archives into the log, apart from the day's rows. The same command goes on where one ended."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from monitor.archive.files import file_sha
from monitor.archive.values import Piece
from monitor.config.values import FeedConfig
from monitor.errors import InputError
from monitor.parse.values import ParsedEntry
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, working, write_json
from monitor.worker.intake.importing import Imported, Importer
from monitor.worker.lock import worker_lock

F = TypeVar("F", bound=Callable[..., Any])
LOCK_NAME = "import.lock"
SHOWN = 5


@click.group("import")
def import_() -> None:
    """Import archives: files of entries, web archives, folders of saved feeds.

    What they bring has its own dates and its own queue (`monitor queue --backfill`), apart from the day's rows.
    Reading the same file again changes nothing, and a run that was stopped goes on where it ended.

    \b
    Example:
      monitor import entries gazette-2025.jsonl.gz --as gazette
    """


def archive_options(command: F) -> F:
    """Add what every import takes: the archive's name, publisher, language and country."""
    for option in (
        click.option("--as", "name", help="The archive to put it in [the name of the first file]."),
        click.option("--publisher", default="", help="Who wrote all of it [each entry's own site]."),
        click.option("--language", default="", help="Its language, where entries do not say."),
        click.option("--country", default="", help="Its country, such as PE."),
    ):
        command = option(command)
    return command


@import_.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@archive_options
@json_option
@click.pass_context
def entries(ctx: click.Context, /, files: tuple[Path, ...], as_json: bool, **about: str) -> None:
    """Import entries from JSON lines or CSV, plain, gzip or zstd; one entry a line, the oldest first where you can.

    An entry needs a link or an id, and a title or a text; dates, languages and texts are taken where they are given.

    \b
    Example:
      monitor import entries gazette-2025.jsonl.gz --as gazette --language en

    Exit codes: 0 done, 4 no such file, 5 another import is running, 9 a file is damaged or has no entries.
    """
    from monitor.archive.entries import read_entries

    _run(ctx, files, read_entries, about, as_json=as_json)


@import_.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@archive_options
@json_option
@click.pass_context
def warc(ctx: click.Context, /, files: tuple[Path, ...], as_json: bool, **about: str) -> None:
    """Import the articles of web archives (WARC or ARC, plain or gzip): each page that was answered with 200.

    The date is the one the page states, else that of the capture.

    \b
    Example:
      monitor import warc crawl-2025-*.warc.gz --as crawl

    Exit codes: 0 done, 4 no such file, 5 another import is running, 9 a file is damaged, 12 the extra is missing.
    """
    from monitor.archive.warc import read_warc

    _run(ctx, files, read_warc, about, as_json=as_json)


@import_.command()
@click.argument("folder", type=click.Path(path_type=Path))
@archive_options
@json_option
@click.pass_context
def feeds(ctx: click.Context, /, folder: Path, as_json: bool, **about: str) -> None:
    """Import a folder of saved feed files, with the folders below it, in the order of their paths.

    \b
    Example:
      monitor import feeds polls-2025/ --as gazette

    Exit codes: 0 done, 4 no such folder, 5 another import is running.
    """
    from monitor.archive.feeds import feed_files, read_feed_file

    _run(ctx, feed_files(folder), read_feed_file, {**about, "name": about["name"] or folder.name}, as_json=as_json)


def _run(
    ctx: click.Context, files: Iterable[Path], read: Callable[[Path], Iterator[Piece | ParsedEntry]],
    about: dict[str, str], *, as_json: bool,
) -> None:  # fmt: skip
    """Read files into one archive, one after the other but for those other workers have in hand; say how each went."""
    paths = list(files)
    source = _source(paths, about)
    results = []
    with working(ctx) as workspace, worker_lock(workspace.data_dir / LOCK_NAME):
        importer = Importer(workspace, source, workspace.clock())
        importer.begin()
        shown = _progress if sys.stderr.isatty() and not as_json else lambda _: None

        def take(path: Path, sha: str) -> Imported:
            return importer.take(str(path), sha, read(path), shown)

        for _, result in importer.share_out(paths, file_sha, take):
            results.append(result)
            if not as_json and len(paths) <= 20:
                click.echo(_line(results[-1]))
                _say_refused(results[-1])
    if as_json:
        write_json({"feed_id": source.feed_id, "files": results})
        return
    click.echo(_summary(source, results))
    if not any(result.n_read or result.done_before for result in results):
        raise InputError(f"no entry in {len(results)} file(s)")


def _source(paths: list[Path], about: dict[str, str]) -> FeedConfig:
    """Return the archive as a source; its id and address come from its name alone."""
    name = safe.line(about["name"] or (paths[0].name.split(".")[0] if paths else ""), 100) or "archive"
    digest = hashlib.sha256(f"archive {name}".encode()).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:24]
    feed_id = f"{slug}-{digest[:6]}".lstrip("-")
    return FeedConfig(
        feed_id=feed_id, url=f"archive:{feed_id}", name=name, publisher=about["publisher"],
        language=about["language"], country=about["country"], group="archives", kind="archive",
    )  # fmt: skip


def _line(result: Imported) -> str:
    if result.done_before:
        return f"{safe.line(result.file, 80)}: imported before, byte for byte"
    known = result.n_read - result.n_new - result.n_revised
    return (
        f"{safe.line(result.file, 80)}: {result.n_new} new, {result.n_revised} revised, {known} known, "
        f"{result.n_flagged} flagged, {result.n_refused} refused"
    )


def _say_refused(result: Imported) -> None:
    for refused in result.refused[:SHOWN]:
        click.echo(f"  refused {safe.line(refused.where, 120)}: {safe.line(refused.why, 160)}", err=True)
    if result.n_refused > SHOWN:
        click.echo(f"  and {result.n_refused - SHOWN} more", err=True)


def _summary(source: FeedConfig, results: list[Imported]) -> str:
    totals = [sum(getattr(result, name) for result in results) for name in ("n_read", "n_new", "n_flagged")]
    return (
        f"{len(results)} file(s): {totals[0]} read, {totals[1]} new in {safe.line(source.name)} ({source.feed_id}), "
        f"{totals[2]} flagged; `monitor queue --backfill` shows them"
    )


def _progress(done: Imported) -> None:
    click.echo(f"\r{done.n_read} read, {done.n_new} new, {done.n_flagged} flagged", nl=False, err=True)
