"""Error codes of joint review, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class JointCode(ErrorCode):
    """Error codes of joint review."""

    JOINT_UNKNOWN = "joint_unknown"
    JOINT_MODE = "joint_mode"
    JOINT_CASE = "joint_case"
    JOINT_LEAD = "joint_lead"
    JOINT_UNIT = "joint_unit"
    JOINT_UNITS = "joint_units"
    JOINT_STATE = "joint_state"
    JOINT_WORDS = "joint_words"
    JOINT_OPINION = "joint_opinion"
    JOINT_LIMIT = "joint_limit"
    JOINT_ENDED = "joint_ended"
    JOINT_OPEN = "joint_open"
    JOINT_BODY = "joint_body"
    JOINT_NUMBER = "joint_number"
    JOINT_SCOPE = "joint_scope"
    JOINT_SERVED = "joint_served"
    MEETING_STATE = "meeting_state"
    MEETING_DAY = "meeting_day"
    MEETING_PAST = "meeting_past"
    MEETING_LIST = "meeting_list"
    MEETING_SECOND = "meeting_second"


REFUSALS: dict[ErrorCode, Refusal] = {
    JointCode.JOINT_UNKNOWN: Refusal(
        404,
        "没有这条并联审批记录，或不由您的单位办理。",
        "There is no such part or meeting, or it is not your unit's.",
    ),
    JointCode.JOINT_MODE: Refusal(
        409,
        "这个事项的办理方式不同，不能这样办理。",
        "Cases of this item are handled in another mode.",
    ),
    JointCode.JOINT_CASE: Refusal(
        409,
        "办件尚未受理，或已作出决定，请看一下它进行到哪一步。",
        "The case is not accepted, or it has ended. Please look at it again.",
    ),
    JointCode.JOINT_LEAD: Refusal(
        403,
        "这一步由牵头单位的承办人办理。",
        "This step is taken by the handler of the lead unit.",
    ),
    JointCode.JOINT_UNIT: Refusal(
        403,
        "这一步由被征求意见的单位办理。",
        "This step is taken by the unit whose opinion is asked for.",
    ),
    JointCode.JOINT_UNITS: Refusal(
        400,
        "请选择其他单位，每个单位只选一次，正在办理的不重复发送。",
        "Please choose other units, each once, and none that is still answering.",
    ),
    JointCode.JOINT_STATE: Refusal(
        409,
        "现在不能这样办理，请看一下它进行到哪一步。",
        "It is not at this step. Please look at it again.",
    ),
    JointCode.JOINT_WORDS: Refusal(400, "请写明理由。", "Please write the reason."),
    JointCode.JOINT_OPINION: Refusal(
        400,
        "请选择意见：同意、不同意，或同意但须上报。",
        "Please choose: agree, disagree, or agree but it must go upward.",
    ),
    JointCode.JOINT_LIMIT: Refusal(
        409,
        "答复期限超过办件的承诺日期 {day}，请缩短期限或写明理由。",
        "The answer would be due after the promised day {day}. Please shorten it or give a reason.",
    ),
    JointCode.JOINT_ENDED: Refusal(
        409,
        "各单位意见已经齐全，结果告知书已经形成，不能再改。",
        "Every unit has answered and the notice is made. Nothing can change any more.",
    ),
    JointCode.JOINT_OPEN: Refusal(
        409,
        "还有 {count} 份并联审批、上报或转办没有办完，办完才能进入下一步。",
        "{count} part(s) have not ended: opinions of units, answers from above or from elsewhere.",
    ),
    JointCode.JOINT_BODY: Refusal(
        400,
        "请填写上级机关，或从名单中选择办理机构。",
        "Please name the superior body, or choose the deciding body from the list.",
    ),
    JointCode.JOINT_NUMBER: Refusal(
        400, "请填写上级答复的文号。", "Please enter the number of the answer from above."
    ),
    JointCode.JOINT_SCOPE: Refusal(
        409,
        "这个事项的通办范围只限本厅，不能由其他大厅办理。",
        "The network scope of this item is this hall alone.",
    ),
    JointCode.JOINT_SERVED: Refusal(
        409, "这份告知书已经登记送达。", "The service of this notice is recorded already."
    ),
    JointCode.MEETING_STATE: Refusal(
        409,
        "会议现在不能这样登记，请看一下它的记录。",
        "The meeting is not at this step. Please look at it again.",
    ),
    JointCode.MEETING_DAY: Refusal(
        409,
        "日期有误：召集须在今天或以后，签到须在开会当天或以后。",
        "A meeting is called for today or later, its attendance recorded on its day or later.",
    ),
    JointCode.MEETING_PAST: Refusal(
        409,
        "开会当天已过，更正签到须另一个人确认，请提交更正申请。",
        "The day is past. A correction has to be requested, and confirmed by somebody else.",
    ),
    JointCode.MEETING_LIST: Refusal(
        400,
        "请对每个受邀单位登记到会或缺席，每个单位一次。",
        "Please enter every invited unit once, as present or absent.",
    ),
    JointCode.MEETING_SECOND: Refusal(
        403,
        "申请更正的人不能自己确认，请由另一个人确认。",
        "Whoever requested the correction cannot confirm it. Somebody else must.",
    ),
}
