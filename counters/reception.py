"""Routes of the reception desk: tickets found, issued, printed, cancelled and redirected.

Open to every account, as the same acts at `/tickets/<ticket>/…` are: who sits at the desk has a
clerk's account, often without a window of its own, and the hall assigns no account to the desk.
Every act is journalled with the person.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from counters import reception_views as views
from counters.messages import (
    DeskCancel,
    DeskIssue,
    DeskIssued,
    DeskPrint,
    DeskPrinters,
    DeskRedirect,
    DeskTicket,
    WayTo,
)
from server.core.errors import CommonCode, ErrorCode, HallError
from server.device_health import queries as device_health_queries
from server.hall.composition import Hall
from server.queue import (
    call_queries,
    issuing,
    reception,
    slip_queries,
    snapshot,
    ticket_queries,
    visits,
)
from server.queue.errors import QueueCode
from server.queue.forecasts import Forecasts
from server.queue.pinned_items import pinned_items
from server.queue.routing import ROUTING
from server.queue.snapshot import QueueSnapshot
from server.queue.ticket_place import place_of
from server.queue.tickets import Ticket
from server.web_api import STAFF, Api, Call

OF_TODAY: tuple[ErrorCode, ...] = (QueueCode.TICKET_UNKNOWN, QueueCode.TICKET_NOT_TODAY)


class Reception:
    """Reception desk of one hall."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._ctx = hall.ctx

    def find(self, text: str) -> DeskTicket:
        """Return the ticket of today with a typed number or a scanned token."""
        return self._view(lambda c: reception.find(self._ctx, c, text))[0]

    def ticket(self, ticket_id: str) -> DeskTicket:
        """Return a ticket by its id."""
        return self._view(lambda c: self._stored(c, ticket_id))[0]

    def issued(self, ticket_id: str) -> DeskIssued:
        """Return a ticket just issued, with the address of its phone page."""
        view, stored = self._view(lambda c: self._stored(c, ticket_id))
        return DeskIssued(ticket=view, url=f"{self._hall.config.base_url}/t/{stored.token}")

    def token_of(self, ticket_id: str) -> str:
        """Return the token of a ticket, which the desk's page does not hold."""
        return self._ctx.read(lambda c: self._stored(c, ticket_id)).token

    def _stored(self, conn: Connection, ticket_id: str) -> Ticket:
        ticket = ticket_queries.get(conn, self._ctx.hall_id, ticket_id)
        if ticket is None:
            raise HallError(QueueCode.TICKET_UNKNOWN, ticket=ticket_id)
        return ticket

    def _view(self, search: Callable[[Connection], Ticket]) -> tuple[DeskTicket, Ticket]:
        hall_id, latest = self._ctx.hall_id, Forecasts.of(self._ctx).current()

        def query(seen: QueueSnapshot) -> tuple[DeskTicket, Ticket]:
            ticket = search(seen.conn)
            calls = call_queries.calls_of(seen.conn, hall_id, ticket.id)
            slips = slip_queries.of_ticket(seen.conn, hall_id, ticket.id)
            item = seen.catalogue.item_by.get(ticket.item)
            place = place_of(seen, ticket, item, latest)
            others = visits.others_of(seen.conn, hall_id, ticket)
            return views.desk_ticket(seen, ticket, place, calls, slips, others), ticket

        return snapshot.read_with(self._ctx, query)

    def printers(self) -> DeskPrinters:
        """Return the kiosks at which the desk can print, and the hall's own common items."""
        devices = self._ctx.read(lambda c: device_health_queries.every(c, self._ctx.hall_id))
        return DeskPrinters(
            printers=views.printers(devices),
            pinned=pinned_items(self._ctx.catalogue(), self._ctx.settings()),
        )

    def way_to(self, code: str, staff: str) -> WayTo:
        """Return where an item is served, and when, for a person's desk."""
        return snapshot.read_with(self._ctx, lambda seen: views.way_to(seen, code, staff))


def add(api: Api) -> None:
    """Register the routes of the reception desk."""
    desk = Reception(api.hall)
    _queries(api, desk)
    _issue(api, desk)
    _acts(api, desk)
    _redirect(api, desk)


