"""Backing up and restoring a data folder: log, anchors and the model in use; the same for cron and the service.

Owns which copies are kept: the newest seven that were made without a name of their own. A copy a person named stays.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from monitor.config.settings import Settings
from monitor.errors import InputError, LogBrokenError
from monitor.log.codec import iso
from monitor.log.events import ModelPromoted
from monitor.log.keep.backup import Copy, backup_log, prune, sweep_partial
from monitor.log.keep.restore import Restored, restore_log
from monitor.log.proof.anchors import write_marker
from monitor.log.proof.checkpoints import key_missing, sign_checkpoint
from monitor.log.sqlite.store import open_log
from monitor.log.store import EventStore, LogStore
from monitor.worker.setup import bring_model

BACKUPS_NAME, MODELS_NAME = "backups", "models"
SHARED = "the log is in PostgreSQL: back it up there (docs/scaling.md), or `monitor log copy FILE` makes a log.db of it"


def back_up(log: LogStore, now: datetime, target: Path | None = None, *, keep: int = Settings().keep_backups) -> Copy:
    """Sign the head, copy the log, verify the copy, take the model along; without a target, `keep` the newest copies.

    Raises LogBrokenError where the log does not verify: the older copies are kept then, and appending stops. Raises
    InputError for a log in PostgreSQL.
    """
    if not log.path.is_file():  # the place of a log that is kept elsewhere
        raise InputError(SHARED)
    if not key_missing(log):
        sign_checkpoint(log, recorded_at=iso(now))
    own = log.path.parent / BACKUPS_NAME
    if target is None:
        own.mkdir(parents=True, exist_ok=True)
        own.chmod(0o700)
        sweep_partial(own)
    try:
        made = backup_log(log, target or own, at=iso(now) if target is None else "")
    except LogBrokenError as error:
        write_marker(log.path, str(error))
        raise
    _copy_model(log, log.path.parent / MODELS_NAME, Path(made.path).parent / MODELS_NAME)
    if target is None:
        prune(own, keep)
    return made


def put_back(
    backup: Path, path: Path, now: datetime, *, give_up_events: bool = False, other_log: bool = False
) -> tuple[Restored, str]:
    """Restore the log at `path` and the model it uses; return what was done and the model that is missing, if any."""
    done = restore_log(backup, path, recorded_at=iso(now), give_up_events=give_up_events, other_log=other_log)
    log = open_log(path, read_only=True)
    try:
        return done, _copy_model(log, backup.parent / MODELS_NAME, path.parent / MODELS_NAME)
    finally:
        log.close()


def model_missing(path: Path) -> str:
    """Install the shipped model where the log at `path` uses it; return the id of another one that is not here."""
    log = open_log(path, read_only=True)
    try:
        models = path.parent / MODELS_NAME
        return _copy_model(log, models, models)
    finally:
        log.close()


def _copy_model(log: EventStore, source: Path, target: Path) -> str:
    """Copy the file of the model in use; return its id where it is in neither place."""
    promoted = log.last_keyed("model-promoted")
    if promoted is None or not isinstance(promoted.data, ModelPromoted):
        return ""
    name = f"{promoted.data.model_id}.json"
    if (target / name).exists():
        return ""
    if not (source / name).is_file():
        return "" if bring_model(log, target, promoted.data.model_id) else promoted.data.model_id
    target.mkdir(parents=True, exist_ok=True)
    temporary = target / f"{name}.new"
    shutil.copyfile(source / name, temporary)
    temporary.replace(target / name)
    return ""
