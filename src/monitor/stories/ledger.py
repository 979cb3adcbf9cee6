"""The ledger of a story's sources: who reported itself, cites whom or carries wire copy; and the one count of them.

Owns `ledger_of`, which every surface shows: the count is of origins, never of papers, and in doubt the lower one.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from monitor.stories.citations import UNNAMED, cited_in, names_cited
from monitor.stories.fingerprint import fingerprint
from monitor.stories.origins import agencies, origin_of
from monitor.stories.publishers import Corroboration, Publisher, corroborate, name_of

ROLES = ("reports", "cites", "wire", "copy", "unknown")


class PrintedReport(msgspec.Struct, frozen=True):
    """One entry of a story, as far as its source goes: `family` printed it, `origin` was read when it was linked.

    `name` is what people call the publisher; without one the family's name stands.
    """

    entry_id: str
    family: str
    origin: str = ""
    title: str = ""
    text: str = ""
    name: str = ""


class SourceLine(msgspec.Struct, frozen=True):
    """How one entry stands in the ledger: `role` is one of ROLES, `of` names whom it cites, carries or copies."""

    entry_id: str
    publisher: str
    role: str
    of: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in words: `The Harbour Gazette: cites The Quay Post`."""
        words = {
            "reports": "reports itself", "cites": f"cites {', '.join(self.of) or 'a report it does not name'}",
            "wire": f"carries {', '.join(self.of)}", "copy": f"prints the text of {', '.join(self.of)}",
            "unknown": "publisher not known: counts for nothing",
        }  # fmt: skip
        return f"{self.publisher or 'unknown'}: {words[self.role]}"


class Ledger(msgspec.Struct, frozen=True):
    """A story's sources, in the order of its entries, and their count."""

    lines: tuple[SourceLine, ...]
    counts: Corroboration

    def __str__(self) -> str:
        """Say the count as every surface does."""
        return str(self.counts)


def ledger_of(reports: Sequence[PrintedReport]) -> Ledger:
    """Return the ledger of a story from its entries' publishers and words."""
    publishers, cites = [], []
    for report in reports:
        words = f"{report.title}\n{report.text}"
        origin = report.origin or (origin_of(words) if report.text or report.title else "")
        publishers.append(Publisher(report.name or name_of(report.family), report.family, origin))
        cites.append(cited_in(report.title, report.text, report.family) if report.title or report.text else ())
    prints = [fingerprint(report.title, report.text) if report.text else () for report in reports]
    counts = corroborate(publishers, prints, cites)
    lines = [_line(report, one, cited) for report, one, cited in zip(reports, publishers, cites, strict=True)]
    return Ledger(tuple(lines), counts)


def _line(report: PrintedReport, publisher: Publisher, cited: tuple[str, ...]) -> SourceLine:
    name = report.name or name_of(report.family)
    if not report.family:
        return SourceLine(report.entry_id, name, "unknown")
    if publisher.origin and publisher.origin != report.family:
        role = "wire" if publisher.origin in agencies() else "copy"
        return SourceLine(report.entry_id, name, role, (name_of(publisher.origin),))
    if cited:
        written = names_cited(report.title, report.text)
        shown = tuple(written.get(one) or name_of(one) for one in cited if one != UNNAMED)
        return SourceLine(report.entry_id, name, "cites", shown)
    return SourceLine(report.entry_id, name, "reports")
