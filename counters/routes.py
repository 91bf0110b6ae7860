"""Routes and live feed of the counter, and the keypads that offer the same actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from counters import corrections, desk_page, keypad, offline, reception, views
from counters.messages import (
    CallChosen,
    CallNext,
    CounterState,
    Finish,
    Hold,
    Pause,
    Resume,
    SignIn,
    SignOut,
    TicketHistory,
    Transfer,
)
from counters.offline import desk_watch
from server.accounts.routes import Sessions
from server.catalogue.model import Window
from server.core import journal
from server.core.actors import Actor, ActorKind, Principal
from server.core.errors import CommonCode, ErrorCode, HallError
from server.core.events import Event, HallChanged
from server.core.messages import Done
from server.hall.composition import Hall
from server.live.agent_gateway import Agents, DeviceRef
from server.live.feeds import Feed, LiveFeeds
from server.queue import (
    announcements,
    call_queries,
    calling,
    chosen_calls,
    snapshot,
    ticket_counts,
    ticket_queries,
    undo,
    window_session_queries,
    window_sessions,
)
from server.queue.call_candidates import Moment
from server.queue.call_queries import StoredCall
from server.queue.errors import QueueCode
from server.queue.events import CallTold, SlipSettled, TicketMoved, WindowChanged
from server.queue.messages import WindowList
from server.queue.offline.desk_connections import ShareSeals
from server.queue.offline.desk_shares import Shares
from server.queue.queue_views import waiting_for
from server.queue.settings import CounterSettings
from server.queue.snapshot import QueueSnapshot, with_queue
from server.queue.stored_floor import StoredFloor
from server.queue.tickets import Outcome, Ticket
from server.web_api import STAFF, Api, Call

Start = Callable[..., Any]
AT_WINDOW = (
    QueueCode.WINDOW_NOT_SIGNED_IN,
    QueueCode.WINDOW_TAKEN,
    QueueCode.WINDOW_IDLE,
    QueueCode.MOVE_NOT_ALLOWED,
)

UNDO = (
    QueueCode.NOTHING_TO_UNDO,
    QueueCode.UNDO_TOO_LATE,
    QueueCode.UNDO_NEXT_CALLED,
    QueueCode.WINDOW_PAUSED,
    QueueCode.NOT_THE_HOLDER,
)


class Counter:
    """Counter of one hall."""

    def __init__(self, hall: Hall, agents: Agents) -> None:
        self._ctx = hall.ctx
        self._agents = agents
        self._shares = Shares(hall.ctx.hall_id)
        self.seals = ShareSeals.in_folder(hall.config.data, hall.ctx.tokens)

    def window_of(self, actor: Actor, key: str = "") -> str:
        """Return the window that a clerk is signed in to.

        If there is none, return the window that answered the command with this key.

        Raises:
            HallError: WINDOW_NOT_SIGNED_IN.
        """
        ctx = self._ctx
        row = ctx.read_single(
            lambda c: window_session_queries.session_of(c, ctx.hall_id, actor.name)
        )
        code = str(row.window) if row is not None else ctx.window_answered(actor, key)
        if code is None:
            raise HallError(QueueCode.WINDOW_NOT_SIGNED_IN)
        return code

    def state(self, current: QueueSnapshot, code: str) -> CounterState:
        """Return the full state of a window's page."""
        window = current.catalogue.window_by.get(code)
        if window is None:
            raise HallError(QueueCode.WINDOW_UNKNOWN, window=code)
        read = self._ctx.read if current.over else current.read
        return views.counter(current, window, read(lambda c: self._own(c, current, window)))

    def _own(self, conn: Connection, seen: QueueSnapshot, window: Window) -> views.WindowDay:
        hall_id, day = self._ctx.hall_id, seen.day
        seat, current = seen.session_rows.get(window.code), seen.current.get(window.code)
        staff = seat.staff if seat is not None else ""
        day_row = ticket_counts.day_of_staff(conn, hall_id, day, staff)
        share = self._shares.of(conn, seen, window) if seat is not None else []
        return views.WindowDay(
            missed=ticket_queries.missed(conn, hall_id, day),
            figures=views.figures(day_row),
            calls=call_queries.calls_of(conn, hall_id, current.id) if current else [],
            stranded=window_sessions.left_without_window(seen, window.code),
            share=share,
            share_seal=self.seals.seal(window.code, staff, [ticket.id for ticket in share]),
            announced=announcements.state_of(conn, hall_id, current),
            next=self._next(conn, seen, window) if seat is not None else (),
        )

    def _next(self, conn: Connection, seen: QueueSnapshot, window: Window) -> list[str]:
        most = seen.settings.of(CounterSettings).next_numbers
        if not most:
            return []
        hall_id = self._ctx.hall_id
        floor = StoredFloor(conn, hall_id, seen.day)
        moment = Moment(seen.catalogue, seen.settings, seen.sessions, seen.local, seen.now)
        waiting = ticket_queries.waiting(conn, hall_id)
        return chosen_calls.next_tickets(floor, waiting, moment, window.code, most)

    def allowed(self, principal: Principal | None, code: str) -> bool:
        """Return True for the clerk signed in at the window, and for managers."""
        if principal is None or not principal.is_staff:
            return False
        if principal.kind is not ActorKind.CLERK:
            return True
        session = self._ctx.read_single(
            lambda c: window_session_queries.session(c, self._ctx.hall_id, code)
        )
        return session is not None and session.staff == principal.name

    def windows(self, current: QueueSnapshot, _key: str) -> WindowList:
        """Return every window, for the page where a clerk chooses one."""
        return views.window_list(current)

    def staff(self, principal: Principal | None, _key: str) -> bool:
        """Return True for every account; staff names are not for boards."""
        return principal is not None and principal.is_staff

    def own_window(self, actor: Actor, key: str = "") -> CounterState:
        """Return the state of the actor's own window."""
        return self.window(self.window_of(actor, key))

    def window(self, window: str) -> CounterState:
        """Return the state of a window."""
        return snapshot.read_with(self._ctx, lambda seen: self.state(seen, window))

    def history(self, ticket_id: str) -> TicketHistory:
        """Return a ticket with its history."""
        ctx = self._ctx

        def query(
            conn: Connection,
        ) -> tuple[Ticket | None, list[StoredCall], list[dict[str, Any]]]:
            ticket_row = ticket_queries.get(conn, ctx.hall_id, ticket_id)
            calls = call_queries.calls_of(conn, ctx.hall_id, ticket_id)
            return ticket_row, calls, journal.of_subject(conn, ctx.hall_id, ticket_id)

        ticket, calls, lines = ctx.read(query)
        if ticket is None:
            raise HallError(QueueCode.TICKET_UNKNOWN, ticket=ticket_id)
        card = snapshot.read_with(ctx, lambda seen: views.card(seen, ticket, calls))
        line_views = [views.journal_line(ctx.catalogue(), line) for line in lines]
        return TicketHistory(ticket=card, lines=line_views)

    # -- keypads -------------------------------------------------------------------------------

    def desired(self, ref: DeviceRef) -> dict[str, Any] | None:
        """Return the desired state of a keypad: people waiting, and the ticket at the window."""
        return snapshot.read_with(self._ctx, lambda seen: self._pad(seen, ref.serves))

    def _pad(self, seen: QueueSnapshot, window: str) -> dict[str, Any]:
        current = seen.current.get(window)
        digits = int(current.number[-3:]) if current else None
        return {"waiting": min(waiting_for(seen, window), 999), "ticket": digits}

    def show_pads(self) -> None:
        """Update every keypad."""
        for ref in self._agents.of_kind("keypads"):
            self._agents.show(ref)

    def handle_key(self, ref: DeviceRef, message: dict[str, Any]) -> str:
        """Handle a key press; return "ok" or raise the action's HallError."""
        data = message.get("data")
        function = str(data.get("function", "")) if isinstance(data, dict) else ""
        digits = str(data.get("digits", ""))[:4] if isinstance(data, dict) else ""
        key = f"key-{str(message.get('id', ''))[:56]}"
        keypad.press(self._ctx, ref.serves, function, key, digits, ref.via)
        return "ok"


