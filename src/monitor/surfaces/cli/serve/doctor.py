"""`monitor doctor`: check the installation, the data folder, the log, the model and the feeds, and say what to do."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import ssl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import msgspec

from monitor import app
from monitor.classify.scan import compiled
from monitor.errors import MonitorError, install_hint
from monitor.fetch.transfer import default_ca_file
from monitor.surfaces import safe
from monitor.surfaces.cli.options import json_option, write_json
from monitor.surfaces.health import health_of
from monitor.triage.unread import Unread, newest_unread

# The WAL-reset bug (a data race that can corrupt a database written by two connections) is in 3.7.0 to 3.51.2; it was
# fixed in 3.51.3 and in these older branches: https://sqlite.org/wal.html
WAL_FIXED = (3, 51, 3)
WAL_BACKPORTS = {(3, 44): 6, (3, 50): 7}
LOW_SPACE = 1 << 30
EXTRAS = {"web": "starlette", "fulltext": "trafilatura", "notify": "apprise", "archive": "warcio"}


class Check(msgspec.Struct, frozen=True):
    """One finding. `state` is ok, note, warning or bad; only bad makes doctor exit 1."""

    state: str
    what: str
    say: str


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> int:
    """Check the installation, the data folder, the log, the model and the feeds. Exit 1 where something is bad.

    \b
    Example:
      monitor doctor
    """
    checks = list(_checks(ctx.obj["config"], ctx.obj["data"]))
    if as_json:
        write_json(checks)
    else:
        for check in checks:
            click.echo(f"{check.state:<8}{check.what:<14}{safe.line(check.say, 400)}")
    return int(any(check.state == "bad" for check in checks))


def _checks(config: str | None, data: str | None) -> Iterator[Check]:
    yield Check("ok", "python", sys.version.split()[0])
    yield sqlite_check(sqlite3.sqlite_version_info)
    yield certificate_check(default_ca_file())
    yield _scorer()
    yield from (_extra(name, module) for name, module in EXTRAS.items())
    try:
        _, folder = app.read_config(config, data)
    except MonitorError as error:
        yield Check("bad", "config", str(error))
        return
    yield Check("ok", "config", str(app.config_path(config)))
    yield _folder(folder)
    yield from _workspace(config, data)


def sqlite_check(version: tuple[int, ...]) -> Check:
    """Judge a SQLite version: the WAL-reset bug is a warning, as monitor writes with one connection at a time."""
    text = ".".join(map(str, version[:3]))
    fixed = version[:3] >= WAL_FIXED or version[2] >= WAL_BACKPORTS.get((version[0], version[1]), 1 << 30)
    if fixed or importlib.util.find_spec("pysqlite3"):
        return Check("ok", "sqlite", text)
    say = f"{text} has the WAL-reset bug (fixed in 3.51.3); {install_hint('newsqlite')} for a fixed one"
    return Check("warning", "sqlite", say)


def certificate_check(bundle: str) -> Check:
    """Judge the bundle of certificate authorities that fetching trusts."""
    try:
        n_known = len(ssl.create_default_context(cafile=bundle).get_ca_certs())
    except OSError as error:
        say = f"{bundle} cannot be used ({error.strerror or error}): no https feed can be read; see SSL_CERT_FILE"
        return Check("bad", "certificates", say)
    return Check("ok" if n_known else "bad", "certificates", f"{n_known} authorities in {bundle}")


def _scorer() -> Check:
    if compiled():
        return Check("ok", "scorer", "compiled")
    say = "plain Python, about seven times slower; a C compiler and Python's headers at installation make it compiled"
    return Check("note", "scorer", say)


def _extra(name: str, module: str) -> Check:
    if importlib.util.find_spec(module):
        return Check("ok", "extra", name)
    return Check("note", "extra", f"{name} is not installed: {install_hint(name)}")


def _folder(folder: Path) -> Check:
    if not folder.is_dir():
        return Check("bad", "data", f"{folder} does not exist: run `monitor init`")
    if not os.access(folder, os.W_OK):
        return Check("bad", "data", f"{folder} cannot be written: check its permissions")
    free = shutil.disk_usage(folder).free
    state = "warning" if free < LOW_SPACE else "ok"
    return Check(state, "data", f"{folder}, {free / 2**30:.1f} GiB free")


def _workspace(config: str | None, data: str | None) -> Iterator[Check]:
    try:
        with app.closing_workspace(config, data) as workspace:
            position, _ = workspace.log.head()
            yield _tried("log", lambda: workspace.log.check_writable(), f"{position} events; the newest verify")
            yield _tried("model", lambda: workspace.model, "the model in use can be read")
            yield unread_check(newest_unread(workspace.log, workspace.views))
            health = health_of(workspace)
            yield from (Check("warning", "health", reason) for reason in health.reasons)
            yield from (Check("note", "health", warning) for warning in health.warnings)
    except MonitorError as error:
        yield Check("bad", "log", str(error))


def unread_check(unread: Unread) -> Check:
    """Say what share of the newest entries was not read, as nobody knows their words."""
    if unread.sentence:
        return Check("warning", "languages", unread.sentence)
    return Check("ok", "languages", f"all of the newest {unread.n_entries} entries are in languages that are read")


def _tried(what: str, work: Callable[[], object], say: str) -> Check:
    try:
        work()
    except MonitorError as error:
        return Check("bad", what, str(error))
    return Check("ok", what, say)
