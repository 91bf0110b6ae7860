"""Routes and live feeds of kiosk and phone, and slips sent to printers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import request
from sqlalchemy import Connection

from kiosk import appointments, missed, notices, standby, views
from kiosk.messages import (
    Issued,
    IssueTicket,
    ItemPage,
    KioskCatalogue,
    KioskState,
    RecentNumber,
    SlipState,
    TicketView,
)
from kiosk.slip import notice_slip, ticket_slip
from server.core.actors import Actor, ActorKind, Principal
from server.core.errors import HallError
from server.core.events import Event, HallChanged
from server.core.messages import Done
from server.core.problems import problem
from server.device_health import queries as device_health_queries
from server.device_health.events import DeviceChanged
from server.device_health.queries import Device
from server.hall.composition import Hall
from server.live.agent_gateway import Agents, DeviceRef, Task
from server.live.feeds import Feed, LiveFeeds
from server.queue import (
    calling,
    issuing,
    item_quotas,
    recent_numbers,
    returning,
    slip_printing,
    slip_queries,
    snapshot,
    ticket_counts,
    ticket_queries,
    visits,
)
from server.queue.errors import QueueCode
from server.queue.events import SlipOwed, SlipSettled, TicketMoved
from server.queue.forecasts import Forecasts
from server.queue.offline import lease_queries
from server.queue.offline.lease_queries import StandbyService
from server.queue.routing import ROUTING
from server.queue.settings import ScreenSettings
from server.queue.slips import StoredSlip
from server.queue.snapshot import QueueSnapshot, with_queue
from server.queue.ticket_place import TicketPlace, place_of
from server.queue.tickets import FINAL, Ticket
from server.web_api import ANYONE, DESK, STAFF, Api, Call
from server.web_api.limits import PHONES

POPULAR_DAYS = 30
POPULAR_MOST = 12
RECENT_MS = 10 * 60_000


class Kiosk:
    """Kiosk and phone of one hall."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._ctx = hall.ctx
        self._popular: tuple[str, list[str]] = ("", [])
        """Cache of one day: counting reads a month of tickets."""

    # -- reads ---------------------------------------------------------------------------------

    def view_of_issued(self, issued: issuing.IssuedTicket) -> TicketView:
        """Return the view of a ticket just issued, from the data that the action has read."""
        ticket = issued.ticket
        if ticket is None or issued.seen is None:
            return self.view_of(issued.ticket_id)
        if ticket.visit:  # its other numbers are read too; the wait is the one on the slip
            view, wait = self.view_of(ticket.id), issued.wait
            return view.model_copy(update=asdict(wait)) if wait else view
        place = TicketPlace(issued.windows, issued.wait, issued.delay)
        slip = [issued.slip] if issued.slip else []
        catalogue = issued.seen.catalogue
        return views.ticket_view(issued.seen, ticket, catalogue, place, slip, self._url(ticket))

    def _url(self, ticket: Ticket) -> str:
        return f"{self._hall.config.base_url}/t/{ticket.token}"

    def view_of(self, ticket_id: str) -> TicketView:
        """Return a ticket for its holder.

        Raises:
            HallError: TICKET_UNKNOWN.
        """
        return self._view(lambda c: ticket_queries.get(c, self._ctx.hall_id, ticket_id), None)

    def view_by(self, token: str, current: QueueSnapshot | None = None) -> TicketView:
        """Return the ticket of a phone token.

        Raises:
            HallError: TICKET_UNKNOWN.
        """
        return self._view(lambda c: ticket_queries.by_token(c, self._ctx.hall_id, token), current)

    def _view(
        self, find: Callable[[Connection], Ticket | None], current: QueueSnapshot | None
    ) -> TicketView:
        """Return the view of a ticket, read from one consistent snapshot."""
        ctx = self._ctx

        def query(
            now: QueueSnapshot,
        ) -> tuple[Ticket, QueueSnapshot, list[StoredSlip], list[Ticket]]:
            conn = now.conn
            ticket = find(conn)
            if ticket is None:
                raise HallError(QueueCode.TICKET_UNKNOWN)
            slip_rows = slip_queries.of_ticket(conn, ctx.hall_id, ticket.id)
            if current is None:
                _ = now.sessions, now.notices  # the place needs them after the read
            others = visits.others_of(conn, ctx.hall_id, ticket)
            return ticket, current or now, slip_rows, others

        ticket, current_state, slip_rows, other_tickets = snapshot.read_with(ctx, query)
        catalogue = ctx.catalogue_version(ticket.version)
        latest = Forecasts.of(ctx).current()

        def place(entry: Ticket) -> TicketPlace:
            item = views.item_of(current_state, entry, catalogue)
            return place_of(current_state, entry, item, latest)

        others = [(entry, place(entry)) for entry in other_tickets]
        url = self._url(ticket)
        return views.ticket_view(
            current_state, ticket, catalogue, place(ticket), slip_rows, url, others
        )

    def by_token(self, token: str) -> Ticket:
        """Return a ticket by its token. A wrong token counts as a guess.

        Raises:
            HallError: TICKET_UNKNOWN.
        """
        ticket = self._ctx.read_single(
            lambda c: ticket_queries.by_token(c, self._ctx.hall_id, token)
        )
        if ticket is None:
            self._hall.people.guesses.wrong("page", request.remote_addr or "")
            raise HallError(QueueCode.TICKET_UNKNOWN)
        return ticket

    def state(self, current: QueueSnapshot, kiosk: str) -> KioskState:
        """Return the live state of a kiosk."""
        ctx = self._ctx

        def query(
            conn: Connection,
        ) -> tuple[Device | None, dict[str, SlipState], StandbyService | None]:
            printer = device_health_queries.serving(conn, ctx.hall_id, "printers", kiosk)
            recent = slip_queries.recent(conn, ctx.hall_id, kiosk, current.now - RECENT_MS)
            slip_states = {row.ticket_id or row.id: views.slip_state([row]) for row in recent}
            return printer, slip_states, lease_queries.standby_of(conn, ctx.hall_id, kiosk)

        printer, recent, line = ctx.read(query)
        readings = json.loads(printer.readings or "{}") if printer is not None else {}
        return views.kiosk_state(
            current, kiosk, views.printer_view(printer, readings), recent, line
        )

    def catalogue(self) -> KioskCatalogue:
        """Return everything that a kiosk offers."""
        ctx = self._ctx
        since = (ctx.local() - timedelta(days=POPULAR_DAYS)).date().isoformat()
        if self._popular[0] != since or len(self._popular[1]) < POPULAR_MOST:
            items = ctx.read(
                lambda c: ticket_counts.popular_items(c, ctx.hall_id, since, POPULAR_MOST)
            )
            self._popular = since, items
        return views.catalogue_view(ctx.catalogue(), self._popular[1])

    def item_page(self, code: str, applicant: str, viewer: Principal | None) -> ItemPage:
        """Return an item with its offer for an applicant class; "": the ordinary level.

        Raises:
            HallError: ITEM_UNKNOWN.
        """
        ctx = self._ctx
        current, latest = snapshot.take(ctx), Forecasts.of(ctx).current()
        kiosk = viewer.name if viewer is not None and viewer.kind is ActorKind.KIOSK else ""
        page = views.item_page_of(current, latest, code, applicant, kiosk)
        guide = f"{self._hall.config.base_url}/items/{code}"
        page = page.model_copy(update={"version": current.catalogue.version, "guide": guide})
        if page.offer is not None:
            try:
                ctx.read(lambda c: item_quotas.require_place(ctx, c, code, current.now))
            except HallError as error:
                page = page.model_copy(update={"offer": None, "refusal": problem(error)})
        if not kiosk:
            return page
        ticket = ctx.read(lambda c: recent_numbers.recent_number(ctx, c, kiosk, code))
        recent = RecentNumber(ticket=ticket.id, number=ticket.number) if ticket else None
        return page.model_copy(update={"recent": recent})

    def slip_of(self, slip_id: str) -> SlipState:
        """Return the state of a slip."""
        row = self._ctx.read_single(lambda c: slip_queries.get(c, self._ctx.hall_id, slip_id))
        return views.slip_state([row] if row is not None else [])

    # -- live ----------------------------------------------------------------------------------

    def kiosk_allowed(self, principal: Principal | None, key: str) -> bool:
        """Return True if the principal may read a kiosk's state: a kiosk its own, staff any."""
        if principal is None:
            return False
        return principal.is_staff or (principal.kind is ActorKind.KIOSK and principal.name == key)

    def ticket_feed(self, current: QueueSnapshot, token: str) -> TicketView:
        """Return the state for a phone."""
        return self.view_by(token, current)

    def token_exists(self, _principal: Principal | None, token: str) -> bool:
        """Return True for an existing token; raises TICKET_UNKNOWN. A token is unguessable."""
        self.by_token(token)
        return True

    # -- paper ---------------------------------------------------------------------------------

    def task_of(self, row: StoredSlip) -> Task:
        """Return a slip's row as a printer task."""
        facts = json.loads(row.document)
        catalogue = self._ctx.catalogue_version(facts["version"])
        settings, base = self._ctx.settings(), self._hall.config.base_url
        if row.kind == "notice":
            document = notice_slip(facts, catalogue, settings, bool(row.copy), base)
        else:
            document = ticket_slip(facts, catalogue, settings, base, bool(row.copy))
        age = (self._ctx.clock.now() - row.created_at) / 1000
        remaining = max(0.0, settings.of(ScreenSettings).slip_patience_seconds - age)
        return Task(row.id, row.device, "print", dict(document.to_json()), remaining)

    def outstanding_slips(self, ref: DeviceRef) -> list[Task]:
        """Return the slips of a printer without an outcome."""
        ctx = self._ctx

        def query(conn: Connection) -> list[StoredSlip]:
            rows = slip_queries.unsettled(conn, ctx.hall_id, ref.name)
            return [row for row in rows if self._is_needed(conn, row)]

        return [self.task_of(row) for row in ctx.read(query)]

    def task_for(self, slip_id: str) -> Task | None:
        """Return the task of a new slip; None if it is not to be printed."""
        ctx = self._ctx

        def query(conn: Connection) -> StoredSlip | None:
            row = slip_queries.get(conn, ctx.hall_id, slip_id)
            return row if row and row.state == "owed" and self._is_needed(conn, row) else None

        row = ctx.read(query)
        return self.task_of(row) if row is not None else None

    def _is_needed(self, conn: Connection, row: StoredSlip) -> bool:
        """Return False for the slip of a ticket that is over, unless it is a copy printed by hand.

        A slip that the printer's agent already has is always needed: the agent reports its outcome.
        """
        if row.state != "owed" or row.copy or not row.ticket_id:
            return True
        ticket = ticket_queries.get(conn, self._ctx.hall_id, row.ticket_id)
        return ticket is None or ticket.state not in FINAL

    def record_outcome(self, ref: DeviceRef, message: dict[str, Any]) -> None:
        """Record the outcome of a slip that an agent reports."""
        state = message.get("state")
        if state in ("printed", "failed", "unknown"):
            reason = str(message.get("reason", ""))[:64]
            slip = str(message.get("id", ""))
            slip_printing.settle_slip(self._ctx, ref.agent, slip, state, reason, printer=ref.name)


