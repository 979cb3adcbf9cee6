"""Small inline SVG charts: numbers in, markup out. Labels are escaped; colours come from the style sheet by class."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

WIDTH, HEIGHT, PAD = 320, 90, 4


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
