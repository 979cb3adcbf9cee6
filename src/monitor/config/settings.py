"""The settings of an installation and their defaults. How they are read and checked is reader.py's."""

from __future__ import annotations

import msgspec

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Digest(msgspec.Struct, frozen=True):
    """The daily digest: where it goes. Empty `to` and `file`: it is not sent."""

    to: list[str] = []
    sender: str = ""
    smtp: str = ""
    file: str = ""
    notify: list[str] = []


class Web(msgspec.Struct, frozen=True):
    """The triage page. `url`: the address at which people reach it, for links in digests and alerts."""

    host: str = "127.0.0.1"
    port: int = 8765
    url: str = ""


class Schedule(msgspec.Struct, frozen=True):
    """When `monitor run` does its daily work: HH:MM in UTC; empty: never."""

    digest_at: str = "06:00"
    weekly_on: str = ""  # monday … sunday: the weekly report goes out with that day's digest
    retrain_at: str = "03:00"
    backup_at: str = "02:00"


class Settings(msgspec.Struct, frozen=True):
    """The settings of an installation, with their defaults."""

    interval_s: int = 1800
    rows_per_day: int = 10
    data_dir: str = "data"
    log: str = ""  # postgresql://…: the event log is there, shared; else log.db in the data folder
    contact: str = ""
    user_agent: str = ""
    proxy: str = ""
    concurrency: int = 48
    per_host: int = 2
    per_host_delay_s: float = 0.0
    deadline_s: float = 30.0
    max_bytes: int = 16 << 20
    audit_per_day: int = 2
    alert_score: float = 0.0
    second_reading: float = 0.0
    retain_unflagged_days: int = 0
    keep_backups: int = 7
    digest: Digest = Digest()
    web: Web = Web()
    schedule: Schedule = Schedule()
    allow_private: list[str] = []
    witness: list[str] = []
