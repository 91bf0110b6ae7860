"""Error codes of ratings, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class RatingCode(ErrorCode):
    """Error codes of ratings."""

    RATING_NO_SERVICE = "rating_no_service"
    RATING_GIVEN = "rating_given"
    RATING_OVER = "rating_over"
    RATING_CHANNEL = "rating_channel"
    RATING_UNKNOWN = "rating_unknown"
    REDRESS_UNKNOWN = "redress_unknown"
    REDRESS_STATE = "redress_state"
    REDRESS_OFFICE = "redress_office"
    REDRESS_SECOND = "redress_second"
    REDRESS_WORDS = "redress_words"
    REDRESS_RESULT = "redress_result"


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
    RatingCode.RATING_UNKNOWN: Refusal(404, "没有这条评价。", "There is no such rating."),
    RatingCode.REDRESS_UNKNOWN: Refusal(
        404, "没有这条差评整改。", "There is no such redress of a bad rating."
    ),
    RatingCode.REDRESS_STATE: Refusal(
        409,
        "这条整改现在不能这样处理，请看一下它进行到哪一步。",
        "The redress is not at this step. Please look at it again.",
    ),
    RatingCode.REDRESS_OFFICE: Refusal(
        403, "这一步由中心管理人员办理。", "This step is taken by the hall's office."
    ),
    RatingCode.REDRESS_SECOND: Refusal(
        403,
        "处理过这条整改的人不能裁定申诉，请由另一位管理人员裁定。",
        "Whoever took a step of this redress cannot decide the appeal. Another manager must.",
    ),
    RatingCode.REDRESS_WORDS: Refusal(400, "请写明情况。", "Please say what happened."),
    RatingCode.REDRESS_RESULT: Refusal(
        400,
        "请选择联系的结果；群众没有留联系方式的，选“未留联系方式”。",
        "Please say what came of the call; without a contact choose “no contact left”.",
    ),
}
