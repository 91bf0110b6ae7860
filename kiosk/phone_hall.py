"""Phone hall: what its first page shows of the hall now, and what can be done by phone."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.messages import HallSite, PhoneHall
from server.appointments.views import bookable_items
from server.branches.reports import Report, reports
from server.catalogue.building_plans import building_plans
from server.catalogue.model import Catalogue
from server.hall.context import Context
from server.queue import sites, snapshot
from server.queue.notice_scope import HALL
from server.queue.number_ranges import runs_here
from server.queue.queue_views import hall_hours, notice_views, waits_at, windows_now
from server.queue.settings import ON
from server.queue.snapshot import QueueSnapshot
from server.remote_numbers.settings import RemoteSettings
from server.web_api import ANYONE, Api, Call
from server.web_api.limits import PHONES


def add(api: Api) -> None:
    """Register the route."""
    ctx = api.hall.ctx

    @api.get("/phone-hall", who=ANYONE, answer=PhoneHall, policy=PHONES)
    def phone_hall(_call: Call) -> PhoneHall:
        """Return hours, notices and buildings, and what can be booked or taken from afar."""
        return view(ctx)


def view(ctx: Context) -> PhoneHall:
    """Return the first page of the phone hall."""
    current = snapshot.take(ctx)
    catalogue = current.catalogue
    bookable = ctx.read(lambda c: bookable_items(ctx, c)).items
    return PhoneHall(
        hall=catalogue.hall_name,
        hall_en=catalogue.hall_name_en,
        hours=hall_hours(current),
        notices=notice_views(current, lambda area: area == HALL),
        sites=buildings(current, ctx.read(lambda c: reports(c, ctx.hall_id, current.now))),
        bookable=[item.item for item in bookable],
        remote=current.settings.of(RemoteSettings).remote_numbers == ON,
    )


def buildings(current: QueueSnapshot, reports: Mapping[str, Report]) -> list[HallSite]:
    """Return the buildings as they are now, the main one first.

    `reports`: last reports of the branch servers, by building.
    """
    catalogue = current.catalogue
    views = []
    for plan in building_plans(catalogue):
        calling, waiting = _now(current, plan.code, reports)
        views.append(
            HallSite(
                **plan.model_dump(),
                units=_units_in(catalogue.at(plan.code)),
                calling=calling,
                waiting=waiting,
            )
        )
    return views


def _now(
    current: QueueSnapshot, site: str, reports: Mapping[str, Report]
) -> tuple[int | None, int | None]:
    """Return how many windows call and how many people wait in a building, None if not known."""
    if site and not runs_here(current.settings, site, current.day):
        report = reports.get(site)
        return (report.windows, report.waiting) if report is not None else (None, None)
    apart = sites.are_apart(current.catalogue, current.settings)
    calling = len(set().union(*windows_now(current, site).values()))
    is_apart = apart or len(current.catalogue.sites) <= 1
    return calling, _waiting(current, site) if is_apart else None


def _waiting(current: QueueSnapshot, site: str) -> int:
    return sum(int(row.waiting) for row in current.waiting if waits_at(current, row, site))


def _units_in(catalogue: Catalogue) -> list[str]:
    """Return the codes of the units that have a window, in the catalogue's order."""
    codes = {unit for window in catalogue.windows for unit in window.units}
    codes |= {m.unit for m in catalogue.mandates if set(m.windows) & catalogue.window_by.keys()}
    return [unit.code for unit in catalogue.units if unit.code in codes]
