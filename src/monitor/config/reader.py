"""Typed values out of the keys of feeds.yaml, with a line number for every fault.

Imported only when the file is parsed: a tick reads the compiled configuration. The tree comes from yamltree.py, the
shape of the settings from settings.py; which keys a feed has is load.py's.
"""

from __future__ import annotations

import difflib
import re
from urllib.parse import urlsplit

from monitor.config.settings import WEEKDAYS, Digest, Schedule, Settings, Web
from monitor.config.yamltree import Mapping, Node, Scalar, Sequence, YamlFault

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$")
_TIME = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d$")
_HOST_PORT = re.compile(r"(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$")
_BAD_IN_URL = re.compile(r"[\x00-\x20\x7f\\<>\"{}|^`]")
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
_MAX_URL = 2048


class Reader:
    """Typed values out of one mapping; each fault goes to `problems` with its line, and a default comes back."""

    def __init__(self, mapping: Mapping, keys: tuple[str, ...], what: str, problems: list[YamlFault]) -> None:
        self._mapping = mapping
        self._what = what
        self._problems = problems
        for key, (line, _) in mapping.items.items():
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1, cutoff=0.6)
                hint = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(keys)}"
                self._note(line, f'unknown key "{key[:60]}" in {what} ({hint})')

    def node(self, key: str) -> Node | None:
        """Return the value of a key, None where it is missing."""
        found = self._mapping.items.get(key)
        return found[1] if found else None

    def mapping(self, key: str) -> Mapping | None:
        """Return a nested mapping; an empty value counts as none."""
        node = self.node(key)
        if node is None or isinstance(node, Mapping):
            return node
        if not (isinstance(node, Scalar) and not node.text):
            self._note(node.line, f"{key}: expected keys and values")
        return None

    def text(self, key: str, default: str = "", *, required: bool = False, max_length: int = 500) -> str:
        """Return a text on one line."""
        scalar = self._scalar(key)
        if scalar is None or not scalar.text.strip():
            if required:
                self._note(scalar.line if scalar else self._mapping.line, f"{self._what} has no `{key}`")
            return default
        text = scalar.text.strip()
        if len(text) > max_length:
            self._note(scalar.line, f"{key}: {len(text)} characters; at most {max_length}")
        elif not text.isprintable():
            self._note(scalar.line, f"{key}: control characters or line breaks are not allowed")
        return text

    def texts(self, key: str) -> list[str]:
        """Return a list of texts."""
        node = self.node(key)
        if node is None:
            return []
        items = node.items if isinstance(node, Sequence) else []
        if not isinstance(node, Sequence) or not all(isinstance(item, Scalar) for item in items):
            self._note(node.line, f"{key}: expected a list of texts")
            return []
        return [item.text.strip() for item in items if isinstance(item, Scalar)]

    def number(self, key: str, default: int | None, low: int, high: int) -> int | None:
        """Return a whole number between `low` and `high`."""
        scalar = self._scalar(key)
        if scalar is None:
            return default
        text = scalar.text.strip().replace("_", "")
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            self._note(scalar.line, f'{key}: expected a whole number, found "{scalar.text[:60]}"')
        elif not low <= int(text) <= high:
            self._note(scalar.line, f"{key}: {text} is not between {low} and {high}")
        else:
            return int(text)
        return default

    def seconds(self, key: str, default: float, low: float, high: float) -> float:
        """Return a number of seconds, fractions allowed."""
        scalar = self._scalar(key)
        if scalar is None:
            return default
        if not re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", scalar.text.strip()):
            self._note(scalar.line, f'{key}: expected seconds, found "{scalar.text[:60]}"')
        elif not low <= float(scalar.text) <= high:
            self._note(scalar.line, f"{key}: {scalar.text} is not between {low:g} and {high:g}")
        else:
            return float(scalar.text)
        return default

    def flag(self, key: str) -> bool:
        """Return true or false."""
        scalar = self._scalar(key)
        word = scalar.text.strip().lower() if scalar else "false"
        if scalar and word not in _TRUE + _FALSE:
            self._note(scalar.line, f'{key}: expected true or false, found "{scalar.text[:60]}"')
        return word in _TRUE

    def url(self, key: str, *, required: bool = False, schemes: tuple[str, ...] = ("http", "https")) -> str:
        """Return an address that may be fetched."""
        text = self.text(key, required=required, max_length=_MAX_URL)
        fault = url_fault(text, schemes) if text else ""
        if fault:
            self._note(self._line(key), f"{key}: {fault}")
        return text

    def slug(self, key: str) -> str:
        """Return a short id."""
        return self._matching(key, _SLUG, "expected 1 to 40 of a-z, 0-9 and -")

    def language(self, key: str) -> str:
        """Return a language tag."""
        return self._matching(key, _LANGUAGE, "expected a language code such as en, fa or pt-BR")

    def country(self, key: str) -> str:
        """Return a country code; `NO` is Norway."""
        return self._matching(key, re.compile(r"[A-Z]{2}$"), "expected a two-letter country code such as PE or NO")

    def time(self, key: str, default: str) -> str:
        """Return a time of day, HH:MM; an empty value switches the job off."""
        scalar = self._scalar(key)
        if scalar is None:
            return default
        if not scalar.text.strip():
            return ""
        return self._matching(key, _TIME, "expected a time of day such as 06:00").zfill(5)

    def host_ports(self, key: str) -> list[str]:
        """Return a list of host:port."""
        found = self.texts(key)
        for text in found:
            match = _HOST_PORT.match(text)
            if not match or not 0 < int(match[1]) < 65536:
                self._note(self._line(key), f'{key}: expected host:port, found "{text[:60]}"')
        return found

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Return one of some words, the first where nothing is given."""
        text = self.text(key, choices[0], max_length=100)
        if text not in choices:
            self._note(self._line(key), f'{key}: expected one of {", ".join(choices)}, found "{text[:60]}"')
            return choices[0]
        return text

    def _matching(self, key: str, pattern: re.Pattern[str], expected: str) -> str:
        text = self.text(key, max_length=100)
        if text and not pattern.match(text):
            self._note(self._line(key), f'{key}: {expected}, found "{text[:60]}"')
            return ""
        return text

    def _scalar(self, key: str) -> Scalar | None:
        node = self.node(key)
        if node is None or isinstance(node, Scalar):
            return node
        self._note(node.line, f"{key}: expected one value, found {'a list' if isinstance(node, Sequence) else 'keys'}")
        return None

    def _line(self, key: str) -> int:
        return self._mapping.items[key][1].line

    def _note(self, line: int, text: str) -> None:
        self._problems.append(YamlFault(line, text))


def read_settings(mapping: Mapping | None, problems: list[YamlFault]) -> Settings:
    """Return the settings; what is not given has its default."""
    if mapping is None:
        return Settings()
    default = Settings()
    reader = Reader(mapping, tuple(Settings.__struct_fields__), "settings", problems)
    return Settings(
        interval_s=reader.number("interval_s", default.interval_s, 60, 7 * 86400) or default.interval_s,
        rows_per_day=reader.number("rows_per_day", default.rows_per_day, 1, 1000) or default.rows_per_day,
        data_dir=reader.text("data_dir", default.data_dir),
        log=reader.text("log"),
        contact=reader.text("contact"),
        user_agent=reader.text("user_agent"),
        proxy=reader.url("proxy", schemes=("http", "https", "socks5", "socks5h")),
        concurrency=reader.number("concurrency", default.concurrency, 1, 512) or default.concurrency,
        per_host=reader.number("per_host", default.per_host, 1, 16) or default.per_host,
        per_host_delay_s=reader.seconds("per_host_delay_s", default.per_host_delay_s, 0, 60),
        deadline_s=reader.seconds("deadline_s", default.deadline_s, 1, 300),
        max_bytes=reader.number("max_bytes", default.max_bytes, 1 << 16, 256 << 20) or default.max_bytes,
        audit_per_day=reader.number("audit_per_day", default.audit_per_day, 0, 1000) or 0,
        second_reading=reader.seconds("second_reading", 0.0, 0, 1),
        alert_score=reader.seconds("alert_score", 0.0, 0, 1),
        retain_unflagged_days=reader.number("retain_unflagged_days", 0, 0, 36500) or 0,
        keep_backups=reader.number("keep_backups", default.keep_backups, 1, 3660) or default.keep_backups,
        digest=_digest(reader.mapping("digest"), problems),
        web=_web(reader.mapping("web"), problems),
        schedule=_schedule(reader.mapping("schedule"), problems),
        allow_private=reader.host_ports("allow_private"),
        witness=reader.texts("witness"),
    )


def _digest(mapping: Mapping | None, problems: list[YamlFault]) -> Digest:
    if mapping is None:
        return Digest()
    reader = Reader(mapping, tuple(Digest.__struct_fields__), "digest", problems)
    return Digest(
        to=reader.texts("to"),
        sender=reader.text("sender"),
        smtp=reader.text("smtp"),
        file=reader.text("file"),
        notify=reader.texts("notify"),
    )


def _web(mapping: Mapping | None, problems: list[YamlFault]) -> Web:
    if mapping is None:
        return Web()
    reader = Reader(mapping, tuple(Web.__struct_fields__), "web", problems)
    default = Web()
    return Web(
        host=reader.text("host", default.host),
        port=reader.number("port", default.port, 1, 65535) or default.port,
        url=reader.url("url"),
    )


def _schedule(mapping: Mapping | None, problems: list[YamlFault]) -> Schedule:
    if mapping is None:
        return Schedule()
    default = Schedule()
    reader = Reader(mapping, tuple(Schedule.__struct_fields__), "schedule", problems)
    return Schedule(
        digest_at=reader.time("digest_at", default.digest_at),
        weekly_on=reader.choice("weekly_on", ("", *WEEKDAYS)),
        retrain_at=reader.time("retrain_at", default.retrain_at),
        backup_at=reader.time("backup_at", default.backup_at),
    )


def url_fault(url: str, schemes: tuple[str, ...]) -> str:
    """Return what is wrong with an address, or nothing."""
    if _BAD_IN_URL.search(url):
        return f'"{url[:80]}" holds characters no address may hold'
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f'"{url[:80]}" is no address: {error}'
    if parts.scheme.lower() not in schemes:
        return f'"{url[:80]}" does not begin with {" or ".join(f"{scheme}://" for scheme in schemes)}'
    if not parts.hostname:
        return f'"{url[:80]}" names no host'
    if port == 0:
        return f'"{url[:80]}": port 0'
    if parts.username is not None and parts.scheme.lower() in ("http", "https"):
        return "user names and passwords in addresses are not supported (they would be written to the log)"
    return ""
