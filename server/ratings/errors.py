"""Error codes of ratings, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class RatingCode(ErrorCode):
    """Error codes of ratings."""

    RATING_NO_SERVICE = "rating_no_service"
    RATING_GIVEN = "rating_given"
    RATING_OVER = "rating_over"
    RATING_CHANNEL = "rating_channel"


REFUSALS: dict[ErrorCode, Refusal] = {
    RatingCode.RATING_NO_SERVICE: Refusal(
        409,
        "这个号还没有办完，办完以后才能评价。",
        "This number has not been served yet. It can be rated afterwards.",
    ),
    RatingCode.RATING_GIVEN: Refusal(
        409, "这次服务已经评价过了，谢谢您。", "This service has been rated already. Thank you."
    ),
    RatingCode.RATING_OVER: Refusal(
        409,
        "评价时间已过（办完后 {days} 天内可以评价）。",
        "The time for rating is over ({days} days after the service).",
    ),
    RatingCode.RATING_CHANNEL: Refusal(
        403,
        "服务过这个号的人不能录入对自己的评价，请由他人录入。",
        "Whoever served this number cannot type in its rating. Somebody else can.",
    ),
}
