"""Number leases of the kiosks, and import of the tickets issued without the server.

A lease contains everything: numbers with their tickets' tokens, each item's page and the times when
it may be issued, the slip with placeholders for unknown values. The agent only fills these in.
Which windows will be staffed is unknown in advance, so a lease depends on opening hours, mandates
and last-ticket times alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall
from typing import Any

from pydantic import ValidationError

from kiosk.slip import standby_applicant, standby_slip, windows_words
from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Catalogue, Handling, Item, Scope
from server.catalogue.refs import building, item_ref, materials, unit_ref, window_refs
from server.core.clock import instant
from server.core.errors import CommonCode, HallError
from server.core.events import Event, HallChanged
from server.core.problems import problem
from server.core.settings import GeneralSettings, Settings
from server.hall.composition import Hall
from server.live.agent_gateway import Agents, DeviceRef, Task
from server.queue import sites, slip_printing
from server.queue.errors import QueueCode
from server.queue.offline import import_tickets, lease_queries, number_leases
from server.queue.offline.lease_queries import Lease
from server.queue.offline.messages import GivenTicket, SettledSlip, StandbyAnnounced
from server.queue.offline.settings import OfflineSettings
from server.queue.routing import WindowSession, WindowSessions, route, windows_for
from server.queue.settings import NumberSettings, ScreenSettings
from server.queue.tickets import number

KIND = "standby"
OWN_REFUSALS = (QueueCode.ITEM_UNKNOWN, QueueCode.CLASS_UNKNOWN, QueueCode.NUMBERS_EXHAUSTED)
LEASE_CHANGES = frozenset({"catalogue", "calendar", "settings", "day", number_leases.CHANGED})
TIME_SECONDS = 2.0
"""Seconds after a lease until the time task is sent, and seconds until that task expires."""
Json = dict[str, Any]


class Standby:
    """Server side of the kiosks' standby services."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._ctx = hall.ctx
        self._offers: tuple[Any, dict[str, Json]] | None = None

    # -- to the agent --------------------------------------------------------------------------

    def lease(self, ref: DeviceRef) -> Json | None:
        """Return the lease that the agent of a kiosk must hold from now on."""
        ctx, kiosk = self._ctx, ref.serves
        line = ctx.read(lambda c: lease_queries.standby_of(c, ctx.hall_id, kiosk))
        if line is None or line.device != ref.name:
            return None
        if not ctx.settings().of(OfflineSettings).offline_numbers:
            return {"off": True, "now": ctx.clock.now()}
        rows = number_leases.top_up(ctx, kiosk)
        today = ctx.local().date()
        return {
            **self._offered(today, kiosk),
            "kiosk": kiosk,
            "secret": line.secret,
            "blocks": [_block(row) for row in rows],
            "now": ctx.clock.now(),
        }

    def time(self, ref: DeviceRef) -> Task:
        """Return a task with hall time only: a lease takes too long in transit to set a clock."""
        now = self._ctx.clock.now()
        return Task(f"time-{ref.name}-{now}", ref.name, "time", {"now": now}, TIME_SECONDS)

    def _offered(self, day: date, kiosk: str) -> Json:
        """Return the part common to a building's kiosks, cached until hall data or day change."""
        catalogue, settings = self._ctx.catalogue(), self._ctx.settings()
        key, site = (catalogue, day, settings), sites.of_kiosk(catalogue, settings, kiosk)
        if self._offers is None or self._offers[0] != key:
            self._offers = (key, {})
        offers = self._offers[1]
        if site not in offers:
            base = self._hall.config.base_url
            offers[site] = self._hall.offload(
                lambda: lease_content(catalogue, settings, day, base, site)
            )
        return offers[site]

    # -- from the agent ------------------------------------------------------------------------

    def receive(self, ref: DeviceRef, message: Json) -> str:
        """Handle an announced service, an issued ticket or a slip outcome.

        Raises:
            HallError: INVALID, if the data is malformed.
        """
        kind, data, age = message.get("kind"), message.get("data"), message.get("age")
        try:
            if kind == "line":
                announcement = StandbyAnnounced.model_validate(data)
                number_leases.announce(
                    self._ctx, ref.via, ref.serves, announcement.line, announcement.book
                )
            elif kind == "ticket":
                return self._ticket(ref, GivenTicket.model_validate(data), age)
            elif kind == "slip":
                slip = SettledSlip.model_validate(data)
                outcome = (slip.slip, slip.state, slip.reason)
                slip_printing.settle_slip(self._ctx, ref.agent, *outcome, kiosk=ref.serves)
        except ValidationError as error:
            raise HallError(CommonCode.INVALID, field=str(error.errors()[0]["loc"])) from None
        return "ok"

    def _ticket(self, ref: DeviceRef, ticket: GivenTicket, age: object) -> str:
        if ticket.kiosk != ref.serves:
            raise HallError(CommonCode.INVALID, field="kiosk")
        if ticket.id != f"{ticket.day.replace('-', '')}-{number(ticket.prefix, ticket.seq)}":
            raise HallError(CommonCode.INVALID, field="id")
        seconds = float(age) if isinstance(age, int | float) and 0 <= age < 10**9 else 0.0
        return import_tickets.import_ticket(self._ctx, ref.via, ticket, seconds)