def _hits(event: Event) -> set[str] | None:
    if isinstance(event, (TicketMoved, CallTold, WindowChanged)):
        return {event.window}
    return {"*"} if isinstance(event, (HallChanged, SlipSettled)) else None


def add(api: Api, feeds: LiveFeeds, agents: Agents, start: Start, build_id: str) -> None:
    """Register the routes, feeds and device handlers of the counter."""
    counter = Counter(api.hall, agents)
    feeds.add(Feed("counter", with_queue(counter.state), counter.allowed, _hits, 0.4))
    feeds.add(Feed("windows", with_queue(counter.windows), counter.staff, _hits, 0.4))
    agents.desired["keypads"] = counter.desired
    agents.event_handlers["keypads"] = counter.handle_key
    _questions(api, counter)
    desk_page.add(api, Sessions(api, build_id), counter.window)
    _sessions(api, counter)
    _pauses(api, counter)
    _serve(api, counter)
    _call_chosen(api, counter)
    offline.add(api, counter.seals)
    feeds.watch("counter", desk_watch(api.hall))
    _hold_and_resume(api, counter)
    _transfer(api, counter)
    reception.add(api)
    corrections.add(api)
    refresh = keypad.coalesced(start, counter.show_pads)

    def listen(event: Event) -> None:
        if isinstance(event, (TicketMoved, WindowChanged)):
            refresh()

    api.hall.ctx.bus.subscribe(listen)


