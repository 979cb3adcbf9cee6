"""Writing the casebook as a folder of plain files: pages, downloads, a feed of changes. No script, nothing remote.

The folder is written beside the old one and put in its place when whole; nothing in it depends on the clock.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitor.errors import InputError, MonitorError, StorageError
from monitor.facts.names import state_name
from monitor.log.proof.inclusion import prove
from monitor.log.store import LogStore
from monitor.surfaces import safe
from monitor.surfaces.casebook import downloads
from monitor.surfaces.casebook.cases import NAMES, Case, Casebook, month_of
from monitor.surfaces.web.wording import moment

HERE = Path(__file__).parent
MARK = "casebook.json"  # a folder with this file is one of ours and may be replaced
FEED_ITEMS = 100
NO_STATE, NO_TARGET = "no state confirmed", "no target confirmed"


class Site(msgspec.Struct, frozen=True):
    """What the site is called, where it will stand (empty: no feed of changes), and what readers may write to."""

    title: str = "Casebook of alleged state-linked plots"
    url: str = ""
    contact: str = ""


def build(book: Casebook, folder: Path, site: Site, proofs_from: LogStore | None = None) -> int:
    """Write the site; return how many files. Raises InputError for a folder that holds something else, StorageError."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise InputError(f"{folder} holds something else than a casebook; name an empty or a new folder")
    files = render(book, site) | (_proofs(book, proofs_from) if proofs_from else {})
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        for name, content in files.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}") from error
    return len(files)


def render(book: Casebook, site: Site) -> dict[str, bytes]:
    """Return every file of the site by its name."""
    files = {name: text.encode() for name, text in _pages(book, site).items()}
    files["style.css"] = (HERE / "style.css").read_bytes()
    files["cases.csv"] = downloads.cases_csv(book).encode()
    files["reports.csv"] = downloads.reports_csv(book).encode()
    files["cases.jsonl"] = downloads.cases_jsonl(book)
    files["schema.json"] = _json(downloads.schema())
    files["cases.stix.json"] = _json(downloads.cases_stix(book))
    files["codebook.json"] = _json(downloads.codebook())
    files[MARK] = _json({"position": book.position, "head": book.head, "at": book.at, "n_cases": len(book.cases)})
    if site.url:
        files["changes.xml"] = changes_rss(book, site).encode()
    return files


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"


def _pages(book: Casebook, site: Site) -> dict[str, str]:
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    pages.filters.update(line=safe.line, moment=moment, page=page_of)
    common = {"book": book, "site": site, "names": NAMES}

    def render_page(name: str, **values: object) -> str:
        return pages.get_template(name).render(**common, **values)

    found = {
        "index.html": render_page("index.html", root="", months=_months(book)),
        "timeline.html": render_page("timeline.html", root="", months=_months(book)),
        "method.html": render_page("method.html", root="", codebook=downloads.codebook()),
        "states.html": _grouped(render_page, book, "linked_states", "By state", state_name, NO_STATE),
        "targets.html": _grouped(render_page, book, "target_types", "By target", str, NO_TARGET),
    }
    found |= {page_of(case): render_page("case.html", root="../", case=case) for case in book.cases}
    return found


def page_of(case: Case) -> str:
    """Return the address of a case's page, which never changes."""
    return f"case/{case.case_id}.html"


def _grouped(
    render_page: Callable[..., str], book: Casebook, field: str, title: str, name_of: Callable[[str], str], none: str
) -> str:
    counts = Counter(code for case in book.confirmed for code in case.codes(field))
    groups = [
        (code, name_of(code), [case for case in book.confirmed if code in case.codes(field)])
        for code, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    without = [case for case in book.confirmed if not case.codes(field)]
    groups += [("none", none, without)] if without else []
    return render_page("grouped.html", root="", title=title, groups=groups)


def _months(book: Casebook) -> list[tuple[str, list[Case]]]:
    months: dict[str, list[Case]] = {}
    for case in book.confirmed:
        months.setdefault(month_of(case.first_reported_at), []).append(case)
    return list(months.items())


def changes_rss(book: Casebook, site: Site) -> str:
    """Return the newest changes of all cases as RSS 2.0."""
    base = site.url.rstrip("/")
    changes = sorted(
        ((change, case) for case in book.cases for change in case.changes), key=lambda item: -item[0].event.position
    )[:FEED_ITEMS]
    items = "".join(
        f"<item><title>{escape(case.name)}</title><link>{escape(f'{base}/{page_of(case)}')}</link>"
        f'<guid isPermaLink="false">{escape(case.case_id)}-{change.event.position}</guid>'
        f"<pubDate>{_rfc822(change.event.at)}</pubDate><description>{escape(change.what)}</description></item>\n"
        for change, case in changes
    )
    built = f"<lastBuildDate>{_rfc822(book.at)}</lastBuildDate>" if book.at else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{escape(site.title)}: changes</title><link>{escape(base)}/</link>"
        f"<description>What was confirmed, corrected or withdrawn.</description>{built}"
        f'<atom:link href="{escape(base)}/changes.xml" rel="self" type="application/rss+xml"/>\n'
        f"{items}</channel></rss>\n"
    )


def _rfc822(at: str) -> str:
    return format_datetime(datetime.fromisoformat(at))


def _proofs(book: Casebook, log: LogStore) -> dict[str, bytes]:
    """Return a proof file for each event that a page names and a signed checkpoint covers."""
    positions = {change.event.position for case in book.cases for change in case.changes}
    positions |= {report.event.position for case in book.cases for report in case.reports}
    found = {}
    for position in sorted(positions):
        try:
            found[f"proof/{position}.json"] = _json(prove(log, position))
        except MonitorError:  # no signature covers it yet; the page says how to ask
            continue
    return found