def _block(row: Lease) -> Json:
    block = {name: getattr(row, name) for name in ("id", "prefix", "first", "last", "used")}
    return block | {"tokens": json.loads(row.tokens)}


def lease_content(
    catalogue: Catalogue, settings: Settings, day: date, base_url: str, site: str = ""
) -> Json:
    """Return a lease without numbers and secret: items, classes, texts, slip.

    `site`: building of the kiosk, in a hall that tells its buildings apart.
    """
    midnight = datetime.combine(day, wall())
    begins = instant(midnight, settings.of(GeneralSettings).timezone)
    ends = instant(midnight + timedelta(days=1), settings.of(GeneralSettings).timezone)
    noon = datetime.combine(day, wall(12))
    utc = (
        noon.replace(tzinfo=UTC).timestamp()
        - instant(noon, settings.of(GeneralSettings).timezone) / 1000
    )
    refs = window_refs(catalogue, [w.code for w in catalogue.windows])
    items, groups = _items(catalogue, settings, day, site)
    return {
        "day": day.isoformat(),
        "begins": begins,
        "ends": ends,
        "utc_offset": int(utc),
        "version": catalogue.version,
        "url": base_url,
        "origins": [base_url],
        "patience": settings.of(ScreenSettings).slip_patience_seconds,
        "classes": {
            c.code: {"mark": c.mark, "paper": standby_applicant(c)} for c in catalogue.classes
        },
        "words": {code.value: _refusal(HallError(code)) for code in OWN_REFUSALS},
        "paper": dict(standby_slip(catalogue, settings).to_json()),
        "ticket": _ticket(settings),
        "windows": {ref.code: ref.model_dump(mode="json") for ref in refs},
        "steps": groups,
        "items": items,
    }


def _refusal(error: HallError) -> Json:
    return problem(error).model_dump(mode="json")


def _ticket(settings: Settings) -> Json:
    """Return the fields that every ticket's view has in common."""
    return {
        "state": "waiting",
        "ahead": 0,
        "low": 0,
        "high": 0,
        "called_window": None,
        "call_count": 0,
        "called_at": None,
        "can_return": False,
        "return_places": settings.of(NumberSettings).return_places,
        "outcome": "",
        "materials": [],
        "notice": settings.of(ScreenSettings).notice_zh,
        "notice_en": settings.of(ScreenSettings).notice_en,
    }


def _items(
    catalogue: Catalogue, settings: Settings, day: date, site: str
) -> tuple[dict[str, Json], dict[str, list[Json]]]:
    """Return every item's page, and a day's steps, shared by items of the same windows."""
    sessions = {w.code: WindowSession(w.code, "") for w in catalogue.windows}
    noon = datetime.combine(day, wall(12))
    items: dict[str, Json] = {}
    groups: dict[str, list[Json]] = {}
    for item in catalogue.items:
        group = _group(catalogue, item, noon)
        if group not in groups:
            groups[group] = list(steps(catalogue, settings, item, day, sessions, site))
        unit = catalogue.unit_by[item.unit]
        page = {
            "item": item_ref(item).model_dump(mode="json"),
            "unit": unit_ref(catalogue, unit).model_dump(mode="json"),
            "materials": [material.model_dump(mode="json") for material in materials(item)],
            "legal_basis": item.legal_basis,
            "promised_days": item.promised_days,
            "legal_days": item.legal_days,
            "legal_unit": item.legal_unit.value,
            "fee": item.fee,
            "buildings": _elsewhere(catalogue, item, day, site),
        }
        items[item.code] = {"prefix": unit.prefix, "steps": group, "page": page}
    return items, groups


def _elsewhere(catalogue: Catalogue, item: Item, day: date, site: str) -> list[Json]:
    """Return the buildings to go to for an item that a kiosk's building does not serve that day."""
    midnight = datetime.combine(day, wall())
    serving = sites.serving(catalogue, item, midnight) if site else []
    here = [window.code for window in windows_for(catalogue.at(site), item, midnight)]
    if any(catalogue_hours.item_spans(catalogue, item.code, code, day) for code in here):
        return []
    return [building(entry).model_dump(mode="json") for entry in serving]


