"""Route of the office for alarms."""

from __future__ import annotations

from server.alarms import actions as alarm_acts
from server.alarms.messages import TakeAlarm
from server.core.messages import Done
from server.web_api import MANAGERS, Api, Call


def add(api: Api) -> None:
    """Register the route."""
    ctx = api.hall.ctx

    @api.post(
        "/office/alarms/take",
        who=MANAGERS,
        body=TakeAlarm,
        answer=Done,
        example={"code": "device_paper_out", "subject": "printer-1"},
    )
    def take_alarm(call: Call) -> Done:
        """Take an alarm: it is quiet for a while, and the journal records who took it."""
        body: TakeAlarm = call.body
        alarm_acts.acknowledge(ctx, call.actor, call.key, body.code, body.subject)
        return Done()
