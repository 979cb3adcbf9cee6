"""The only wiring place: settings, log, views and model into a Workspace. Also the one clock.

Surfaces call `open_workspace` (to work) or `open_reading` (to look, now or as of then); no surface opens a file itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from monitor.config.load import Config, load_config
from monitor.errors import ConfigError, InputError, ModelError, NotFoundError, StorageError
from monitor.fetch.fetcher import CurlFetcher
from monitor.log.codec import iso, parse_iso
from monitor.log.sqlite.store import open_log
from monitor.log.store import LogStore
from monitor.views.fold import Views, open_past, open_views, rebuild_views
from monitor.views.queries.models import in_use
from monitor.worker.setup import bring_model
from monitor.worker.sync import with_known_ids
from monitor.worker.workspace import Workspace

if TYPE_CHECKING:
    from monitor.classify.model import Model

LOG_NAME, VIEWS_NAME, MODELS_NAME = "log.db", "views.db", "models"
FETCHER = CurlFetcher()


def now() -> datetime:
    """Return the time: aware UTC. $MONITOR_NOW (ISO 8601) fixes it, for demonstrations and tests."""
    fixed = os.environ.get("MONITOR_NOW")
    if fixed:
        try:
            return parse_iso(fixed)
        except ValueError as error:
            raise InputError(f"MONITOR_NOW={fixed!r} is no ISO 8601 time, such as 2026-01-31T12:00:00Z") from error
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


def clock_on(log: LogStore, own: Callable[[], datetime] = now) -> tuple[Callable[[], datetime], float]:
    """Return the clock of everything that works on a log, and by how many seconds this machine's is ahead of it.

    On a shared log that is the server's, so that machines whose clocks differ agree what is due; `own` is this
    machine's. $MONITOR_NOW is above both.
    """
    before = own()
    there = None if os.environ.get("MONITOR_NOW") else log.claims.server_time()
    if there is None:
        return own, 0.0
    ahead = before - there
    return lambda: own() - ahead, ahead.total_seconds()


def config_path(given: str | None = None) -> Path:
    """Return the feeds.yaml to use: as given, $MONITOR_CONFIG, or ./feeds.yaml."""
    return Path(given or os.environ.get("MONITOR_CONFIG") or "feeds.yaml")


def read_config(given: str | None = None, data: str | None = None) -> tuple[Config, Path]:
    """Return the configuration and the data folder (`data`, $MONITOR_DATA, or as configured, beside feeds.yaml)."""
    path = config_path(given)
    if not path.is_file():
        raise ConfigError([f"{path}: not found; `monitor init` writes one here, --config FILE names another"])
    named = data or os.environ.get("MONITOR_DATA")
    if named:
        folder = Path(named)
        return load_config(path, folder if folder.is_dir() else None), folder
    default = path.parent / "data"
    config = load_config(path, default if default.is_dir() else None)
    folder = Path(config.settings.data_dir)
    return config, folder if folder.is_absolute() else path.parent / folder


def data_folder(given: str | None = None, data: str | None = None) -> Path:
    """Return the data folder without reading feeds.yaml, which may be broken: as named, or `data` beside the file."""
    named = data or os.environ.get("MONITOR_DATA")
    return Path(named) if named else config_path(given).parent / "data"


def open_workspace(given: str | None = None, data: str | None = None, *, anew: bool = False) -> Workspace:
    """Open the data folder for work; `anew` folds the views from the first event, whatever was there.

    Raises ConfigError, NotFoundError (no log yet), StorageError and LogBrokenError, each saying what to do.
    """
    config, folder = read_config(given, data)
    log = _open(config, folder)
    views = (rebuild_views if anew else open_views)(folder / VIEWS_NAME, log)
    return _workspace(config, folder, log, views)


@contextmanager
def closing_workspace(given: str | None = None, data: str | None = None, *, anew: bool = False) -> Iterator[Workspace]:
    """Open the data folder for the length of a `with` block."""
    workspace = open_workspace(given, data, anew=anew)
    try:
        yield workspace
    finally:
        workspace.close()


def log_address(given: str | None = None, data: str | None = None) -> str:
    """Return where the log is, if it is in PostgreSQL: $MONITOR_LOG, else `log:` of feeds.yaml; "" for a log.db."""
    return _address(read_config(given, data)[0])


def _address(config: Config) -> str:
    """Return the address of a log in PostgreSQL, or nothing. Raises ConfigError for any other address."""
    named, where = os.environ.get("MONITOR_LOG", ""), "MONITOR_LOG"
    if not named:
        named, where = config.settings.log, "feeds.yaml: log"
    if not named:
        return ""
    from monitor.log.postgres.connect import check_address, is_address

    if not is_address(named):
        raise ConfigError([f"{where}: not an address such as postgresql://writer@host/monitor"])
    check_address(named, where)
    return named


def open_the_log(given: str | None = None, data: str | None = None, *, read_only: bool = False) -> LogStore:
    """Open the log alone, wherever it is. Raises what open_workspace raises."""
    return _open(*read_config(given, data), read_only=read_only)


def _open(config: Config, folder: Path, *, read_only: bool = False) -> LogStore:
    address = _address(config)
    if not address:
        return open_existing_log(folder, read_only=read_only)
    from monitor.log.postgres.store import open_postgres

    make_folders(folder)
    return open_postgres(address, folder / LOG_NAME, read_only=read_only)


def open_existing_log(folder: Path, *, read_only: bool = False) -> LogStore:
    """Open the log of a data folder; raise NotFoundError where `monitor init` has not been run."""
    path = folder / LOG_NAME
    if not path.is_file():
        raise NotFoundError(f"no event log at {path}; run `monitor init` first (or name the folder with --data)")
    return open_log(path, read_only=read_only)


def create_log(folder: Path, config: Config | None = None) -> LogStore:
    """Make the data folder and an empty log in it, or open the one that is there; in PostgreSQL its owner made it."""
    make_folders(folder)
    if config is not None and _address(config):
        return _open(config, folder)
    return open_log(folder / LOG_NAME, create=True)


def make_folders(folder: Path) -> None:
    """Make the data folder and the one for models. Raises StorageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MODELS_NAME).mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}; the data folder must be writable") from error


