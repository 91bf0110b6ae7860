"""Service figures of a week: tickets, waits and services, by unit, by window, by building."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from server.catalogue.model import Catalogue, Presence
from server.core.rounding import tenths
from server.core.weeks import Fact, Week
from server.hall.context import Context
from server.hall.week_request import WeekFacts, WeekRequest
from server.queue import week_queries
from server.queue.ticket_sites import are_several, building_of
from server.queue.week_lines import MINUTE_MS, ServiceLine, mean_minutes, percentile
from server.queue.week_queries import TicketOfWeek

PLACE = 4
NO_SITE = "未记办公地点"
"""Name of the tickets of which neither window nor building is recorded."""
FEWEST = 10
"""Least tickets last week for which a percentage is meaningful."""


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's tickets."""
    ctx, conn, week = request.ctx, request.conn, request.week
    rows = tickets(ctx, conn, week)
    units, windows = lines(request.catalogue, rows, week)
    quoted = facts(rows, len(tickets(ctx, conn, week.before())), week)
    named = {"service_units": units, "service_windows": windows}
    return WeekFacts(quoted, named | {"service_sites": of_sites(request.catalogue, rows, week)})


def tickets(ctx: Context, conn: Connection, week: Week) -> list[TicketOfWeek]:
    """Return the tickets of a week, oldest first."""
    span = week.first.isoformat(), week.last.isoformat()
    return week_queries.tickets_of(conn, ctx.hall_id, *span)


def lines(
    catalogue: Catalogue, rows: Sequence[TicketOfWeek], week: Week
) -> tuple[tuple[ServiceLine, ...], tuple[ServiceLine, ...]]:
    """Return the week's tickets by unit and by window, in the catalogue's order."""
    by_unit: dict[str, list[TicketOfWeek]] = defaultdict(list)
    by_window: dict[str, list[TicketOfWeek]] = defaultdict(list)
    for row in rows:
        by_unit[row.queue].append(row)
        if row.window:
            by_window[row.window].append(row)
    # Every present unit has a line, even in a week without tickets.
    present_units = [u.code for u in catalogue.units if u.presence is Presence.HALL]
    units = [
        _line(code, _unit_name(catalogue, code), by_unit[code], week)
        for code in _ordered([u.code for u in catalogue.units], by_unit, present_units)
    ]
    windows = [
        _line(code, _window_name(catalogue, code), by_window[code], week)
        for code in _ordered([w.code for w in catalogue.windows], by_window, ())
    ]
    return tuple(units), tuple(windows)


def of_sites(
    catalogue: Catalogue, rows: Sequence[TicketOfWeek], week: Week
) -> tuple[ServiceLine, ...]:
    """Return the week's tickets by building, in the catalogue's order; the rest comes last.

    Empty for a hall in a single building.
    """
    if not are_several(catalogue):
        return ()
    by_site: dict[str, list[TicketOfWeek]] = defaultdict(list)
    for row in rows:
        by_site[building_of(catalogue, row.window, row.lane)].append(row)
    names = {site.code: site.name for site in catalogue.sites}
    rest = {"": NO_SITE} if "" in by_site else {}
    return tuple(
        _line(code, name, by_site[code], week, f"/office#reports/{week.id}/site")
        for code, name in (names | rest).items()
    )


def _ordered(
    catalogue_codes: Sequence[str],
    rows_by_code: Mapping[str, list[TicketOfWeek]],
    always: Iterable[str],
) -> list[str]:
    codes = {*rows_by_code, *always}
    return [c for c in catalogue_codes if c in codes] + sorted(
        c for c in rows_by_code if c not in catalogue_codes
    )


def _window_name(catalogue: Catalogue, code: str) -> str:
    window = catalogue.window_by.get(code)
    return f"{window.number}号窗口（{window.name}）" if window else code


def _line(
    code: str, name: str, rows: Sequence[TicketOfWeek], week: Week, link: str = ""
) -> ServiceLine:
    waits, services = waits_of(rows), [ms for row in rows if (ms := _service_ms(row)) is not None]
    return ServiceLine(
        code=code,
        name=name,
        issued=len(rows),
        served=sum(row.state == "finished" for row in rows),
        missed=sum(missed(row) for row in rows),
        expired=sum(row.state == "expired" and row.first_called_at is None for row in rows),
        wait_p50=_minutes(percentile(waits, 0.5)),
        wait_p90=_minutes(percentile(waits, 0.9)),
        service_mean=_minutes(mean_minutes(sum(services), len(services))),
        link=link or f"/office#tickets/{code}/{week.id}",
    )


def missed(row: TicketOfWeek) -> bool:
    """Return True if the person was called and did not come.

    At the end of the day such a ticket expires.
    """
    is_expired_call = row.state == "expired" and row.first_called_at is not None
    return row.state == "missed" or is_expired_call


def waits_of(rows: Sequence[TicketOfWeek]) -> list[float]:
    """Return the minutes from issue to the first call, of the tickets that were called."""
    return [
        (row.first_called_at - row.issued_at) / MINUTE_MS
        for row in rows
        if row.first_called_at is not None
    ]


def services_of(rows: Sequence[TicketOfWeek]) -> list[float]:
    """Return the minutes at the window, of the tickets that were served."""
    return [ms / MINUTE_MS for row in rows if (ms := _service_ms(row)) is not None]


def _service_ms(row: TicketOfWeek) -> int | None:
    if row.state != "finished" or row.serving_at is None or row.ended_at is None:
        return None
    return row.ended_at - row.serving_at


def _minutes(value: float | None) -> float | None:
    return None if value is None else float(tenths(value))


def facts(rows: Sequence[TicketOfWeek], last: int, week: Week) -> dict[str, Fact]:
    """Return the figures that sentences quote; `last`: number of tickets of the week before."""
    total_line = _line("all", "", rows, week)
    values = {
        "issued": str(total_line.issued),
        "served": str(total_line.served),
        "no_show": str(total_line.missed),
        "expired": str(total_line.expired),
        "issued_change": _change(total_line.issued, last),
        "issued_trend": _trend(total_line.issued, last),
        "wait_p50": _spoken(total_line.wait_p50),
        "wait_p90": _spoken(total_line.wait_p90),
        "service_mean": _spoken(total_line.service_mean),
        "windows_open": str(len({row.window for row in rows if row.window})),
    }
    return {name: Fact(value, total_line.link) for name, value in values.items()}


def _change(now: int, last: int) -> str:
    if last == 0:
        return "无可比数据"
    if now == last:
        return "持平"
    more = now > last
    if last < FEWEST:
        return f"{'增加' if more else '减少'}{abs(now - last)}人次"
    return f"{'增长' if more else '下降'}{tenths(abs(now - last) / last * 100)}%"


def _trend(now: int, last: int) -> str:
    """Return a change as an independent clause."""
    return "上周无可比数据" if last == 0 else f"与上周相比{_change(now, last)}"


def _spoken(minutes: float | None) -> str:
    return "—" if minutes is None else f"{tenths(minutes)}分钟"


def _unit_name(catalogue: Catalogue, code: str) -> str:
    unit = catalogue.unit_by.get(code)
    return unit.name if unit else code
