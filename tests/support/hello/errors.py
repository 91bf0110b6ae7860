"""Error codes of greetings, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class HelloCode(ErrorCode):
    """Error codes of greetings."""

    GREETED_ENOUGH = "greeted_enough"


REFUSALS: dict[ErrorCode, Refusal] = {
    HelloCode.GREETED_ENOUGH: Refusal(
        409, "今天已问候 {limit} 次，请明天再来。", "{limit} greetings are enough for today."
    ),
}
