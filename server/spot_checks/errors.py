"""Error codes of spot checks, their photos and findings, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class SpotCheckCode(ErrorCode):
    """Error codes of spot checks, their photos and findings."""

    CHECK_UNKNOWN = "check_unknown"
    CHECK_NOT_DUE = "check_not_due"
    CHECK_NOT_RUNNING = "check_not_running"
    CHECKERS_TWO = "checkers_two"
    NOT_A_CHECKER = "not_a_checker"
    CHECK_SECOND = "check_second"
    MARK_REASON = "mark_reason"
    PHOTO_INVALID = "photo_invalid"
    PHOTO_UNKNOWN = "photo_unknown"
    FINDING_UNKNOWN = "finding_unknown"
    FINDING_STATE = "finding_state"
    FINDING_OWN = "finding_own"
    DISPUTE_OVER = "dispute_over"


REFUSALS: dict[ErrorCode, Refusal] = {
    SpotCheckCode.CHECK_UNKNOWN: Refusal(404, "没有这次查岗。", "There is no such spot check."),
    SpotCheckCode.CHECK_NOT_DUE: Refusal(
        409,
        "这次查岗现在不能开始：已经开始过，或已超过规定时间。",
        "This check cannot be started now: it was started before, or its time has run out.",
    ),
    SpotCheckCode.CHECK_NOT_RUNNING: Refusal(
        409, "这次查岗没有在进行。", "This check is not running."
    ),
    SpotCheckCode.CHECKERS_TWO: Refusal(
        400,
        "查岗要有两位不同的检查人，您是其中一位。",
        "A check needs two different checkers, and you are one of them.",
    ),
    SpotCheckCode.NOT_A_CHECKER: Refusal(
        403, "您不是这次查岗的检查人。", "You are not one of the checkers of this check."
    ),
    SpotCheckCode.CHECK_SECOND: Refusal(
        409,
        "第二检查人已经确认过这次查岗。",
        "The second checker has confirmed this check already.",
    ),
    SpotCheckCode.MARK_REASON: Refusal(
        400, "请选择离开的原因。", "Please say why the person is away."
    ),
    SpotCheckCode.PHOTO_INVALID: Refusal(
        400, "这张照片打不开，请重新拍。", "The photo cannot be read. Take it again."
    ),
    SpotCheckCode.PHOTO_UNKNOWN: Refusal(404, "没有这张照片。", "There is no such photo."),
    SpotCheckCode.FINDING_UNKNOWN: Refusal(404, "没有这条查岗问题。", "There is no such finding."),
    SpotCheckCode.FINDING_STATE: Refusal(
        409,
        "这条问题现在不能这样处理，请看一下它的状态。",
        "The finding is not in a state for this. Please look at it again.",
    ),
    SpotCheckCode.FINDING_OWN: Refusal(
        403,
        "与您有关的问题须由他人裁定：本人、检查人、确认人均应回避。",
        "Somebody else must decide: not the person, not who found it, not who confirmed it.",
    ),
    SpotCheckCode.DISPUTE_OVER: Refusal(
        409, "申诉时间已过。", "The time for disputing it is over."
    ),
}
