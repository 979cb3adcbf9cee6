"""Small inline SVG charts: numbers in, markup out. Labels are escaped; colours come from the style sheet by class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from markupsafe import Markup

WIDE, TALL = 640, 14  # the picture of a story: units wide, dots above each other


def bar(share: float, title: str) -> Markup:
    """Return a horizontal bar for a share of 0..1."""
    width = 100 * min(1.0, max(0.0, share))
    return Markup(  # noqa: S704 - a number and an escaped title
        f'<svg class="bar" viewBox="0 0 100 8" role="img" aria-label="{escape(title)}" preserveAspectRatio="none">'
        f'<rect class="ground" width="100" height="8"/><rect class="part" width="{width:.1f}" height="8"/></svg>'
    )


def dot_chart(days: Sequence[tuple[str, int, int]], title: str) -> Markup:
    """Return reports over time: one dot a report, full where first-hand, a ring where it repeats another.

    `days` are (ISO day, first-hand, copies), oldest first. At most TALL dots stand above each other.
    """
    first, last = (date.fromisoformat(day[0]) for day in (days[0], days[-1]))
    span = max(1, (last - first).days)
    marks, height = [], 22 + 9 * min(TALL, max(own + copies for _, own, copies in days))
    for day, own, copies in days:
        x = 12 + (date.fromisoformat(day) - first).days * (WIDE - 24) / span
        for number in range(min(TALL, own + copies)):
            kind = "own" if number < own else "copy"
            marks.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{height - 24 - number * 9}" r="3.4"/>')
    ends = (
        f'<text x="4" y="{height - 2}">{first.day}.{first.month}.{first.year}</text>'
        f'<text x="{WIDE - 4}" y="{height - 2}" text-anchor="end">{last.day}.{last.month}.{last.year}</text>'
    )
    return Markup(  # noqa: S704 - every variable part is a number or escaped
        f'<svg class="dots" viewBox="0 0 {WIDE} {height}" role="img" aria-label="{escape(title)}">'
        f'<path class="axis" d="M4 {height - 15}H{WIDE - 4}"/>{"".join(marks)}{ends}</svg>'
    )