def _kiosk_hits(event: Event) -> set[str] | None:
    if isinstance(event, TicketMoved):
        return {event.kiosk} if event.move == "issue" else set()
    if isinstance(event, (SlipSettled, DeviceChanged, HallChanged)):
        return {"*"}
    return set()


def _ticket_hits(event: Event) -> set[str] | None:
    if isinstance(event, TicketMoved):
        return {event.token}
    return set() if not isinstance(event, DeviceChanged) else None


def add(api: Api, feeds: LiveFeeds, agents: Agents, start: Callable[..., Any]) -> None:
    """Register the routes, feeds and device handlers of kiosk and phone.

    `start` runs a call in the background.
    """
    kiosk = Kiosk(api.hall)
    _questions(api, kiosk)
    _commands(api, kiosk)
    _staff_commands(api, kiosk)
    _phone(api, kiosk)
    missed.add(api)
    appointments.add(api, kiosk.view_of)
    notices.add(api, kiosk.slip_of)
    feeds.add(Feed("kiosk", with_queue(kiosk.state), kiosk.kiosk_allowed, _kiosk_hits, 0.3))
    feeds.add(Feed("ticket", with_queue(kiosk.ticket_feed), kiosk.token_exists, _ticket_hits, 0.5))
    agents.outstanding["printers"] = kiosk.outstanding_slips
    agents.results["printers"] = kiosk.record_outcome
    standby.add(api.hall, agents, start)
    ctx = api.hall.ctx

    def sent(task: Task) -> None:
        start(slip_printing.settle_slip, ctx, "", task.id, "sent", "")

    def send_slip(event: Event) -> None:
        # At once, not in the background: the paper is on its way while the answer is written.
        if isinstance(event, SlipOwed):
            row = event.row
            task = kiosk.task_of(row) if row is not None else kiosk.task_for(event.slip)
            if task is not None:
                agents.send(task, accepted=sent)

    ctx.bus.subscribe(send_slip)


