"""Views of kiosk and phone: convert the hall's data to messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from kiosk.messages import (
    ItemPage,
    KioskCatalogue,
    KioskState,
    Offer,
    OtherTicket,
    PrinterView,
    SlipState,
    TicketView,
)
from kiosk.search_keys import keys_of, need_keys, search_keys
from server.catalogue.building_plans import building_days
from server.catalogue.messages import Building, ClassRef, GroupRef
from server.catalogue.model import Catalogue, Handling, Item
from server.catalogue.refs import (
    building,
    item_ref,
    materials,
    unit_ref,
    window_ref,
    window_refs,
    zone_ref,
)
from server.core.digit_words import digits_zh
from server.core.errors import HallError
from server.core.problems import problem
from server.device_health.queries import Device
from server.queue import sites, visits
from server.queue.errors import QueueCode
from server.queue.forecasts import Latest
from server.queue.messages import HallNoticeView
from server.queue.notice_scope import HALL, window_in
from server.queue.offline.lease_queries import StandbyService
from server.queue.offline.messages import StandbyAccess
from server.queue.offline.settings import OfflineSettings
from server.queue.pinned_items import pinned_items
from server.queue.queue_views import delay_view, hall_hours, notice_views, waiting_in
from server.queue.routing import route, windows_for
from server.queue.settings import NumberSettings, ScreenSettings, VoiceSettings
from server.queue.slip_printing import Slip
from server.queue.slips import StoredSlip
from server.queue.snapshot import QueueSnapshot
from server.queue.ticket_place import TicketPlace, after_delay
from server.queue.tickets import (
    AT_WINDOW,
    PASSED,
    Outcome,
    State,
    Ticket,
    is_absent,
    slot_of,
)
from server.queue.wait_range import wait_of
from server.remote_numbers.rules import code_of


def catalogue_view(catalogue: Catalogue, popular: list[str]) -> KioskCatalogue:
    """Return everything that a kiosk offers."""
    return KioskCatalogue(
        version=catalogue.version,
        hall=catalogue.hall_name,
        hall_en=catalogue.hall_name_en,
        zones=[zone_ref(catalogue, z) for z in catalogue.zones],
        units=[unit_ref(catalogue, u) for u in catalogue.units],
        groups=[
            GroupRef(code=g.code, name=g.name, name_en=g.name_en, keys=list(keys_of(g.name)))
            for g in catalogue.groups
        ],
        items=[item_ref(i, search_keys(i), need_keys(i)) for i in catalogue.items],
        classes=[
            ClassRef(
                code=c.code,
                name=c.name,
                name_en=c.name_en,
                level=c.level,
                mark=c.mark,
                proof=c.proof,
            )
            for c in catalogue.classes
        ],
        popular=[code for code in popular if code in catalogue.item_by],
    )


def item_page(
    snapshot: QueueSnapshot, latest: Latest, item: Item, applicant: str = "", kiosk: str = ""
) -> ItemPage:
    """Return an item with its current offer for an applicant class, or the reason for none.

    `applicant` is a class code; empty for the ordinary level. `kiosk`: kiosk that shows it; empty:
    the offer is that of the building to come to.
    """
    catalogue, settings = snapshot.catalogue, snapshot.settings
    offer, refusal = None, None
    try:
        if kiosk:
            site = sites.of_kiosk(catalogue, settings, kiosk)
        else:
            site = sites.of_item(catalogue, settings, item, snapshot.local, snapshot.sessions)
        offer = _offer(snapshot, latest, item, applicant, site)
    except HallError as error:
        refusal = problem(error)
    return ItemPage(
        item=item_ref(item, search_keys(item)),
        unit=unit_ref(catalogue, catalogue.unit_by[item.unit]),
        materials=materials(item),
        legal_basis=item.legal_basis,
        promised_days=item.promised_days,
        legal_days=item.legal_days,
        legal_unit=item.legal_unit,
        fee=item.fee,
        offer=offer,
        refusal=refusal,
        buildings=buildings(snapshot, item),
        entitled=[w.code for w in windows_for(catalogue, item, snapshot.local)],
        days=building_days(
            catalogue, item.code, windows_for(catalogue, item, snapshot.local), snapshot.local
        ),
        advice=item.advice if item.handling is Handling.CONSULT else "",
        advice_en=item.advice_en if item.handling is Handling.CONSULT else "",
    )


def buildings(snapshot: QueueSnapshot, item: Item) -> list[Building]:
    """Return the buildings that serve an item, the nearest day first; none in a single building."""
    if len(snapshot.catalogue.sites) <= 1:
        return []
    return [building(site) for site in sites.serving(snapshot.catalogue, item, snapshot.local)]


def item_page_of(
    snapshot: QueueSnapshot, latest: Latest, code: str, applicant: str = "", kiosk: str = ""
) -> ItemPage:
    """Return the page of an item by its code, as a kiosk shows it.

    Raises:
        HallError: ITEM_UNKNOWN.
    """
    match = snapshot.catalogue.item_by.get(code)
    if match is None:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=code)
    return item_page(snapshot, latest, match, applicant, kiosk)


def _offer(snapshot: QueueSnapshot, latest: Latest, item: Item, applicant: str, site: str) -> Offer:
    level = _level(snapshot.catalogue, applicant)
    choice = route(
        snapshot.catalogue, item.code, snapshot.local, snapshot.sessions, snapshot.settings, site
    )
    turn = latest.newcomer(item, level, site=site)
    wait = wait_of(after_delay(turn, choice.delay, snapshot.now))
    return Offer(
        windows=window_refs(snapshot.catalogue, choice.now),
        waiting=waiting_in(snapshot, item.unit, site),
        ahead=wait.ahead,
        low=wait.low,
        high=wait.high,
        delay=delay_view(choice.delay),
    )


def _level(catalogue: Catalogue, applicant: str) -> int:
    """Return the level of an applicant class; raises CLASS_UNKNOWN."""
    if not applicant:
        return 0
    klass = catalogue.class_by.get(applicant)
    if klass is None:
        raise HallError(QueueCode.CLASS_UNKNOWN, applicant=applicant)
    return klass.level


def slip_state(slips: Sequence[Slip | StoredSlip]) -> SlipState:
    """Return the state of the newest slip of a ticket."""
    if not slips:
        return SlipState(id="", state="none")
    row = slips[-1]
    return SlipState.model_validate(
        {"id": row.id, "state": row.state, "reason": row.reason, "copy": row.copy}
    )


def item_of(snapshot: QueueSnapshot, ticket: Ticket, catalogue: Catalogue) -> Item | None:
    """Return the item from the version the ticket was issued under, else from the current one."""
    return catalogue.item_by.get(ticket.item) or snapshot.catalogue.item_by.get(ticket.item)


def ticket_view(
    snapshot: QueueSnapshot,
    ticket: Ticket,
    catalogue: Catalogue,
    place: TicketPlace,
    slips: Sequence[Slip | StoredSlip],
    url: str,
    others: Sequence[tuple[Ticket, TicketPlace]] = (),
) -> TicketView:
    """Return a ticket for its holder, with the `others` of the same visit.

    `catalogue`: version it was issued under.
    """
    item, wait = item_of(snapshot, ticket, catalogue), place.wait
    unit = snapshot.catalogue.unit_by.get(ticket.queue)
    at_window, (numbers, screens) = ticket.state in AT_WINDOW, _settings_of(snapshot)
    return TicketView(
        id=ticket.id,
        number=ticket.number,
        token=ticket.token,
        state=ticket.state.value,
        item=ticket.item,
        item_name=item.name if item else "",
        item_name_en=item.name_en if item else "",
        unit_name=unit.name if unit else "",
        applicant=ticket.klass,
        mark=_mark(snapshot, ticket),
        ahead=wait.ahead if wait else 0,
        priority_ahead=wait.priority_ahead if wait else 0,
        sent=ticket.state is State.WAITING and ticket.lane.startswith("@"),
        slot=slot_of(ticket.lane),
        presence=_presence(ticket),
        check_in_code=_check_in_code(ticket),
        low=wait.low if wait else 0,
        high=wait.high if wait else 0,
        windows=window_refs(snapshot.catalogue, place.windows),
        called_window=window_ref(snapshot.catalogue, ticket.window) if at_window else None,
        call_count=ticket.call_count,
        issued_at=ticket.issued_at,
        called_at=ticket.called_at,
        can_return=ticket.state is State.MISSED and ticket.returns < numbers.return_limit,
        return_places=numbers.return_places,
        outcome=ticket.outcome,
        url=url,
        slip=slip_state(slips),
        materials=materials(item),
        notice=screens.notice_zh,
        notice_en=screens.notice_en,
        remind_ahead=screens.remind_ahead,
        reason=ticket.note if ticket.outcome == Outcome.REFUSED else "",
        hours=hall_hours(snapshot, _site_of(snapshot, ticket)),
        others=[_other_ticket(snapshot, other, place) for other, place in others],
        after=_after(ticket, [other for other, _ in others]),
        delay=delay_view(place.delay),
        notices=_notices_for(snapshot, place.windows),
        consult=item is not None and item.handling is Handling.CONSULT,
        hall=snapshot.catalogue.hall_name,
        hall_en=snapshot.catalogue.hall_name_en,
        building=_building_of(snapshot, _site_of(snapshot, ticket)),
    )


def _mark(snapshot: QueueSnapshot, ticket: Ticket) -> str:
    klass = snapshot.catalogue.class_by.get(ticket.klass)
    return klass.mark if klass else ""


def _site_of(snapshot: QueueSnapshot, ticket: Ticket) -> str:
    return sites.of_lane(snapshot.catalogue, snapshot.settings, ticket.lane)


def _building_of(snapshot: QueueSnapshot, site: str) -> Building | None:
    entry = snapshot.catalogue.site_by.get(site)
    return building(entry) if entry is not None else None


def _check_in_code(ticket: Ticket) -> str:
    return code_of(ticket.token) if _presence(ticket) != "here" else ""


def _settings_of(snapshot: QueueSnapshot) -> tuple[NumberSettings, ScreenSettings]:
    return snapshot.settings.of(NumberSettings), snapshot.settings.of(ScreenSettings)


def _presence(ticket: Ticket) -> Literal["here", "away", "passed"]:
    if ticket.state is not State.WAITING or not is_absent(ticket.lane):
        return "here"
    return "passed" if ticket.lane.startswith(PASSED) else "away"


def _notices_for(snapshot: QueueSnapshot, windows: Sequence[str]) -> list[HallNoticeView]:
    """Return the notices that cover the hall or one of the windows."""
    return notice_views(
        snapshot,
        lambda area: (
            area == HALL or any(window_in(snapshot.catalogue, area, code) for code in windows)
        ),
    )


def _other_ticket(snapshot: QueueSnapshot, ticket: Ticket, place: TicketPlace) -> OtherTicket:
    item, wait = snapshot.catalogue.item_by.get(ticket.item), place.wait
    return OtherTicket(
        number=ticket.number,
        token=ticket.token,
        state=ticket.state.value,
        item_name=item.name if item else "",
        item_name_en=item.name_en if item else "",
        ahead=wait.ahead if wait else 0,
        low=wait.low if wait else 0,
        high=wait.high if wait else 0,
        windows=window_refs(snapshot.catalogue, place.windows),
        called_window=window_ref(snapshot.catalogue, ticket.window)
        if ticket.state in AT_WINDOW
        else None,
        call_count=ticket.call_count,
    )


def _after(ticket: Ticket, others: Sequence[Ticket]) -> str:
    """Return the number at a window for which a waiting ticket is held back."""
    other = visits.at_window(others)
    return other.number if other and ticket.state is State.WAITING else ""


def printer_view(device: Device | None, readings: dict[str, Any]) -> PrinterView:
    """Return the printer with its last reported state."""
    if device is None:
        return PrinterView(device="", state="none", code="", paper="unknown")
    paper = readings.get("paper", "unknown")
    return PrinterView(
        device=device.name,
        state=device.state or "unknown",
        code=device.code,
        paper=paper if paper in ("ok", "near_end", "out") else "unknown",
    )


def kiosk_state(
    snapshot: QueueSnapshot,
    kiosk: str,
    printer: PrinterView,
    slips: dict[str, SlipState],
    line: StandbyService | None,
) -> KioskState:
    """Return the live state of a kiosk."""
    catalogue = snapshot.catalogue
    code = sites.of_kiosk(catalogue, snapshot.settings, kiosk)
    hours = hall_hours(snapshot, code)
    return KioskState(
        kiosk=kiosk,
        building=_building_of(snapshot, code),
        open=snapshot.open,
        next_opening=None if snapshot.open else hours.next,
        catalogue=catalogue.version,
        waiting={u.code: waiting_in(snapshot, u.code, code) for u in catalogue.units},
        printer=printer,
        idle_seconds=snapshot.settings.of(ScreenSettings).kiosk_idle_seconds,
        result_seconds=snapshot.settings.of(ScreenSettings).result_seconds,
        notice=snapshot.settings.of(ScreenSettings).notice_zh,
        notice_en=snapshot.settings.of(ScreenSettings).notice_en,
        digits=list(digits_zh(snapshot.settings.of(VoiceSettings).voice_one)),
        slips=slips,
        standby=standby_access(snapshot, line),
        hours=hours,
        elder_class=_elder_class(snapshot),
        return_limit=snapshot.settings.of(NumberSettings).return_limit,
        branch=bool(snapshot.settings.of(NumberSettings).own_building),
        pinned=pinned_items(catalogue, snapshot.settings),
        notices=notice_views(snapshot),
    )


def _elder_class(snapshot: QueueSnapshot) -> str:
    """Return the class that large type offers, if the catalogue has it with priority."""
    klass = snapshot.catalogue.class_by.get(snapshot.settings.of(ScreenSettings).elder_class)
    return klass.code if klass and klass.level else ""


def standby_access(snapshot: QueueSnapshot, line: StandbyService | None) -> StandbyAccess:
    """Return the address of the kiosk's standby service, for its page without the server."""
    if line is None or not snapshot.settings.of(OfflineSettings).offline_numbers:
        return StandbyAccess(line="", secret="")
    return StandbyAccess(line=line.line, secret=line.secret)
