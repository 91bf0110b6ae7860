"""Growth test of daily measurements: a fitted line, a verdict, a small chart.

Pure functions. A measurement is flat or it grows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WARM_UP = 0.2
"""Share of the days that is skipped at the start: caches fill, the allocator settles."""
LEAST_DAYS = 3
WIDTH, HEIGHT, ROOM = 240, 96, 26


@dataclass(frozen=True, slots=True)
class Measure:
    """One curve. `may_grow`: share of its mean by which it may grow over the days examined."""

    key: str
    name: str
    unit: str
    may_grow: float
    least: float
    """Smallest growth that counts, in `unit`; less is noise, whatever its share."""


MEASURES = (
    Measure("memory_kb", "server memory", "kB", 0.05, 4096),
    Measure("handles", "file handles", "", 0.05, 3),
    Measure("threads", "threads", "", 0.05, 1),
    Measure("bytes_a_ticket", "database, a ticket", "B", 0.1, 200),
    Measure("page_kb", "board page's heap", "kB", 0.1, 1024),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a curve."""

    key: str
    slope: float
    """Growth per day, in the measure's unit."""
    flat: bool
    text: str


def fitted(values: Sequence[float]) -> tuple[float, float]:
    """Return slope and mean of the least-squares line through values one step apart."""
    count = len(values)
    mean_x, mean_y = (count - 1) / 2, sum(values) / count
    below = sum((x - mean_x) ** 2 for x in range(count))
    above = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(values))
    return (above / below if below else 0.0), mean_y


def verdicts(rows: Sequence[Mapping[str, object]]) -> list[Verdict]:
    """Return a verdict for every measure, over the days after the warm-up."""
    examined = rows[int(len(rows) * WARM_UP) :]
    if len(examined) < LEAST_DAYS:
        return []
    results = []
    for measure in MEASURES:
        values = [float(str(row[measure.key])) for row in examined]
        slope, mean = fitted(values)
        grown = slope * (len(values) - 1)
        flat = grown <= max(measure.least, measure.may_grow * mean)
        word = "flat" if flat else "GROWS"
        text = (
            f"{measure.name}: {word}, mean {mean:.0f} {measure.unit}, "
            f"{slope:+.1f} {measure.unit} a day, {grown:+.0f} in {len(values)} days"
        )
        results.append(Verdict(measure.key, slope, flat, text))
    return results


def chart(rows: Sequence[Mapping[str, object]]) -> str:
    """Return small multiples as SVG, each from zero."""
    parts = []
    for place, measure in enumerate(MEASURES):
        values = [float(str(row[measure.key])) for row in rows]
        parts.append(_panel(measure, values, place % 3 * (WIDTH + 30), place // 3 * (HEIGHT + 60)))
    width, height = 3 * (WIDTH + 30), 2 * (HEIGHT + 60)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 0 {width} {height}" '
        'font-family="sans-serif" font-size="11" fill="#333">'
        f'<rect x="-10" width="{width}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _panel(measure: Measure, values: Sequence[float], x: int, y: int) -> str:
    top = max([*values, 1.0]) * 1.1
    step = WIDTH / max(1, len(values) - 1)
    points = " ".join(
        f"{x + n * step:.1f},{y + ROOM + HEIGHT * (1 - value / top):.1f}"
        for n, value in enumerate(values)
    )
    base = y + ROOM + HEIGHT
    last = f"{values[-1]:.0f} {measure.unit}".strip() if values else ""
    return (
        f'<text x="{x}" y="{y + 16}">{escape(measure.name)}: {last}</text>'
        f'<path d="M{x} {base}h{WIDTH}" stroke="#999"/>'
        f'<polyline points="{points}" fill="none" stroke="#15628f" stroke-width="1.5"/>'
        f'<text x="{x}" y="{base + 14}">day 1</text>'
        f'<text x="{x + WIDTH}" y="{base + 14}" text-anchor="end">{len(values)}</text>'
    )