def _questions(api: Api, kiosk: Kiosk) -> None:
    @api.get("/catalogue", who=ANYONE, answer=KioskCatalogue)
    def catalogue(_call: Call) -> KioskCatalogue:
        """Return the hall's units, errand groups and items with search keys."""
        return kiosk.catalogue()

    @api.get("/items/<code>", who=ANYONE, answer=ItemPage, codes=(QueueCode.ITEM_UNKNOWN,))
    def item(call: Call) -> ItemPage:
        """Return one item: materials, legal basis, limits, fee, its windows or the refusal."""
        return kiosk.item_page(call.args["code"], "", call.principal)

    @api.get(
        "/items/<code>/for/<applicant>",
        who=ANYONE,
        answer=ItemPage,
        codes=(QueueCode.ITEM_UNKNOWN, QueueCode.CLASS_UNKNOWN),
    )
    def item_for(call: Call) -> ItemPage:
        """Return one item for a class of applicants; its wait counts the people ahead of them."""
        return kiosk.item_page(call.args["code"], call.args["applicant"], call.principal)


def _commands(api: Api, kiosk: Kiosk) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/tickets",
        who=DESK,
        body=IssueTicket,
        answer=Issued,
        codes=(*ROUTING, QueueCode.TICKET_UNKNOWN),
        example={"item": "HS-01", "applicant": "ordinary", "print": True},
    )
    def issue(call: Call) -> Issued:
        """Issue a number. The slip is printed at the kiosk that sends the request."""
        order: IssueTicket = call.body
        at = call.actor.name if call.actor.kind is ActorKind.KIOSK else ""
        issued = issuing.issue_with_data(
            ctx,
            call.actor,
            call.key,
            item=order.item,
            applicant=order.applicant,
            kiosk=at,
            paper=order.print,
            extras=issuing.IssueExtras(companion=order.companion),
        )
        return Issued(ticket=kiosk.view_of_issued(issued))

    @api.post(
        "/tickets/<ticket>/copy",
        who=missed.KIOSK,
        answer=SlipState,
        codes=(QueueCode.TICKET_UNKNOWN, QueueCode.SLIP_UNKNOWN, QueueCode.NO_PRINTER),
    )
    def copy(call: Call) -> SlipState:
        """Print the slip of a number again that this kiosk gave a moment ago."""
        return kiosk.slip_of(
            recent_numbers.print_copy(ctx, call.actor, call.key, call.args["ticket"])
        )