def position_of(log: LogStore, as_of: str) -> int:
    """Turn `--as-of` (a log position, a day or an ISO 8601 time) into a position.

    A day means its end. Raises InputError on anything else, and on what has not come yet: nothing is known of it.
    """
    head = log.head()[0]
    if as_of.isdecimal():
        if int(as_of) > head:
            raise InputError(f"--as-of {as_of}: the log ends at position {head}")
        return int(as_of)
    try:
        if parse_iso(as_of + "T00:00:00Z" if len(as_of) == 10 else as_of) > now():
            raise InputError(f"--as-of {as_of}: that is still to come; the log ends at position {head}")
        if len(as_of) == 10:
            return log.position_at(iso(parse_iso(as_of + "T00:00:00Z") + timedelta(days=1)))
        return log.position_at(iso(parse_iso(as_of)))
    except ValueError as error:
        raise InputError(
            f"--as-of {as_of!r}: give a position (1234), a day (2026-01-31) or a time (2026-01-31T12:00:00Z)"
        ) from error


def open_reading(given: str | None = None, data: str | None = None, as_of: str | None = None) -> Workspace:
    """Open the data folder to look at it; with `as_of`, what the log said then, folded in memory."""
    try:
        workspace = open_workspace(given, data)
    except StorageError:  # a read-only folder or a full disk: what the log says can still be read
        workspace = _open_read_only(given, data)
    if as_of:
        position = position_of(workspace.log, as_of)
        workspace.views.close()
        workspace.views = open_past(workspace.data_dir / VIEWS_NAME, workspace.log, position)
    return workspace


def _workspace(config: Config, folder: Path, log: LogStore, views: Views) -> Workspace:
    own, config = config.feeds, msgspec.structs.replace(config, feeds=with_known_ids(views, config.feeds))
    clock, ahead_s = clock_on(log)
    return Workspace(
        config=config, data_dir=folder, log=log, views=views, clock=clock, load_model=current_model, fetcher=FETCHER,
        own_feeds=own, ahead_s=ahead_s,
    )  # fmt: skip


def _open_read_only(given: str | None, data: str | None) -> Workspace:
    """Open a folder that cannot be written, with the views folded in memory."""
    config, folder = read_config(given, data)
    log = _open(config, folder, read_only=True)
    views = open_views(None, log)
    return _workspace(config, folder, log, views)


def current_model(workspace: Workspace) -> Model:
    """Load the model in use, as the views know it.

    Raises NotFoundError (none promoted yet) and ModelError (its file is missing, damaged or not the promoted one).
    """
    from monitor.classify.modelstore import load_model

    promotion = in_use(workspace.views)
    if promotion is None:
        raise NotFoundError("no model is in use; `monitor init` installs the first one, `monitor train` a better one")
    path = workspace.data_dir / MODELS_NAME / f"{promotion.model_id}.json"
    if not path.is_file() and not bring_model(workspace.log, path.parent, promotion.model_id):
        raise ModelError(f"{path}: the model in use is missing; restore the file, or `monitor models rollback`")
    return load_model(path)
