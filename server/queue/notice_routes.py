"""Routes of the office for notices to the hall and pauses of all windows."""

from __future__ import annotations

from server.core.errors import CommonCode
from server.core.messages import Done
from server.queue import hall_notices
from server.queue.messages import PublishNotice
from server.web_api import MANAGERS, Api, Call


def add(api: Api) -> None:
    """Register the routes."""
    ctx = api.hall.ctx

    @api.post(
        "/office/notices",
        who=MANAGERS,
        body=PublishNotice,
        answer=Done,
        codes=(CommonCode.REASON_REQUIRED,),
        example={"area": "", "pauses": True, "reason": "drill", "text": "", "minutes": 20},
    )
    def publish_notice(call: Call) -> Done:
        """Pause all windows of an area, or publish a notice there."""
        hall_notices.publish(ctx, call.actor, call.key, call.body)
        return Done()

    @api.post("/office/notices/<notice>/end", who=MANAGERS, answer=Done)
    def end_notice(call: Call) -> Done:
        """End a notice, or a pause: its windows call again."""
        hall_notices.end(ctx, call.actor, call.key, call.args["notice"])
        return Done()
