"""First answer to the desk's page: who is signed in, and the window that they sit at.

One request instead of two: the page shows the desk before its live feed is connected.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from counters.messages import CounterState, DeskPage
from server.accounts.messages import Session
from server.accounts.routes import Sessions
from server.web_api import ANYONE, Api, Call


def add(api: Api, sessions: Sessions, window: Callable[[str], CounterState]) -> None:
    """Register the route; `window` returns the state of a window."""

    @api.get("/counter/page", who=ANYONE, answer=DeskPage)
    def page(call: Call) -> DeskPage:
        """Return this browser's session, and the state of the window that the person sits at."""
        session = sessions.session(call.principal, api.access.csrf(request))
        return DeskPage(session=session, desk=_own_desk(session, window))


def _own_desk(session: Session, window: Callable[[str], CounterState]) -> CounterState | None:
    """Return the state of the person's own window; None without one.

    The person may have left the window since the session was read.
    """
    if session.kind != "staff" or session.must_change or not session.window:
        return None
    state = window(session.window)
    return state if state.signed_in and state.staff == session.name else None
