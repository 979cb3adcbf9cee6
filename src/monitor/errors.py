"""Every error a person can meet, and the exit code it ends a command with.

MonitorError
├── ConfigError          3  feeds.yaml or a setting is wrong; `problems` lists every line
├── NotFoundError        4  no such entry, story, feed, model or event
├── AlreadyRunningError  5  another tick holds the lock
├── LogError             6
│   ├── LogBrokenError   6  the chain, an anchor or a row does not verify
│   └── KeyConflictError 6  the same key with other content
├── StorageError         7  disk full, read-only folder, I/O error
├── ModelError           8  a model file is damaged, foreign or refused
├── InputError           9  a file given to a filter or an import cannot be read
├── NoFeedWorkedError   10  no feed that was due could be reached (is the network up?)
├── StaleViewError      11  a decision was made on an outdated view
└── MissingExtraError   12  an optional package is not installed

Exit codes 0 (done), 1 (done, and what was checked is not well) and 2 (wrong usage) have no exception.
This module owns the tree; printing is the surfaces' job.
"""

from __future__ import annotations


class MonitorError(Exception):
    """An error with a message fit for a person: what is wrong, where, and what to do."""

    exit_code = 1


class ConfigError(MonitorError):
    """The configuration is wrong; `problems` holds one `file:line: text` per fault."""

    exit_code = 3

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class NotFoundError(MonitorError):
    """What was asked for is not in the log."""

    exit_code = 4


class AlreadyRunningError(MonitorError):
    """Another process holds the lock."""

    exit_code = 5


class LogError(MonitorError):
    """The event log refused."""

    exit_code = 6


class LogBrokenError(LogError):
    """The log does not verify; `position` is the first bad one (0: an anchor or the file as a whole)."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


class KeyConflictError(LogError):
    """An event with this key exists and says something else."""


class StorageError(MonitorError):
    """The disk is full, the folder is read-only, or an I/O call failed."""

    exit_code = 7


class ModelError(MonitorError):
    """A model file was refused; the model in use stays."""

    exit_code = 8


class InputError(MonitorError):
    """A file given to a filter or an import cannot be read."""

    exit_code = 9


class NoFeedWorkedError(MonitorError):
    """No feed that was due could be reached: there seems to be no network."""

    exit_code = 10


class StaleViewError(MonitorError):
    """The row has changed since the reviewer saw it."""

    exit_code = 11


class MissingExtraError(MonitorError):
    """An optional package is not installed; `what` needs the extra named `extra`."""

    exit_code = 12

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra `{extra}`: {install_hint(extra)}")


def install_hint(extra: str) -> str:
    """Return how an extra is brought in: in a checkout, or with the wheel that was installed."""
    return f"run `python3 dev.py setup` in the checkout, or install the wheel again as 'plotwatch-….whl[{extra}]'"
