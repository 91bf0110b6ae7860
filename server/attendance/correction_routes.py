"""Route that requests a correction; leave decides it.

It stands here because the request stores the present verdict of its slot.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.attendance.present_verdict import present_verdict
from server.leave import correction_actions
from server.leave.errors import LeaveCode
from server.leave.messages import AskCorrection, CaseAsked
from server.leave.routes import ASKING
from server.web_api import STAFF, Api, Call

EXAMPLE_CORRECTION = {
    "staff": "1004",
    "day": "2026-11-23",
    "slot": "am_in",
    "verdict": "on_time",
    "claimed": "08:25",
    "reason": "手指有伤，打卡没有反应",
}


def add(api: Api) -> None:
    """Register the request of a correction."""
    ctx = api.hall.ctx

    @api.post(
        "/requests/corrections",
        who=STAFF,
        body=AskCorrection,
        answer=CaseAsked,
        codes=(
            *ASKING,
            LeaveCode.CORRECTION_TOO_LATE,
            LeaveCode.CORRECTION_QUOTA,
            LeaveCode.CORRECTION_TWICE,
        ),
        example=EXAMPLE_CORRECTION,
    )
    def ask_correction(call: Call) -> CaseAsked:
        """Request the correction of one slot of one day."""
        body: AskCorrection = call.body
        correction_request = correction_actions.CorrectionRequest(
            body.staff,
            date.fromisoformat(body.day),
            body.slot,
            body.verdict,
            body.reason,
            body.claimed,
            body.file,
        )

        def stands(conn: Connection, staff: str, day: date, slot: str) -> dict[str, Any]:
            return present_verdict(ctx, conn, staff, day, slot)

        return CaseAsked(
            id=correction_actions.request(ctx, call.actor, call.key, correction_request, stands)
        )
