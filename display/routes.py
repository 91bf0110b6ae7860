"""Boards, strips and voice: live feeds, and device actions that a call triggers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from display.announcer import utterance
from display.board import MAIN, board, public
from display.messages import BoardState
from display.strip import strip
from server.core.actors import ActorKind, Principal
from server.core.errors import CommonCode, HallError
from server.core.events import Event, HallChanged
from server.hall.composition import Hall
from server.honours import views as honour_views
from server.honours.events import FlagMoved
from server.honours.messages import FlagHolder
from server.honours.settings import HonourSettings
from server.live.agent_gateway import Agents, DeviceRef, Task
from server.live.feeds import Feed, LiveFeeds
from server.queue import announcement_queries, snapshot
from server.queue import announcements as queue_announcements
from server.queue.events import TicketMoved, WindowChanged
from server.queue.forecasts import Forecasts
from server.queue.messages import WindowState
from server.queue.queue_views import window_states
from server.queue.settings import ScreenSettings, VoiceSettings
from server.queue.snapshot import QueueSnapshot, with_queue
from server.queue.tickets import Move
from server.web_api import Api

SPOKEN = frozenset({Move.CALL.value, Move.RECALL.value, Move.RESUME.value})
Start = Callable[..., Any]


class Display:
    """Board feeds and device actions of one hall."""

    def __init__(self, hall: Hall, feeds: LiveFeeds, agents: Agents) -> None:
        self._ctx = hall.ctx
        self._feeds = feeds
        self._agents = agents
        self._flag: FlagHolder | None = None
        """Window with the red flag; None until it is read, and again once it moved."""

    def state(self, current: QueueSnapshot, zone: str) -> BoardState:
        """Return the full state of a board."""
        forecast = None
        if current.settings.of(ScreenSettings).prepare_numbers:
            forecast = Forecasts.of(self._ctx).current().forecast
        return public(board(current, zone, forecast, self._flag_holder()))

    def _flag_holder(self) -> FlagHolder:
        """Return the window with the red flag, read once after it moved."""
        holder = self._flag
        if holder is None:
            holder = self._ctx.read_single(lambda c: honour_views.holder(self._ctx, c))
            self._flag = holder
        return holder

    def forget_flag(self) -> None:
        """Read the window with the red flag again when it is shown next."""
        self._flag = None

    def allowed(self, principal: Principal | None, zone: str) -> bool:
        """Return True if the principal may read the board: a board its own zone, staff any zone."""
        if zone != MAIN and zone not in self._ctx.catalogue().zone_by:
            raise HallError(CommonCode.NOT_FOUND)
        if principal is None:
            return False
        return principal.is_staff or (principal.kind is ActorKind.BOARD and principal.name == zone)

    def desired_state(self, ref: DeviceRef) -> dict[str, Any] | None:
        """Return the current desired state of a strip; None if its window is unknown."""
        states = window_states(snapshot.take(self._ctx))
        window = next((w for w in states if w.code == ref.serves), None)
        return strip(window, self._back(window), self._flag_text(window)) if window else None

    def _flag_text(self, window: WindowState) -> str:
        """Return the text of the window with the red flag; "" for any other."""
        holds = window.number == self._flag_holder().window
        return self._ctx.settings().of(HonourSettings).flag_strip_text if holds else ""

    def _back(self, window: WindowState) -> str:
        """Return the expected end of a window's pause, HH:MM; "" if it is unknown or past."""
        until = window.pause_until
        if until is None or until <= self._ctx.clock.now():
            return ""
        return f"{self._ctx.local(until):%H:%M}"

    def show_strips(self) -> None:
        """Update every strip."""
        states = {w.code: w for w in window_states(snapshot.take(self._ctx))}
        for ref in self._agents.of_kind("led"):
            if ref.serves in states:
                self._agents.show(ref)

    def announce(self, event: TicketMoved) -> None:
        """Speak a call in its zone and highlight it on the boards."""
        catalogue, settings = self._ctx.catalogue(), self._ctx.settings()
        window = catalogue.window_by.get(event.window)
        if window is None:
            return
        data = {
            "number": event.number,
            "window": window.code,
            "window_number": window.number,
            "zone": window.zone,
            "n": event.calls,
        }
        for zone in (MAIN, window.zone):
            self._feeds.moment(
                "board", zone, "called", data, settings.of(ScreenSettings).moment_seconds
            )
        if not self._agents.of_kind("voice"):
            return  # no loudspeaker is connected to this worker
        payload = utterance(event.number, window.number, window.zone, settings)
        payload["ticket"] = event.ticket
        # Read from the database, not from this worker's connections: the loudspeaker may be
        # connected to another worker.
        hall_id = self._ctx.hall_id
        rows = self._ctx.read_single(lambda c: announcement_queries.speakers(c, hall_id))
        request = self._ctx.read_single(
            lambda c: announcement_queries.last(c, hall_id, event.ticket)
        )
        zone, _ = queue_announcements.responsible(rows, catalogue, window.zone)
        for ref in self._agents.serving("voice", zone):
            task_id = f"{event.ticket}.{request.n if request else 0}.{self._ctx.tokens.token(6)}"
            expiry = float(settings.of(VoiceSettings).voice_expiry_seconds)
            self._agents.send(Task(f"{task_id}.{ref.name}", ref.name, "speak", payload, expiry))

    def record_outcome(self, ref: DeviceRef, message: dict[str, Any]) -> None:
        """Record the outcome of an announcement that a loudspeaker reports."""
        ticket, _, suffix = str(message.get("id", "")).partition(".")
        call = suffix.partition(".")[0]
        if call.isascii() and call.isdigit() and int(call) > 0:
            state, reason = str(message.get("state", "")), str(message.get("reason", ""))
            outcome = (ticket, int(call[:6]), state, _code(reason))
            queue_announcements.store_report(self._ctx, ref.via, ref.serves, *outcome)


def _board_hits(event: Event) -> set[str] | None:
    if isinstance(event, (TicketMoved, WindowChanged, HallChanged, FlagMoved)):
        return {"*"}
    return None


def add(api: Api, feeds: LiveFeeds, agents: Agents, start: Start) -> None:
    """Register the routes, feeds and device handlers of boards, strips and voice."""
    display = Display(api.hall, feeds, agents)
    feeds.add(Feed("board", with_queue(display.state), display.allowed, _board_hits, 0.0))
    agents.desired["led"] = display.desired_state
    agents.results["voice"] = display.record_outcome

    def listen(event: Event) -> None:
        if isinstance(event, TicketMoved) and event.move in SPOKEN:
            start(display.announce, event)
        if isinstance(event, (TicketMoved, WindowChanged)) and event.window:
            start(_strips_of, agents, event.window)
        elif isinstance(event, FlagMoved) or (
            isinstance(event, HallChanged) and event.what in ("catalogue", "day", "settings")
        ):
            display.forget_flag()
            start(display.show_strips)

    api.hall.ctx.bus.subscribe(listen)


def _code(text: str) -> str:
    """Return a reason without the characters that the database does not accept."""
    return "".join(c for c in text if c.isascii() and (c.isalnum() or c == "_"))[:64]


def _strips_of(agents: Agents, window: str) -> None:
    for ref in agents.serving("led", window):
        agents.show(ref)