def _group(catalogue: Catalogue, item: Item, noon: datetime) -> str:
    """Return the group of an item; a group shares issuing times, windows and texts."""
    own_hours = any(h.scope is Scope.ITEM and h.subject == item.code for h in catalogue.hours)
    if own_hours or item.handling is not Handling.ACCEPTED:
        return item.code
    windows = "+".join(w.code for w in windows_for(catalogue, item, noon))
    return f"{item.unit}/{windows}"


def steps(
    catalogue: Catalogue,
    settings: Settings,
    item: Item,
    day: date,
    sessions: WindowSessions,
    site: str = "",
) -> Iterator[Json]:
    """Yield an item's steps of a day: from when on which windows serve it, or why none does.

    Nothing changes between two marks, so routing is computed once at each mark.
    """
    last: Json | None = None
    for mark in sorted(_marks(catalogue, settings, item, day)):
        step: Json = {"windows": [], "paper": "", "refusal": None}
        try:
            choice = route(catalogue, item.code, mark, sessions, settings, site)
            step["windows"] = [ref.code for ref in window_refs(catalogue, choice.now)]
            step["paper"] = windows_words(catalogue, choice.now)
        except HallError as error:
            error.data.pop("item", None)
            step["refusal"] = _refusal(error)
        if step != last:
            yield {"at": instant(mark, settings.of(GeneralSettings).timezone), **step}
            last = step


def _marks(catalogue: Catalogue, settings: Settings, item: Item, day: date) -> set[datetime]:
    midnight = datetime.combine(day, wall())
    marks = {midnight}
    early = {
        settings.of(NumberSettings).early_ticket_minutes,
        settings.of(NumberSettings).break_ticket_minutes,
    }
    last = timedelta(minutes=settings.of(NumberSettings).last_ticket_minutes)
    for window in windows_for(catalogue, item, midnight):
        for span in catalogue_hours.item_spans(catalogue, item.code, window.code, day):
            opens, closes = (datetime.combine(day, t) for t in (span.opens, span.closes))
            marks |= {opens, closes, closes - last + timedelta(milliseconds=1)}
            marks |= {opens - timedelta(minutes=minutes) for minutes in early}
    return {mark for mark in marks if mark >= midnight}


class LeaseRefresher:
    """Refresher of the leases of connected kiosks.

    `start(call, *args, delay=0)` runs a call in the background.
    """

    def __init__(self, hall: Hall, agents: Agents, start: Callable[..., Any]) -> None:
        self._ctx = hall.ctx
        self._agents = agents
        self._start = start
        self._soon: set[str] = set()
        self.standby = Standby(hall)

    def lease(self, ref: DeviceRef) -> Json | None:
        """Return a kiosk's lease and schedule the time task that follows it."""
        lease_state = self.standby.lease(ref)
        if lease_state is not None and "items" in lease_state:
            self._start(self._send_time, ref, delay=TIME_SECONDS)
        return lease_state

    def listen(self, event: Event) -> None:
        """Update the leases that a change of the hall affects."""
        if not isinstance(event, HallChanged):
            return
        kiosk = event.data.get("kiosk")
        if event.what in LEASE_CHANGES:
            self._start(self._show, kiosk)
        elif event.what == import_tickets.HANDED_IN and str(kiosk) not in self._soon:
            self._soon.add(str(kiosk))
            self._start(self._top_up, str(kiosk), delay=TIME_SECONDS)

    def _show(self, kiosk: str | None) -> None:
        for ref in self._agents.of_kind(KIND):
            if kiosk in (None, ref.serves):
                self._agents.show(ref)

    def _top_up(self, kiosk: str) -> None:
        """Send another block of numbers after an import, if too few are left."""
        self._soon.discard(kiosk)
        if number_leases.is_short(self._ctx, kiosk):
            self._show(kiosk)

    def _send_time(self, ref: DeviceRef) -> None:
        self._agents.send(self.standby.time(ref))


def add(hall: Hall, agents: Agents, start: Callable[..., Any]) -> None:
    """Register the handlers of the kiosks' standby services and keep their leases fresh."""
    keeper = LeaseRefresher(hall, agents, start)
    agents.desired[KIND] = keeper.lease
    agents.event_handlers[KIND] = keeper.standby.receive
    hall.ctx.bus.subscribe(keeper.listen)
