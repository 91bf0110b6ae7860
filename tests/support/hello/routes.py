"""Routes, live feed and alarm of greetings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.core.actors import Principal
from server.core.events import Event
from server.core.messages import Alarm, Done
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.live.feeds import Feed, LiveFeeds
from server.web_api import STAFF, Api, Call

from . import actions, queries
from .errors import HelloCode
from .events import Greeted
from .messages import Greet, Greetings
from .settings import HelloSettings


def _state(hall: Hall) -> Greetings:
    ctx = hall.ctx
    return Greetings(
        greetings=ctx.read(lambda c: queries.greetings(c, ctx.hall_id)),
        limit=ctx.settings().of(HelloSettings).hello_limit,
    )


def _allow(principal: Principal | None, _key: str) -> bool:
    return principal is not None


def _affected(event: Event) -> set[str] | None:
    return {"*"} if isinstance(event, Greeted) else None


def add(api: Api, feeds: LiveFeeds) -> None:
    """Register the routes and the feed `hello`."""
    feeds.add(Feed("hello", lambda _now, _key: _state(api.hall), _allow, _affected, 0.0))

    @api.get("/hello", who=STAFF, answer=Greetings)
    def greetings(_call: Call) -> Greetings:
        """Return the greetings since the last rest."""
        return _state(api.hall)

    @api.post(
        "/hello",
        who=STAFF,
        body=Greet,
        answer=Done,
        codes=(HelloCode.GREETED_ENOUGH,),
        example={"greeting": "nihao"},
    )
    def greet(call: Call) -> Done:
        """Greet the hall."""
        actions.greet(api.hall.ctx, call.actor, call.key, call.body.greeting)
        return Done()


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarm of a hall that was greeted enough."""

    def current(_now: Snapshot) -> list[Alarm]:
        state = _state(hall)
        if len(state.greetings) < state.limit:
            return []
        return [
            Alarm(
                code="hello_enough",
                subject="",
                since=None,
                message_zh="今天问候已够。",
                message_en="The hall was greeted enough.",
            )
        ]

    return current
