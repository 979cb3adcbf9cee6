"""`monitor log verify`: the judgement over the log or a backup, by itself or against what is kept elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import click

from monitor import app
from monitor.errors import NotFoundError, StorageError
from monitor.log.proof.anchors import Anchor, anchors_path, read_anchors, read_marker, write_marker
from monitor.log.proof.judgement import DOES_NOT_HOLD, UNCHECKED, Verification
from monitor.log.sqlite.verify import verify_log, verify_with_anchors
from monitor.surfaces import safe
from monitor.surfaces.cli.keep.keeping import data_folder
from monitor.surfaces.cli.options import json_option, write_json


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--against", type=click.Path(exists=True, path_type=Path),
    help="Heads kept elsewhere: a copy of anchors.jsonl, a witness's file or git repository [data/anchors.jsonl].",
)  # fmt: skip
@click.option("--key", "keys", metavar="BASE64", multiple=True, help="A public key you know; others are not believed.")
@click.option("--cosigner", "cosigners", metavar="BASE64", multiple=True, help="The key of a monitor that cosigns.")
@click.option("--tsa-ca", "roots", type=click.Path(exists=True, path_type=Path), multiple=True,
              help="The root certificate (PEM) of a time-stamping authority.")  # fmt: skip
@click.option("--quick", is_flag=True, help="Chain, signatures and anchors only; no texts, no page check.")
@json_option
@click.pass_context
def verify(
    ctx: click.Context, file: Path | None, against: Path | None, keys: tuple[str, ...], cosigners: tuple[str, ...],
    roots: tuple[Path, ...], quick: bool, as_json: bool,
) -> None:  # fmt: skip
    """Verify the whole log, or a backup FILE: pages, chain, texts, signatures, anchors.

    There are three answers: it holds; it does not hold (then nothing is appended until it does); it could not be
    checked, and why (then nothing is refused). tools/verify_log.py verifies without monitor.

    \b
    Example:
      monitor log verify
      monitor log verify --against /srv/witness --key "$(cat key-on-file.txt)"

    Exit codes: 0 it holds, 1 it does not, 4 no log, 7 it could not be checked.
    """
    path = file or data_folder(ctx) / app.LOG_NAME
    shared = file is None and bool(app.log_address(ctx.obj["config"], ctx.obj["data"]))
    if file is not None and not file.is_file():
        raise NotFoundError(f"no log at {file}")
    if not shared and not path.is_file():
        app.open_existing_log(path.parent)  # says where it looked and what to do

    def judged(lines: Iterable[Anchor] | None) -> Verification:
        return _shared(ctx, lines, quick, keys) if shared else verify_log(path, lines, quick=quick, keys=keys)

    if against is not None:
        report = _against(judged, against, cosigners=cosigners, roots=roots)
    elif shared:
        report = judged(read_anchors(anchors_path(path)))
    else:
        report = verify_with_anchors(path, _anchors_for(path, file), quick=quick, keys=keys)
    if file is None:
        remember(path, report, clear=not quick and against is None)
    if as_json:
        found = {name: getattr(report, name) for name in report.__struct_fields__}
        write_json({"ok": report.ok, "verdict": report.verdict, **found})
    else:
        _write_report(report)
    if not report.ok:
        ctx.exit(1 if report.verdict == DOES_NOT_HOLD else StorageError.exit_code)


def _anchors_for(path: Path, file: Path | None) -> Path | None:
    """Return the anchors that lie beside a backup under its own name."""
    from monitor.log.keep.backup import anchors_beside

    return anchors_beside(path) if file is not None and anchors_beside(path).is_file() else None


def _shared(ctx: click.Context, lines: Iterable[Anchor] | None, quick: bool, keys: tuple[str, ...]) -> Verification:
    """Judge the log in PostgreSQL."""
    from monitor.log.postgres.snapshot import verify_postgres

    with closing(app.open_the_log(ctx.obj["config"], ctx.obj["data"], read_only=True)) as opened:
        return verify_postgres(opened, lines, quick=quick, keys=keys)


def _against(
    judged: Callable[[Iterable[Anchor] | None], Verification],
    place: Path,
    *,
    cosigners: tuple[str, ...],
    roots: tuple[Path, ...],
) -> Verification:
    """Verify a log against heads kept elsewhere, and what vouches for those."""
    from monitor.log.proof.receipts import check_receipts
    from monitor.surfaces.witness import read_witness

    try:
        receipts = read_witness(place)  # before the log: it may grow meanwhile
    except (NotFoundError, StorageError, OSError) as error:
        report = judged(None)
        report.doubt(f"the witness could not be asked: {error}")
        return report
    report = judged(receipts)
    checked = check_receipts(receipts, cosigners=cosigners, tsa_roots=roots)
    for text in checked.wrong:
        report.add(0, text)
    for text in checked.doubts:
        report.doubt(text)
    newest = max(receipt.position for receipt in receipts)
    since = f"; the {report.n_events - newest} events since are not witnessed" if report.n_events > newest else ""
    report.notes += [*checked.notes, f"{place} keeps {len(receipts)} head(s), the newest of event {newest}{since}"]
    return report


def remember(path: Path, report: Verification, *, clear: bool) -> None:
    """Keep what is wrong beside the log, where appending looks; a full verification that holds clears it.

    What could not be checked leaves things as they are.
    """
    first = report.first()
    if first is not None:
        write_marker(path, first.what)
    elif report.ok and clear and read_marker(path):
        write_marker(path, "")


def _write_report(report: Verification) -> None:
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