def _questions(api: Api, counter: Counter) -> None:
    ctx = api.hall.ctx

    @api.get("/counter", who=STAFF, answer=CounterState, codes=(QueueCode.WINDOW_NOT_SIGNED_IN,))
    def own(call: Call) -> CounterState:
        """Return the window that the clerk is signed in to."""
        return counter.own_window(call.actor, call.key)

    @api.get("/windows", who=STAFF, answer=WindowList)
    def window_list(_call: Call) -> WindowList:
        """Return every window, for choosing one to sign in to."""
        return views.window_list(snapshot.take(ctx))

    @api.get(
        "/tickets/<ticket>", who=STAFF, answer=TicketHistory, codes=(QueueCode.TICKET_UNKNOWN,)
    )
    def history(call: Call) -> TicketHistory:
        """Return a ticket with its history."""
        return counter.history(call.args["ticket"])


def _sessions(api: Api, counter: Counter) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/counter/sign-in",
        who=STAFF,
        body=SignIn,
        answer=CounterState,
        example={"window": "W01"},
        codes=(
            QueueCode.WINDOW_UNKNOWN,
            QueueCode.WINDOW_NOT_ALLOWED,
            QueueCode.BRANCH_SERVER,
            QueueCode.WINDOW_TAKEN,
            QueueCode.ALREADY_SIGNED_IN,
            QueueCode.WINDOW_CLOSED,
        ),
    )
    def sign_in(call: Call) -> CounterState:
        """Sign in to a window."""
        window_sessions.sign_in(ctx, call.actor, call.key, call.body.window)
        return counter.own_window(call.actor, call.key)

    @api.post(
        "/counter/sign-out",
        who=STAFF,
        body=SignOut,
        answer=Done,
        example={"force": False},
        codes=(QueueCode.WINDOW_NOT_SIGNED_IN, QueueCode.WINDOW_BUSY, QueueCode.LAST_WINDOW),
    )
    def sign_out(call: Call) -> Done:
        """Sign out of the window."""
        window = counter.window_of(call.actor, call.key)
        window_sessions.sign_out(ctx, call.actor, call.key, window, call.body.force)
        return Done()


def _pauses(api: Api, counter: Counter) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/counter/pause",
        who=STAFF,
        body=Pause,
        answer=CounterState,
        codes=(QueueCode.WINDOW_NOT_SIGNED_IN, QueueCode.WINDOW_BUSY),
        example={"reason": "materials", "note": ""},
    )
    def pause(call: Call) -> CounterState:
        """Stop calling for a while, with the reason; with `after`, when the window is free."""
        order: Pause = call.body
        window_sessions.pause(
            ctx,
            call.actor,
            call.key,
            counter.window_of(call.actor, call.key),
            order.reason,
            order.note,
            order.minutes or 0,
            after=order.after,
        )
        return counter.own_window(call.actor, call.key)

    @api.post(
        "/counter/drop-pause",
        who=STAFF,
        answer=CounterState,
        codes=(QueueCode.WINDOW_NOT_SIGNED_IN, QueueCode.HALL_PAUSED),
    )
    def drop_pause(call: Call) -> CounterState:
        """Cancel the pause that was to begin after the present person."""
        window = counter.window_of(call.actor, call.key)
        window_sessions.drop_next_pause(ctx, call.actor, call.key, window)
        return counter.own_window(call.actor, call.key)

    @api.post(
        "/counter/unpause",
        who=STAFF,
        answer=CounterState,
        codes=(QueueCode.WINDOW_NOT_SIGNED_IN, QueueCode.HALL_PAUSED),
    )
    def unpause(call: Call) -> CounterState:
        """Resume calling."""
        window_sessions.unpause(ctx, call.actor, call.key, counter.window_of(call.actor, call.key))
        return counter.own_window(call.actor, call.key)


