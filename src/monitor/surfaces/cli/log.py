"""`monitor log …`: look at the event log, verify it, prove an event, export and import. See also keep.py."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import click

from monitor import app
from monitor.errors import InputError, StorageError
from monitor.log.anchors import read_marker, write_marker
from monitor.log.chain import Row, split_head
from monitor.log.codec import iso
from monitor.log.copies import note_copy
from monitor.log.events import EVENT_TYPES
from monitor.log.judgement import DOES_NOT_HOLD, UNCHECKED, Report
from monitor.log.store import LogStore
from monitor.log.verify import verify_with_anchors
from monitor.surfaces import safe
from monitor.surfaces.cli.keep import backup, data_folder, erase, rebuild, restore, write_backup
from monitor.surfaces.cli.options import json_option, write_json, write_json_line
from monitor.worker.backups import model_missing
from monitor.worker.lock import LOCK_NAME, worker_lock

__all__ = ["backup", "erase", "log", "rebuild", "restore", "write_backup"]

FOLLOW_S = 1.0


@click.group()
def log() -> None:
    """Tail, verify, prove, export and import the event log.

    \b
    Example:
      monitor log verify
    """


@contextmanager
def _reading(ctx: click.Context) -> Iterator[LogStore]:
    opened = app.open_existing_log(data_folder(ctx), read_only=True)
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
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--against", type=click.Path(exists=True, path_type=Path), help="Anchors to check [anchors.jsonl].")
@click.option("--key", "keys", metavar="BASE64", multiple=True, help="A public key you know; others are not believed.")
@click.option("--quick", is_flag=True, help="Chain, signatures and anchors only; no texts, no page check.")
@json_option
@click.pass_context
def verify(
    ctx: click.Context, file: Path | None, against: Path | None, keys: tuple[str, ...], quick: bool, as_json: bool
) -> None:
    """Verify the whole log, or a backup FILE: pages, chain, texts, signatures, anchors.

    There are three answers: it holds; it does not hold (then nothing is appended until it does); it could not be
    checked, and why (then nothing is refused). tools/verify_log.py verifies without monitor.

    \b
    Example:
      monitor log verify
      monitor log verify backups/log.db --against anchors-kept-elsewhere.jsonl

    Exit codes: 0 it holds, 1 it does not, 4 no log, 7 it could not be checked.
    """
    path = file or data_folder(ctx) / app.LOG_NAME
    if not path.is_file():
        app.open_existing_log(path.parent)  # says where it looked and what to do
    report = verify_with_anchors(path, against, quick=quick, keys=keys)
    if file is None:
        remember(path, report, clear=not quick)
    if as_json:
        found = {name: getattr(report, name) for name in report.__struct_fields__}
        write_json({"ok": report.ok, "verdict": report.verdict, **found})
    else:
        _write_report(report)
    if not report.ok:
        ctx.exit(1 if report.verdict == DOES_NOT_HOLD else StorageError.exit_code)


def remember(path: Path, report: Report, *, clear: bool) -> None:
    """Keep what is wrong beside the log, where appending looks; a full verification that holds clears it.

    What could not be checked leaves things as they are.
    """
    first = report.first()
    if first is not None:
        write_marker(path, first.what)
    elif report.ok and clear and read_marker(path):
        write_marker(path, "")


def _write_report(report: Report) -> None:
    for problem in sorted(report.problems, key=lambda found: (found.position == 0, found.position)):
        click.echo(f"WRONG  {safe.line(problem.what, 400)}")
    for line in report.restores:
        click.echo(f"note   signed by the log's key: {safe.line(line, 300)}")
    for note in report.notes:
        click.echo(f"note   {safe.line(note, 400)}")
    counts = (
        f"{report.n_events} events, {report.n_payloads} texts ({report.n_erased} erased), "
        f"{report.n_checkpoints} checkpoints, {report.n_anchors} anchors"
    )
    if report.verdict == DOES_NOT_HOLD:
        first = report.first()
        where = f"the first bad position is {first.position}" if first and first.position else "the file is damaged"
        click.echo(f"the log does not verify: {where}. Nothing is appended to it until it does; triage stays readable.")
        click.echo("`monitor restore BACKUP` puts a verified backup in its place and keeps this file.")
        return
    if report.verdict == UNCHECKED:
        click.echo(f"the log could not be checked: {safe.line(report.unchecked, 600)}")
        click.echo(f"Nothing wrong was found in {counts}, and nothing is refused.")
    else:
        click.echo(f"the log verifies: {counts}; head {report.head[:16]}")
    for public_key in report.public_keys:
        click.echo(f"signed by {safe.line(public_key, 100)}")


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

    from monitor.log.proof import prove as make_proof
    from monitor.log.proof import prove_extension

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
    from monitor.log.proof import Extension
    from monitor.log.proof import check_proof as hold

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
@click.pass_context
def checkpoint(ctx: click.Context) -> None:
    """Sign the log's head now, and anchor it. A tick does so by itself once a day or every 1,000 events.

    \b
    Example:
      monitor log checkpoint
    """
    from monitor.log.checkpoints import sign_checkpoint

    opened = app.open_existing_log(data_folder(ctx))
    try:
        signed = sign_checkpoint(opened, recorded_at=iso(app.now()))
    finally:
        opened.close()
    click.echo("nothing new since the last checkpoint" if signed is None else f"signed, as event {signed.position}")


@log.command(name="new-key")
@click.option("--reason", required=True, help="Why; kept in the log for good.")
@click.option("--lost", is_flag=True, help="The old key is gone: go on without its signature.")
@click.pass_context
def new_key(ctx: click.Context, reason: str, lost: bool) -> None:
    """Change the signing key: the old one signs the new one in. The old file is kept beside it.

    With --lost nothing in the log vouches for the new key: `log verify` then asks for both keys by name.

    \b
    Example:
      monitor log new-key --reason "the old laptop was sold"

    Exit codes: 0 changed, 4 the key is missing, 9 the log was never signed.
    """
    from monitor.log.checkpoints import change_key, sign_checkpoint

    opened = app.open_existing_log(data_folder(ctx))
    try:
        key = change_key(opened, recorded_at=iso(app.now()), reason=reason, lost=lost)
        sign_checkpoint(opened, recorded_at=iso(app.now()))
    finally:
        opened.close()
    click.echo(f"signed from now on by {key}: keep this line, and a copy of signing.key, elsewhere")


@log.command()
@click.pass_context
def vouch(ctx: click.Context) -> None:
    """Sign the restores that anchors.jsonl lists without a signature, once you know that they were yours.

    \b
    Example:
      monitor log vouch
    """
    from monitor.log.checkpoints import vouch_restores

    folder = data_folder(ctx)
    app.open_existing_log(folder, read_only=True).close()
    n_signed = vouch_restores(folder / app.LOG_NAME)
    click.echo(f"signed {n_signed} restore(s)" if n_signed else "no restore is unsigned")


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

    from monitor.log.transfer import export_log

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

    from monitor.log.transfer import bounded_lines, import_log

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
