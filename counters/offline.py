"""Import of desk actions that were done while the server was away, as one command."""

from __future__ import annotations

from collections.abc import Callable

from server.hall.composition import Hall
from server.queue.offline import desk_connections, import_desk_acts
from server.queue.offline.desk_connections import ShareSeals
from server.queue.offline.messages import ActResult, HandedInActs, HandInActs
from server.web_api import STAFF, Api, Call


def add(api: Api, seals: ShareSeals) -> None:
    """Register the import of a desk's offline actions."""

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
        """Import a desk's offline actions; the result of a rejected one states the reason."""
        results = import_desk_acts.import_actions(
            api.hall.ctx, seals, call.actor, call.key, call.body
        )
        return HandedInActs(results=[ActResult(**result) for result in results])


def desk_watch(hall: Hall) -> Callable[[str, str, str, bool], None]:
    """Return the callback that records when a desk's page connects or disconnects.

    Its arguments: connection, window, staff number, True for a connect.
    """

    def record(line: str, window: str, staff: str, connected: bool) -> None:
        if connected:
            desk_connections.record_connect(hall.ctx, line, window, staff, hall.worker)
        else:
            desk_connections.record_disconnect(hall.ctx, line)

    return record