def _serve(api: Api, counter: Counter) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/counter/call-next",
        who=STAFF,
        body=CallNext,
        answer=CounterState,
        codes=(
            QueueCode.WINDOW_NOT_SIGNED_IN,
            QueueCode.NOBODY_WAITING,
            QueueCode.WINDOW_BUSY,
            QueueCode.WINDOW_PAUSED,
        ),
        example={"complete": None},
    )
    def call_next(call: Call) -> CounterState:
        """Call the next person; with `complete`, end the service in progress first."""
        window = counter.window_of(call.actor, call.key)
        calling.call_next(ctx, call.actor, call.key, window, call.body.complete)
        return counter.window(window)

    def simple(
        path: str, name: str, summary: str, action: Callable[..., str], *codes: ErrorCode
    ) -> None:
        def handler(call: Call) -> CounterState:
            window = counter.window_of(call.actor, call.key)
            action(ctx, call.actor, call.key, window)
            return counter.window(window)

        handler.__name__, handler.__doc__ = name, summary
        api.post(path, who=STAFF, answer=CounterState, codes=AT_WINDOW + codes)(handler)

    no_show_codes = (QueueCode.NO_SHOW_TOO_EARLY, QueueCode.CALL_UNSPOKEN)
    simple("/counter/recall", "recall", "Call the same person again.", calling.recall)
    simple("/counter/start", "start", "The person is at the window.", calling.start)
    simple(
        "/counter/no-show", "no_show", "The person did not come.", calling.no_show, *no_show_codes
    )
    simple("/counter/undo", "undo", "The last act was a mistake.", undo.undo, *UNDO)
    summary_by_mouth = "The clerk called the number out, since no loudspeaker did."
    simple("/counter/called-by-mouth", "called_by_mouth", summary_by_mouth, announcements.by_mouth)

    @api.post(
        "/counter/finish",
        who=STAFF,
        body=Finish,
        answer=CounterState,
        codes=(*AT_WINDOW, CommonCode.REASON_REQUIRED),
        example={"outcome": "accepted", "note": ""},
    )
    def finish(call: Call) -> CounterState:
        """End the service with its outcome; a refusal needs a note."""
        order: Finish = call.body
        window = counter.window_of(call.actor, call.key)
        calling.finish(ctx, call.actor, call.key, window, Outcome(order.outcome), order.note)
        return counter.window(window)


def _call_chosen(api: Api, counter: Counter) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/counter/call-chosen",
        who=STAFF,
        body=CallChosen,
        answer=CounterState,
        codes=(
            *(QueueCode.WINDOW_NOT_SIGNED_IN, QueueCode.WINDOW_TAKEN, QueueCode.WINDOW_PAUSED),
            *(QueueCode.WINDOW_BUSY, QueueCode.TICKET_NOT_TODAY, QueueCode.MOVE_NOT_ALLOWED),
            *(QueueCode.CHOSEN_OFF, QueueCode.CHOSEN_NOT_SERVED, CommonCode.REASON_REQUIRED),
        ),
        example={"number": "A012", "reason": "unwell", "note": ""},
    )
    def call_chosen(call: Call) -> CounterState:
        """Call a waiting number out of turn, with the reason, where the hall allows it."""
        order: CallChosen = call.body
        window = counter.window_of(call.actor, call.key)
        chosen_calls.call_chosen(
            ctx, call.actor, call.key, window, order.number, order.reason, order.note.strip()
        )
        return counter.window(window)


def _hold_and_resume(api: Api, counter: Counter) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/counter/hold",
        who=STAFF,
        body=Hold,
        answer=CounterState,
        codes=AT_WINDOW,
        example={"note": "补复印件"},
    )
    def hold(call: Call) -> CounterState:
        """Put the current person on hold."""
        window = counter.window_of(call.actor, call.key)
        calling.hold(ctx, call.actor, call.key, window, call.body.note)
        return counter.window(window)

    @api.post(
        "/counter/resume",
        who=STAFF,
        body=Resume,
        answer=CounterState,
        codes=(
            QueueCode.WINDOW_NOT_SIGNED_IN,
            QueueCode.TICKET_UNKNOWN,
            QueueCode.NOT_THE_HOLDER,
            QueueCode.WINDOW_BUSY,
            QueueCode.WINDOW_PAUSED,
            QueueCode.MOVE_NOT_ALLOWED,
        ),
        example={"ticket": "20260105-A012"},
    )
    def resume(call: Call) -> CounterState:
        """Call a held or missed ticket to this window."""
        window = counter.window_of(call.actor, call.key)
        calling.resume(ctx, call.actor, call.key, window, call.body.ticket)
        return counter.window(window)


def _transfer(api: Api, counter: Counter) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/counter/transfer",
        who=STAFF,
        body=Transfer,
        answer=CounterState,
        codes=(*AT_WINDOW, QueueCode.TRANSFER_TARGET, QueueCode.BRANCH_SERVER),
        example={"window": "W02", "note": ""},
    )
    def transfer(call: Call) -> CounterState:
        """Send the current ticket to a window or a queue; number and seniority stay."""
        order: Transfer = call.body
        window = counter.window_of(call.actor, call.key)
        if order.confirmed and order.window and order.item is None and order.unit is None:
            by = (ctx, call.actor, call.key, window)
            calling.transfer_confirmed(*by, order.window, order.note)
            return counter.own_window(call.actor, call.key)
        calling.transfer(
            ctx,
            call.actor,
            call.key,
            window,
            to_window=order.window,
            to_item=order.item,
            to_unit=order.unit,
            text=order.note,
        )
        return counter.own_window(call.actor, call.key)
