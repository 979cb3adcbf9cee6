"""The overview's pictures: inline SVG with axes and direct labels. Numbers in, markup out; colours are classes.

Each has a sentence with the numbers that matter as its text alternative; the page sets a table beside each.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from monitor.learn.calibrate import Band
from monitor.surfaces.web.tiles import TILES
from monitor.surfaces.web.wording import MONTHS
from monitor.triage.overview import Place

BAR_W, BAR_H = 164, 84  # a small multiple, in units; text is 11 units high and never scaled below that
CURVE_W, CURVE_H = 440, 200
TILE = 28


def _svg(kind: str, width: int, height: int, words: str, inside: str) -> Markup:
    return Markup(  # noqa: S704 - every variable part is a number or escaped
        f'<svg class="figure {kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(words)}">{inside}</svg>'
    )


def month_bars(name: str, months: Sequence[str], counts: Sequence[int], top: int) -> Markup:
    """Return a bar a month (ISO `2026-01`) of 0..top, the scale shared by all of a row."""
    top = max(1, top)
    floor, left = BAR_H - 18, 16
    step = (BAR_W - left) / len(counts)
    ticks = sorted({top, top // 2} - {0})
    marks = [
        f'<path class="grid" d="M{left} {floor - tick * (floor - 14) / top:.1f}H{BAR_W}"/>'
        f'<text x="0" y="{floor - tick * (floor - 14) / top + 4:.1f}">{tick}</text>'
        for tick in ticks
    ]
    for number, count in enumerate(counts):
        high = count * (floor - 14) / top
        marks.append(
            f'<rect class="data" x="{left + number * step + 1:.1f}" y="{floor - high:.1f}" width="{step - 2:.1f}" '
            f'height="{high:.1f}"><title>{months[number]}: {count}</title></rect>'
        )
    first, last = _month(months[0]), _month(months[-1])
    marks.append(f'<path class="axis" d="M{left} {floor}H{BAR_W}"/><text x="{left}" y="{BAR_H - 4}">{first}</text>')
    marks.append(f'<text x="{BAR_W}" y="{BAR_H - 4}" text-anchor="end">{last}</text>')
    most = max(range(len(counts)), key=lambda number: counts[number])
    noun = "plot" if sum(counts) == 1 else "plots"
    words = f"{name}: {sum(counts)} alleged {noun} from {months[0]} to {months[-1]}"
    words += f", most in {months[most]}: {counts[most]}." if any(counts) else "."
    return _svg("months", BAR_W, BAR_H, words, "".join(marks))


def _month(iso: str) -> str:
    """Return a month in short: `Feb 2025`."""
    return f"{MONTHS[int(iso[5:7]) - 1][:3]} {iso[:4]}"


def promise_chart(bands: Sequence[Band]) -> Markup:
    """Return the words of likelihood: the range each promises, and the share of its rows that were plots."""
    left, right, step = 6, 284, 42
    floor = 8 + step * len(bands)

    def x(share: float) -> float:
        return left + (right - left) * min(1.0, max(0.0, share))

    marks = "".join(f'<path class="grid" d="M{x(tick):.0f} 22V{floor}"/>' for tick in (0, 0.25, 0.5, 0.75, 1))
    for number, band in enumerate(bands):
        y, share = 8 + step * number + 28, band.n_plots / band.n_answers
        kind = "line" if band.holds else "broken"
        marks += (
            f'<text x="{left}" y="{y - 13:.1f}">{escape(band.word)}</text>'
            f'<rect class="range" x="{x(band.low):.1f}" y="{y - 8:.1f}" width="{x(band.high) - x(band.low):.1f}" '
            f'height="16"/><path class="{kind}" d="M{x(band.least):.1f} {y:.1f}H{x(band.most):.1f}"/>'
            f'<circle class="data" cx="{x(share):.1f}" cy="{y:.1f}" r="4"/>'
            f'<text x="{right}" y="{y - 13:.1f}" text-anchor="end">{band.n_plots} of {band.n_answers}</text>'
        )
    marks += f'<path class="axis" d="M{left} {floor}H{right}"/>'
    for tick in (0, 50, 100):
        unit = " %" if tick == 100 else ""
        marks += f'<text x="{x(tick / 100):.0f}" y="{floor + 15}" text-anchor="middle">{tick}{unit}</text>'
    words = "; ".join(
        f"{band.word}: promises {band.low:.0%} to {band.high:.0%}, {band.n_plots} of {band.n_answers} rows were plots"
        for band in bands
    )
    return _svg("promise", 300, floor + 20, f"{words}.", marks)


def tile_map(places: Sequence[Place]) -> Markup:
    """Return the world as tiles, a country each at its rough place, shaded by its number of plots."""
    counts = {place.code: place.n_plots for place in places}
    most = max(3, *counts.values()) if counts else 3
    marks = ""
    for row, line in enumerate(TILES):
        for column, code in enumerate(line):
            if code == "..":
                continue
            n, x, y = counts.get(code, 0), column * TILE, row * TILE
            shade = f"t{1 + (3 * n > most) + (3 * n > 2 * most)}" if n else "t0"
            marks += f'<rect class="{shade}" x="{x + 1}" y="{y + 1}" width="{TILE - 2}" height="{TILE - 2}"/>'
            middle = x + TILE / 2
            marks += (
                f'<text class="{shade}" x="{middle:.0f}" y="{y + (12 if n else 17)}" text-anchor="middle">{code}</text>'
            )
            if n:
                marks += f'<text class="{shade} n" x="{middle:.0f}" y="{y + 23}" text-anchor="middle">{n}</text>'
    named = ", ".join(f"{place.name} {place.n_plots}" for place in places) or "none"
    return _svg("tiles", TILE * len(TILES[0]), TILE * len(TILES), f"Alleged plots by country: {named}.", marks)


def count_bar(n: int, most: int) -> Markup:
    """Return a bar of 0..most beside which the number stands in the text."""
    width = 120 * n / max(1, most)
    return Markup(  # noqa: S704 - numbers
        f'<svg class="figure tally" viewBox="0 0 120 12" width="120" height="12" aria-hidden="true">'
        f'<rect class="data" y="2" width="{width:.1f}" height="8"/></svg>'
    )


def sparkline(name: str, days: Sequence[str], counts: Sequence[int | None]) -> Markup:
    """Return entries a day as thin bars; a day with none is a mark on the floor, one before the feed's time empty."""
    top = max(1, *(count or 0 for count in counts))
    marks = []
    for number, count in enumerate(counts):
        if count:
            high = max(1.5, 18 * count / top)
            marks.append(f'<rect class="data" x="{number * 4}" y="{20 - high:.1f}" width="3" height="{high:.1f}"/>')
        elif count == 0:
            marks.append(f'<rect class="none" x="{number * 4}" y="19" width="3" height="1"/>')
    n_silent = sum(count == 0 for count in counts)
    words = f"{name}: {sum(count or 0 for count in counts)} entries from {days[0]} to {days[-1]}"
    words += f", at most {max(count or 0 for count in counts)} a day, {n_silent} days without any."
    return _svg("spark", 4 * len(counts), 20, words, "".join(marks))


