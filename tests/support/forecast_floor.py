"""Floors and moments for tests of the forecast: the small hall at ten, errands of ten minutes.

S1 serves building and social here, so that the general windows relieve tax and social.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.core.clock import local
from server.core.settings import Settings
from server.queue.call_candidates import Moment
from server.queue.routing import WindowSession
from server.queue.tickets import Ticket, lane
from server.queue.turns import Turn
from server.queue.wait_forecast import PresentFloor, PriorityCall, forecast
from support.halls import at, catalogue

NOW = at(10)
MINUTES = 10.0
TARGETS = {"tax": 5, "social": 40, "build": 15}
_SMALL = catalogue()
HALL = replace(
    _SMALL,
    units=tuple(replace(u, target_wait=TARGETS.get(u.code, u.target_wait)) for u in _SMALL.units),
    windows=tuple(
        replace(w, units=("build", "social")) if w.code == "S1" else w for w in _SMALL.windows
    ),
)
"""The small hall, where S1 serves social too: the general windows relieve tax and social."""


def ticket(n: int, item: str, klass: str = "ordinary", *, since: int = NOW) -> Ticket:
    """Return the n-th ticket of the day, waiting."""
    return Ticket(
        id=f"t{n}",
        day="",
        number="",
        token="",
        queue=HALL.item_by[item].unit,
        item=item,
        klass=klass,
        level=HALL.class_by[klass].level,
        lane=lane(item, klass),
        ord=n,
        version=1,
        kiosk="",
        issued_at=since,
        waiting_since=since,
    )


def moment(
    windows: Sequence[str], paused: Sequence[str] = (), settings: Settings | None = None
) -> Moment:
    """Return ten o'clock with these windows signed in."""
    sessions = {w: WindowSession(w, w, w in paused) for w in windows}
    return Moment(HALL, settings or Settings(), sessions, local(NOW, "Asia/Shanghai"), NOW)


def floor(
    waiting: Sequence[Ticket],
    busy: Mapping[str, int] | None = None,
    calls: Sequence[PriorityCall] = (),
    runs: Mapping[str, int] | None = None,
    lately: Sequence[Ticket] = (),
) -> PresentFloor:
    """Return a floor where every errand takes ten minutes."""
    busy = busy or {}
    serving = dict.fromkeys(busy, MINUTES)
    return PresentFloor(waiting, busy, serving, calls, runs or {}, lately, lambda *_item: MINUTES)


def turns(
    windows: Sequence[str], present: PresentFloor, paused: Sequence[str] = ()
) -> dict[str, Turn]:
    """Return the turns by ticket."""
    return forecast(moment(windows, paused), present).turns