def _staff_commands(api: Api, kiosk: Kiosk) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/tickets/<ticket>/reprint",
        who=STAFF,
        answer=SlipState,
        codes=(QueueCode.TICKET_UNKNOWN, QueueCode.SLIP_UNKNOWN, QueueCode.NO_PRINTER),
    )
    def reprint(call: Call) -> SlipState:
        """Print a slip again by hand; it is marked as a copy."""
        slip = slip_printing.reprint(ctx, call.actor, call.key, call.args["ticket"], "")
        return kiosk.slip_of(slip)

    @api.post(
        "/tickets/<ticket>/cancel",
        who=STAFF,
        answer=Done,
        codes=(QueueCode.TICKET_UNKNOWN, QueueCode.MOVE_NOT_ALLOWED),
    )
    def cancel(call: Call) -> Done:
        """Cancel a ticket for its holder."""
        calling.cancel(ctx, call.actor, call.key, call.args["ticket"])
        return Done()

    @api.post(
        "/tickets/<ticket>/return",
        who=STAFF,
        answer=Done,
        codes=(QueueCode.TICKET_UNKNOWN, QueueCode.MOVE_NOT_ALLOWED, QueueCode.RETURN_LIMIT),
    )
    def give_back(call: Call) -> Done:
        """Let a missed person wait again."""
        calling.return_to_queue(ctx, call.actor, call.key, call.args["ticket"])
        return Done()

    @api.post(
        "/tickets/<ticket>/check-in",
        who=STAFF,
        answer=Done,
        codes=(QueueCode.TICKET_UNKNOWN, QueueCode.MOVE_NOT_ALLOWED),
    )
    def check_in(call: Call) -> Done:
        """Check in the holder of a remote number, who has come to the reception desk."""
        returning.check_in(ctx, call.actor, call.key, call.args["ticket"])
        return Done()


def _phone(api: Api, kiosk: Kiosk) -> None:
    ctx = api.hall.ctx
    phone = Actor(ActorKind.PHONE, "phone")

    @api.get(
        "/phone/<token>",
        who=ANYONE,
        answer=TicketView,
        codes=(QueueCode.TICKET_UNKNOWN,),
        policy=PHONES,
    )
    def look(call: Call) -> TicketView:
        """Return a ticket's progress by its unguessable token."""
        return kiosk.view_of(kiosk.by_token(call.args["token"]).id)

    @api.post(
        "/phone/<token>/return",
        who=ANYONE,
        answer=TicketView,
        codes=(QueueCode.TICKET_UNKNOWN, QueueCode.MOVE_NOT_ALLOWED, QueueCode.RETURN_LIMIT),
        policy=PHONES,
    )
    def come_back(call: Call) -> TicketView:
        """Let a missed person rejoin the queue a few places later."""
        ticket = kiosk.by_token(call.args["token"])
        calling.return_to_queue(ctx, phone, call.key, ticket.id)
        return kiosk.view_of(ticket.id)

    @api.post(
        "/phone/<token>/cancel",
        who=ANYONE,
        answer=TicketView,
        codes=(QueueCode.TICKET_UNKNOWN, QueueCode.MOVE_NOT_ALLOWED),
        policy=PHONES,
    )
    def give_up(call: Call) -> TicketView:
        """Cancel the number."""
        ticket = kiosk.by_token(call.args["token"])
        calling.cancel(ctx, phone, call.key, ticket.id)
        return kiosk.view_of(ticket.id)
