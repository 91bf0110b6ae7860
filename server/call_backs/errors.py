"""Error codes of call backs, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class CallBackCode(ErrorCode):
    """Error codes of call backs."""

    CALL_BACK_UNKNOWN = "call_back_unknown"
    CALL_BACK_ENDED = "call_back_ended"
    CALL_BACK_LEVEL = "call_back_level"


REFUSALS: dict[ErrorCode, Refusal] = {
    CallBackCode.CALL_BACK_UNKNOWN: Refusal(
        404, "回访名单上没有这一件。", "There is no such case on the list of call backs."
    ),
    CallBackCode.CALL_BACK_ENDED: Refusal(
        409,
        "这一件的回访已经结束，请看一下结果。",
        "The call back of this case has ended. Please look at its result.",
    ),
    CallBackCode.CALL_BACK_LEVEL: Refusal(
        400,
        "作出评价的请选满意程度；没有作出评价的不填满意程度和内容。",
        "Choose the level if the person rated; otherwise give no level and no words.",
    ),
}
