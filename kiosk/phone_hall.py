"""Phone hall: what its first page shows of the hall now, and what can be done by phone."""

from __future__ import annotations

from kiosk.messages import HallSite, PhoneHall
from server.appointments.views import bookable_items
from server.catalogue.model import Catalogue
from server.catalogue.refs import building
from server.hall.context import Context
from server.queue import snapshot
from server.queue.notice_scope import HALL
from server.queue.queue_views import hall_hours, notice_views
from server.queue.settings import ON
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
        sites=sites(catalogue),
        bookable=[item.item for item in bookable],
        remote=current.settings.of(RemoteSettings).remote_numbers == ON,
    )


def sites(catalogue: Catalogue) -> list[HallSite]:
    """Return the buildings with their units, the main one first; none in a single building."""
    return [
        HallSite(
            **building(site).model_dump(),
            units=_units_in(catalogue, site.code),
        )
        for site in catalogue.sites
    ]


def _units_in(catalogue: Catalogue, site: str) -> list[str]:
    """Return the codes of the units that have a window in a building, in the catalogue's order."""
    zones = {zone.code for zone in catalogue.zones if zone.site == site}
    windows = [window for window in catalogue.windows if window.zone in zones]
    codes = {unit for window in windows for unit in window.units}
    present = {window.code for window in windows}
    codes |= {m.unit for m in catalogue.mandates if present & set(m.windows)}
    return [unit.code for unit in catalogue.units if unit.code in codes]