def _queries(api: Api, desk: Reception) -> None:
    @api.get("/reception", who=STAFF, answer=DeskPrinters)
    def desk_printers(_call: Call) -> DeskPrinters:
        """Return the kiosks at which the reception desk can print."""
        return desk.printers()

    @api.get(
        "/reception/find/<written>",
        who=STAFF,
        answer=DeskTicket,
        codes=(QueueCode.TICKET_NOT_TODAY,),
    )
    def find_ticket(call: Call) -> DeskTicket:
        """Return the ticket of today with a typed number, or the token of a scanned address."""
        return desk.find(call.args["written"])

    @api.get("/reception/items/<code>", who=STAFF, answer=WayTo, codes=(QueueCode.ITEM_UNKNOWN,))
    def way(call: Call) -> WayTo:
        """Return the windows that serve an item, with their hours, or the address elsewhere."""
        return desk.way_to(call.args["code"], call.actor.name)


def _issue(api: Api, desk: Reception) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/reception/tickets",
        who=STAFF,
        body=DeskIssue,
        answer=DeskIssued,
        codes=(*ROUTING, QueueCode.NO_PRINTER, QueueCode.TICKET_UNKNOWN),
        example={"item": "HS-01", "applicant": "ordinary", "kiosk": None},
    )
    def issue_at_desk(call: Call) -> DeskIssued:
        """Issue a number for a person at the desk; its slip is printed at the kiosk, if named."""
        order: DeskIssue = call.body
        companion = desk.token_of(order.companion) if order.companion else ""
        issued = issuing.issue_with_data(
            ctx,
            call.actor,
            call.key,
            item=order.item,
            applicant=order.applicant,
            kiosk="",
            paper=order.kiosk is not None,
            extras=issuing.IssueExtras(printer_of=order.kiosk or "", companion=companion),
        )
        return desk.issued(issued.ticket_id)


def _acts(api: Api, desk: Reception) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/reception/tickets/<ticket>/print",
        who=STAFF,
        body=DeskPrint,
        answer=DeskTicket,
        codes=(*OF_TODAY, QueueCode.TICKET_OVER, QueueCode.NO_PRINTER),
        example={"kiosk": "1"},
    )
    def print_at(call: Call) -> DeskTicket:
        """Print a ticket's slip at the chosen kiosk; after the first it is marked as a copy."""
        ticket = call.args["ticket"]
        reception.print_slip(ctx, call.actor, call.key, ticket, call.body.kiosk)
        return desk.ticket(ticket)

    @api.post(
        "/reception/tickets/<ticket>/cancel",
        who=STAFF,
        body=DeskCancel,
        answer=DeskTicket,
        codes=(
            *OF_TODAY,
            QueueCode.TICKET_AT_WINDOW,
            QueueCode.TICKET_OVER,
            CommonCode.REASON_REQUIRED,
        ),
        example={"reason": "gave_up", "note": ""},
    )
    def cancel_with_reason(call: Call) -> DeskTicket:
        """Cancel a number with the reason, which is journalled."""
        ticket, order = call.args["ticket"], call.body
        reception.cancel(ctx, call.actor, call.key, ticket, order.reason, order.note)
        return desk.ticket(ticket)


def _redirect(api: Api, desk: Reception) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/reception/tickets/<ticket>/redirect",
        who=STAFF,
        body=DeskRedirect,
        answer=DeskTicket,
        codes=(
            *OF_TODAY,
            QueueCode.TICKET_AT_WINDOW,
            QueueCode.TICKET_MISSED,
            QueueCode.TICKET_OVER,
            QueueCode.TRANSFER_TARGET,
            QueueCode.BRANCH_SERVER,
        ),
        example={"window": "W02", "note": ""},
    )
    def redirect(call: Call) -> DeskTicket:
        """Send a waiting ticket to a window, an item or a unit; number and seniority stay."""
        ticket, order = call.args["ticket"], call.body
        reception.redirect(
            ctx,
            call.actor,
            call.key,
            ticket,
            to_window=order.window,
            to_item=order.item,
            to_unit=order.unit,
            text=order.note,
        )
        return desk.ticket(ticket)