def calendar(names: Sequence[str], days: Sequence[str], cells: Sequence[Sequence[str]]) -> Markup:
    """Return feeds by days: a full square, a half where entries may lack, crossed where nothing was read, none before.

    `cells` hold full, half, gap or "" for each feed and day. Names stand in the table beside it, in the same order.
    """
    marks = []
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            x, y = column * 15, 16 + row * 15
            if cell == "full":
                marks.append(f'<rect class="data" x="{x}" y="{y}" width="12" height="12"/>')
            elif cell == "half":
                marks.append(f'<rect class="edge" x="{x + 0.5}" y="{y + 0.5}" width="11" height="11"/>')
                marks.append(f'<path class="data" d="M{x} {y + 12}V{y}L{x + 12} {y + 12}Z"/>')
            elif cell == "gap":
                marks.append(f'<rect class="edge" x="{x + 0.5}" y="{y + 0.5}" width="11" height="11"/>')
                marks.append(f'<path class="cross" d="M{x + 2} {y + 2}l8 8m0-8l-8 8"/>')
    width = 15 * len(days)
    marks.append(
        f'<text x="0" y="10">{days[0][5:]}</text><text x="{width}" y="10" text-anchor="end">{days[-1][5:]}</text>'
    )
    flat = [cell for line in cells for cell in line]
    words = f"{len(names)} feeds over {len(days)} days: {flat.count('full')} feed-days proven, "
    words += f"{flat.count('half')} in part, {flat.count('gap')} not read."
    return _svg("calendar", width, 18 + 15 * len(cells), words, "".join(marks))


