"""Targets of the benchmarks, measured figures, and their output as table, JSON and chart.

Pure: no clock, and no files except the one to write. A figure is judged by `value`: a ratio to a
reference of the same run, or an amount where the target is an amount.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape


@dataclass(frozen=True, slots=True)
class Target:
    """Target of one figure: `value` at most (or at least) `bound`, in `unit`."""

    name: str
    what: str
    bound: float
    unit: str = "×"
    at_most: bool = True

    @property
    def text(self) -> str:
        """The target in words."""
        return f"{'≤' if self.at_most else '≥'} {self.bound:g} {self.unit}"

    def met(self, value: float) -> bool:
        """Return True if a value meets the target."""
        return value <= self.bound if self.at_most else value >= self.bound


TARGETS = (
    Target("board-idle", "call → last of 200 boards, p99, idle", 2),
    Target("board-busy", "the same while kiosks issue 64 tickets/s", 3),
    Target("tickets", "durable tickets/s in process, 32 callers", 2, at_most=False),
    Target("tickets-slow", "the same where each sync takes 4 ms", 8, at_most=False),
    Target("http", "durable tickets/s through HTTP, 32 kiosks", 0.5, at_most=False),
    Target("http-p99", "p99 of those requests", 3),
    Target("cpu-ticket", "server CPU per ticket", 2, "ms"),
    Target("cpu-call", "server CPU per call", 2, "ms"),
    Target("kiosk-alone", "one kiosk alone, through HTTP", 3),
    Target("choose", "choose next, 10⁶ tickets in the table against 10³", 1.2),
    Target("choose-memory", "choose next in memory: 300 wait, 40 windows", 500, "µs"),
    Target("board-cpu", "board message: CPU per client, 1,000 clients", 6),
    Target("screen-memory", "memory per connected screen", 70, "kB"),
    Target("screens-memory", "server with 1,000 screens", 256, "MB"),
    Target("boards-resting", "200 idle boards, share of a core", 1, "%"),
    Target("painted", "event → painted on the board in Chromium, p95", 50, "ms"),
    *(
        Target(f"paint-{page}-{state}", f"first useful paint of the {page}, {state}", bound, "s")
        for page in ("kiosk", "board", "phone", "counter")
        for state, bound in (("cold", 1.5), ("warm", 0.8))
    ),
    Target("press-paper", "press → first byte at the printer, p95", 3),
    Target("call-sound", "call → first sound at a free loudspeaker, p95", 300, "ms"),
    Target("sign-in-call", "a clerk's sign-in → first called number, machine time", 2, "s"),
    Target("rating-given", "a rating by phone, p95", 2),
    Target("ratings-list", "the office's ratings, 10,000 of them", 200, "ms"),
    Target("cases-due", "100,000 open cases: what is due by unit", 100, "ms"),
    Target("cases-wall", "100,000 open cases: the wall of lamps", 500, "ms"),
    Target("cases-list", "100,000 open cases: the office's list, due first", 300, "ms"),
    Target("cases-unit", "100,000 open cases: the list of one unit", 300, "ms"),
    Target("cases-desk", "100,000 open cases: a clerk's desk", 300, "ms"),
    Target("cases-calendar", "100,000 open cases: which due days a calendar moves", 15, "s"),
    Target("fees-desk", "100,000 dues: the cashier's desk", 100, "ms"),
    Target("fees-unpaid", "100,000 dues: the unpaid ones", 100, "ms"),
    Target("fees-day", "100,000 dues: a day's agreement, 200 receipts", 100, "ms"),
    Target("fees-month", "100,000 dues: a month by day", 300, "ms"),
    Target("issuing-desk", "100,000 licences: the issuing window", 100, "ms"),
    Target("issuing-unit", "100,000 licences: those of a unit", 100, "ms"),
    Target("joint-wall", "10,000 open parts: joint review of the hall", 100, "ms"),
    Target("joint-parts", "10,000 open parts: those of a unit", 100, "ms"),
    Target("assistance-list", "20,000 questions and jobs: those of the hall", 100, "ms"),
    Target("green-desk", "a clerk's desk with 500 green cases of 2,500", 100, "ms"),
    Target("report-month", "report of 100,000 numbers, slowest grouping", 1000, "ms"),
    Target(
        "assess-year-first", "the same without a release, first reading after a start", 5000, "ms"
    ),
    Target("assess-year-open", "the same without a release", 1000, "ms"),
    Target("assess-person-open", "the sheet of a person in a month without a release", 100, "ms"),
    Target("assess-year", "114 people × 12 months × 60 lines: the year's ranking", 1000, "ms"),
    Target("assess-person", "the sheet of a person in a released month", 100, "ms"),
    Target("assess-month", "the running month's ranking from its records", 1000, "ms"),
    Target("assess-year-later", "the year's ranking after two more years of punches", 1000, "ms"),
    Target("assess-person-later", "the sheet of a person after two more years", 100, "ms"),
    Target("heap", "the board's heap after 60,000 events against 10,000", 1.1),
    Target("history-act", "an act after 5 years of history against day one", 1.2),
    Target("history-start", "start with 5 years of data", 3, "s"),
)
BY_NAME = {target.name: target for target in TARGETS}


@dataclass(frozen=True, slots=True)
class Figure:
    """Measured figure: the amount, its reference's amount, and the value that is judged."""

    name: str
    amount: float
    unit: str
    reference: float | None
    beside: str
    """Unit and name of the reference."""
    value: float
    rounds: tuple[float, ...]
    """`value` of every round."""
    note: str = ""

    @property
    def target(self) -> Target:
        """The target of this figure."""
        return BY_NAME[self.name]

    @property
    def met(self) -> bool:
        """True if the figure meets its target."""
        return self.target.met(self.value)


