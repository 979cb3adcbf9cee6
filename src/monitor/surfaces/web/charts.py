"""Small inline SVG charts: numbers in, markup out. Labels are escaped; colours come from the style sheet by class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from markupsafe import Markup

WIDTH, HEIGHT, PAD = 320, 90, 4
WIDE, TALL = 640, 14  # the picture of a story: units wide, dots above each other


def line_chart(points: Sequence[tuple[str, float]], title: str, *, top: float = 1.0) -> Markup:
    """Return a line over equally spaced points of 0..top; an empty chart says so."""
    if not points:
        return Markup("<p>No figures yet.</p>")
    step = (WIDTH - 2 * PAD) / max(1, len(points) - 1)
    spots = [
        (PAD + i * step, HEIGHT - PAD - (HEIGHT - 2 * PAD) * min(1.0, max(0.0, value / top)))
        for i, (_, value) in enumerate(points)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"><title>{escape(name)}: {value:.2f}</title></circle>'
        for (x, y), (name, value) in zip(spots, points, strict=True)
    )
    words = escape(f"{title}: from {points[0][1]:.2f} ({points[0][0]}) to {points[-1][1]:.2f} ({points[-1][0]})")
    return Markup(  # noqa: S704 - every variable part is a number or escaped
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{words}">'
        f'<polyline fill="none" points="{line}"/>{dots}</svg>'
    )


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