def interval_bar(low: float, value: float, high: float, words: str) -> Markup:
    """Return an estimate with its interval on an axis from 0 to 100 %."""
    left, right, y = 8, 312, 22

    def x(share: float) -> float:
        return left + (right - left) * min(1.0, max(0.0, share))

    marks = f'<path class="axis" d="M{left} {y + 14}H{right}"/>'
    for tick in (0, 50, 100):
        anchor = {0: "start", 50: "middle", 100: "end"}[tick]
        unit = " %" if tick == 100 else ""
        marks += f'<text x="{x(tick / 100):.0f}" y="{y + 30}" text-anchor="{anchor}">{tick}{unit}</text>'
    marks += f'<rect class="range" x="{x(low):.1f}" y="{y - 6}" width="{max(1.0, x(high) - x(low)):.1f}" height="12"/>'
    marks += f'<circle class="data" cx="{x(value):.1f}" cy="{y}" r="5"/>'
    return _svg("interval", 320, 56, words, marks)


def learning_curve(points: Sequence[tuple[str, int, float, float]]) -> Markup:
    """Return held-out recall and average precision by labels: (day, labels, recall, precision), oldest first.

    Shares run from 0 to 100 %, never cut; models stand at their number of labels.
    """
    left, floor, top, right = 44, CURVE_H - 34, 14, CURVE_W - 118
    most = max(1, *(labels for _, labels, _, _ in points))

    def at(labels: int, share: float) -> tuple[float, float]:
        return left + (right - left) * labels / most, floor - (floor - top) * min(1.0, max(0.0, share))

    marks = ""
    for tick in (0, 50, 100):
        y = at(0, tick / 100)[1]
        marks += f'<path class="grid" d="M{left} {y:.1f}H{right}"/>'
        marks += f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{tick}{" %" if tick == 100 else ""}</text>'
    marks += f'<path class="axis" d="M{left} {floor}H{right}"/><text x="{left}" y="{floor + 16}">0</text>'
    marks += f'<text x="{right}" y="{floor + 16}" text-anchor="end">{most} labels</text>'
    lines = [
        [at(labels, share) for _, labels, share, _ in points],
        [at(labels, share) for _, labels, _, share in points],
    ]
    ends = [spots[-1][1] for spots in lines]
    apart = 0.0 if abs(ends[0] - ends[1]) >= 14 else 7.0
    for number, (name, kind) in enumerate((("plots found", "one"), ("average precision", "two"))):
        spots = lines[number]
        marks += f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in spots)}"/>'
        marks += "".join(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in spots)
        upper = ends[number] < ends[1 - number] or (ends[0] == ends[1] and number == 0)
        marks += f'<text x="{right + 8}" y="{ends[number] + 4 + (-apart if upper else apart):.1f}">{name}</text>'
    first, last = points[0], points[-1]
    words = f"Held-out plots found: {first[2]:.0%} with {first[1]} labels, {last[2]:.0%} with {last[1]}; "
    words += f"average precision {first[3]:.0%}, then {last[3]:.0%}."
    return _svg("curve", CURVE_W, CURVE_H, words, marks)