def ratio(
    name: str, amounts: Sequence[float], references: Sequence[float], unit: str, beside: str
) -> Figure:
    """Return a figure judged by its ratio to the reference of each round; the medians count."""
    rounds = tuple(a / r for a, r in zip(amounts, references, strict=True))
    middle = statistics.median
    return Figure(name, middle(amounts), unit, middle(references), beside, middle(rounds), rounds)


def amount(
    name: str, amounts: Sequence[float], references: Sequence[float] = (), beside: str = ""
) -> Figure:
    """Return a figure judged by its own amount; a reference may be shown next to it."""
    value = statistics.median(amounts)
    reference = statistics.median(references) if references else None
    unit = BY_NAME[name].unit
    return Figure(name, value, unit, reference, beside, value, tuple(amounts))


def quantile(values: Iterable[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def short(number: float) -> str:
    """Return a number with three significant digits."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


HEADS = ("figure", "measured", "reference", "value", "target", "", "rounds")


def line(figure: Figure) -> tuple[str, ...]:
    """Return the cells of a figure's table row."""
    beside = "" if figure.reference is None else f"{short(figure.reference)} {figure.beside}"
    spread = f"{short(min(figure.rounds))} … {short(max(figure.rounds))} ({len(figure.rounds)})"
    value = f"{short(figure.value)} {figure.target.unit}"
    verdict = "met" if figure.met else "NOT MET"
    measured = f"{short(figure.amount)} {figure.unit}"
    return figure.target.what, measured, beside, value, figure.target.text, verdict, spread


def markdown(figures: Iterable[Figure]) -> str:
    """Return the table as it is shown in docs/benchmarks.md and on the screen."""
    rows = [HEADS, *(line(figure) for figure in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    rows.insert(1, tuple("-" * width for width in widths))
    cells = ([cell.ljust(width) for cell, width in zip(r, widths, strict=True)] for r in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def document(figures: Iterable[Figure], about: dict[str, Any]) -> str:
    """Return the run as JSON: facts of the machine, then every figure with target and verdict."""
    rows = [
        asdict(f) | {"what": f.target.what, "target": f.target.text, "met": f.met} for f in figures
    ]
    return json.dumps({**about, "figures": rows}, ensure_ascii=False, indent=1) + "\n"


# The chart ----------------------------------------------------------------------------------------

WIDTH, ROW, LEFT, RIGHT = 980, 26, 400, 150
REACH = 2.0
"""End of the axis, in multiples of the target."""


def used(figure: Figure) -> float:
    """Return the used share of what is allowed: 1 is the target itself, less is better."""
    if figure.target.at_most:
        return figure.value / figure.target.bound
    return figure.target.bound / figure.value if figure.value else REACH


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def _box(x: float, y: float, width: float, colour: str) -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{ROW - 8}"'
    return f'<rect {place} fill="{colour}"/>'


def chart(figures: Sequence[Figure], title: str) -> str:
    """Return an SVG chart with one bar per figure: the used share of its target; the line is 1."""
    room = WIDTH - LEFT - RIGHT
    height = ROW * (len(figures) + 3)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">',
        '<g font-family="sans-serif" font-size="13" fill="#222">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        _text(16, 24, title),
    ]
    for n, figure in enumerate(figures):
        top = ROW * (n + 1.5)
        length = room * min(used(figure), REACH) / REACH
        colour = "#3b7a57" if figure.met else "#b3402a"
        parts += [
            _text(LEFT - 10, top + 17, figure.target.what, "end"),
            _box(LEFT, top + 4, length, colour),
            _text(
                WIDTH - RIGHT + 10,
                top + 17,
                f"{short(figure.value)} ({figure.target.text})",
            ),
        ]
    middle, low, high = LEFT + room / REACH, ROW * 1.5, ROW * (len(figures) + 1.5)
    parts += [
        f'<path d="M{middle:.0f} {low:.0f}V{high:.0f}" stroke="#222" stroke-dasharray="4 3"/>',
        _text(middle, high + 18, "target; shorter is better", "middle"),
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


def save(folder: Path, name: str, figures: Sequence[Figure], about: dict[str, Any]) -> list[Path]:
    """Write `<name>.json` and `<name>.svg`; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    data, picture = folder / f"{name}.json", folder / f"{name}.svg"
    data.write_text(document(figures, about), encoding="utf-8")
    picture.write_text(chart(figures, f"{about.get('at', name)}: how much of each target was used"))
    return [data, picture]
