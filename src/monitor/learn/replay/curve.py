"""The weekly curve of a simulation as SVG: plots published and found, one polyline each. Text in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

WIDTH, HEIGHT, MARGIN = 640, 320, 48


def curve_svg(weekly: Sequence[Mapping[str, Any]], plots_total: int) -> str:
    """Return an SVG of the plots seen and found at the end of each week."""
    seen = [int(week["plots_seen"]) for week in weekly]
    found = [int(week["plots_found"]) for week in weekly]
    top = max(1, plots_total)
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<path d="M{MARGIN} {MARGIN // 2}V{HEIGHT - MARGIN}H{WIDTH - MARGIN // 2}" fill="none" stroke="black"/>',
        f'<text x="{MARGIN - 8}" y="{MARGIN // 2 + 4}" text-anchor="end">{top}</text>',
        f'<text x="{MARGIN - 8}" y="{HEIGHT - MARGIN + 4}" text-anchor="end">0</text>',
        f'<text x="{MARGIN}" y="{HEIGHT - 16}">week 1</text>',
        f'<text x="{WIDTH - MARGIN // 2}" y="{HEIGHT - 16}" text-anchor="end">week {len(weekly)}</text>',
        _line(seen, top, "#888888"),
        _line(found, top, "#005ea8"),
        f'<text x="{MARGIN + 12}" y="{MARGIN // 2 + 12}" fill="#888888">plots published</text>',
        f'<text x="{MARGIN + 12}" y="{MARGIN // 2 + 28}" fill="#005ea8">plots shown to the reviewer</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _line(values: Sequence[int], top: int, colour: str) -> str:
    across = (WIDTH - MARGIN - MARGIN // 2) / max(1, len(values) - 1)
    down = (HEIGHT - MARGIN - MARGIN // 2) / top
    points = " ".join(
        f"{MARGIN + place * across:.1f},{HEIGHT - MARGIN - value * down:.1f}" for place, value in enumerate(values)
    )
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
