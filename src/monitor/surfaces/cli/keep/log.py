"""`monitor log …`: look at the event log, prove an event, export, import. See also its neighbours."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import click

from monitor import app
from monitor.errors import InputError
from monitor.log.chain import Row, split_head
from monitor.log.events import EVENT_TYPES
from monitor.log.keep.copies import note_copy
from monitor.log.store import LogStore
from monitor.surfaces import safe
from monitor.surfaces.cli.keep.compact import compact
from monitor.surfaces.cli.keep.keeping import backup, data_folder, erase, rebuild, restore, write_backup
from monitor.surfaces.cli.keep.moving import copy, init_postgres
from monitor.surfaces.cli.keep.signing import checkpoint, cosign, new_key, vouch, witness
from monitor.surfaces.cli.keep.verify import verify
from monitor.surfaces.cli.options import json_option, write_json_line
from monitor.worker.jobs.backups import model_missing
from monitor.worker.lock import LOCK_NAME, worker_lock

if TYPE_CHECKING:
    pass

__all__ = ["backup", "erase", "log", "rebuild", "restore", "write_backup"]

FOLLOW_S = 1.0


@click.group()
def log() -> None:
    """Tail, verify, prove, export and import the event log.

    \b
    Example:
      monitor log verify
    """


for command in (checkpoint, compact, cosign, new_key, verify, vouch, witness):
    log.add_command(command)


@contextmanager
def _reading(ctx: click.Context) -> Iterator[LogStore]:
    opened = app.open_the_log(ctx.obj["config"], ctx.obj["data"], read_only=True)
    try:
        yield opened
    finally:
        opened.close()


@log.command()
@click.option("--lines", "-n", type=click.IntRange(0), default=20, show_default=True, help="How many events.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only events of this type (may be given again).")
@click.option("--follow", "-f", is_flag=True, help="Go on showing events as they are appended; Ctrl-C ends it.")
@json_option
@click.pass_context
def tail(ctx: click.Context, lines: int, types: tuple[str, ...], follow: bool, as_json: bool) -> None:
    """Show the last events, one a line.

    \b
    Example:
      monitor log tail -n 50 --type entry-labelled
    """
    unknown = set(types) - set(EVENT_TYPES)
    if unknown:
        raise click.UsageError(f"no event type {', '.join(sorted(unknown))}; docs/events.md lists them")
    with _reading(ctx) as opened:
        last = _show(opened, opened.tail(lines, types), as_json)
        while follow:
            time.sleep(FOLLOW_S)
            last = max(last, _show(opened, opened.rows(after=last), as_json, types))


def _show(opened: LogStore, rows: Iterable[Row], as_json: bool, types: tuple[str, ...] = ()) -> int:
    """Write rows and return the last position seen."""
    import msgspec

    last = 0
    for position, head, key, data, hash_ in rows:
        at, type_, version, actor = split_head(head)
        last = position
        if types and type_ not in types:
            continue
        if as_json:
            write_json_line(
                {"position": position, "type": type_, "version": version, "recorded_at": at, "actor": actor,
                 "key": key, "hash": hash_.hex(), "data": msgspec.Raw(data)}
            )  # fmt: skip
        else:
            text = data.decode(errors="replace")
            click.echo(safe.line(f"{position:>8} {at[:19]}Z {type_:<18} {actor} {text}", 500))
    return last or opened.head()[0]


@log.command()
@click.argument("position", type=click.IntRange(1))
@click.option("--text", is_flag=True, help="Include the text the event names.")
@click.option("--extends", is_flag=True, help="Instead, prove that the log begins with its first POSITION events.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to a file instead.")
@click.pass_context
def prove(ctx: click.Context, position: int, text: bool, extends: bool, output: Path | None) -> None:
    """Write the proof that the event at POSITION is in the log: it verifies offline, without the log.

    With --extends, prove that the newest signed head only added to the one signed at POSITION (a checkpoint's
    `at_position`): whoever kept that head sees that nothing before it was changed.

    \b
    Example:
      monitor log prove 1234 -o proof.json
      monitor log check-proof proof.json

    Exit codes: 0 written, 4 no such event, or no signed checkpoint covers it yet.
    """
    import msgspec

    from monitor.log.proof.inclusion import prove as make_proof
    from monitor.log.proof.inclusion import prove_extension

    with _reading(ctx) as opened:
        made = prove_extension(opened, position) if extends else make_proof(opened, position, with_text=text)
    proof = msgspec.json.format(msgspec.json.encode(made), indent=2)
    if output:
        output.write_bytes(proof + b"\n")
    else:
        click.echo(proof.decode())


@log.command(name="check-proof")
@click.argument("file", type=click.File("rb"))
@click.option("--key", metavar="BASE64", default="", help="The public key it must be signed by.")
def check_proof(file: BinaryIO, key: str) -> None:
    """Check a proof, offline. Without --key it holds for whoever signed it: compare the key it prints.

    \b
    Example:
      monitor log check-proof proof.json --key "$(cat key-on-file.txt)"

    Exit codes: 0 it holds, 9 it does not.
    """
    from monitor.log.proof.inclusion import Extension
    from monitor.log.proof.inclusion import check_proof as hold

    proof = hold(file.read(), public_key=key)
    if isinstance(proof, Extension):
        said = f"holds: the log of {proof.second.position} events begins with that of {proof.first.position}"
        signed = f"both heads are signed, by {proof.first.public_key} and {proof.second.public_key}"
    else:
        said = f"holds: event {proof.position}, {proof.type}, recorded {proof.recorded_at}"
        signed = f"under the head of {proof.checkpoint.position} events signed by {proof.checkpoint.public_key}"
    click.echo(safe.line(said, 300))
    click.echo(safe.line(signed, 300))


@log.command()
@click.argument("file", type=click.Path(path_type=Path), default="-")
@click.option("--no-texts", is_flag=True, help="Events and hashes only.")
@click.pass_context
def export(ctx: click.Context, file: Path, no_texts: bool) -> None:
    """Write the whole log as JSON lines to FILE (.gz compresses) or standard output.

    \b
    Example:
      monitor log export log.jsonl.gz
    """
    import gzip

    from monitor.log.keep.transfer import export_log

    with _reading(ctx) as opened:
        lines = export_log(opened, texts=not no_texts)
        if str(file) == "-":
            sys.stdout.buffer.writelines(lines)
            return
        temporary = file.with_name(file.name + ".partial")
        with gzip.open(temporary, "wb", 6) if file.suffix == ".gz" else temporary.open("wb") as target:
            target.writelines(lines)
        temporary.replace(file)
        if not no_texts:
            note_copy(opened.path, file, opened.head()[0], "export")
    click.echo(f"wrote {file}")


@log.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def import_(ctx: click.Context, file: Path) -> None:
    """Fill an empty log from an export FILE (or -): the same events, positions and hashes, all of it or nothing.

    \b
    Example:
      monitor log import log.jsonl.gz                   # into ./data, which has no log yet
      monitor --data other-folder log import log.jsonl.gz

    Exit codes: 0 imported, 6 its chain does not hold or the log is not empty, 9 not an export or cut short.
    """
    import gzip
    import zlib

    from monitor.log.keep.transfer import bounded_lines, import_log

    folder = data_folder(ctx)
    folder.mkdir(parents=True, exist_ok=True)
    with worker_lock(folder / LOCK_NAME):
        if str(file) == "-":
            head = import_log(bounded_lines(sys.stdin.buffer, "-"), folder / app.LOG_NAME)
        else:
            try:
                with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
                    bounded = bounded_lines(cast(BinaryIO, lines), file.name)
                    head = import_log(bounded, folder / app.LOG_NAME, source=file.name)
            except (OSError, EOFError, zlib.error) as error:
                raise InputError(f"{file}: {error}") from error
    click.echo(f"imported {head[0]} events, head {head[1][:16]}")
    if missing := model_missing(folder / app.LOG_NAME):
        click.echo(
            f"the model in use, {missing}, did not come along: copy models/{missing}.json into "
            f"{folder / app.MODELS_NAME}, or run `monitor train`"
        )


log.add_command(init_postgres)
log.add_command(copy)
