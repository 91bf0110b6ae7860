"""What a desk did while the server was away, handed in as one command."""

from __future__ import annotations

from server.api import STAFF, Api, Call
from server.services import replaying
from server.wire.commands import HandInActs
from server.wire.views import ActResult, HandedInActs


def add(api: Api) -> None:
    """Register what a desk brings back from a time without the server."""

    @api.post(
        "/counter/handed-in",
        who=STAFF,
        body=HandInActs,
        answer=HandedInActs,
        example={
            "window": "W01",
            "known": "",
            "acts": [{"kind": "call", "ticket": "20260105-A012", "at": 1767578400000}],
        },
    )
    def handed_in(call: Call) -> HandedInActs:
        """What the desk did while the server was away; what no longer fits says why."""
        results = replaying.hand_in(api.hall.ctx, call.actor, call.key, call.body)
        return HandedInActs(results=[ActResult(**one) for one in results])
