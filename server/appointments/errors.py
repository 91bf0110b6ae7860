"""Error codes of appointments, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class AppointmentCode(ErrorCode):
    """Error codes of appointments."""

    APPOINTMENT_UNKNOWN = "appointment_unknown"
    APPOINTMENT_STATE = "appointment_state"
    APPOINTMENT_NONE = "appointment_none"
    APPOINTMENT_CONSULT = "appointment_consult"
    APPOINTMENT_DAY = "appointment_day"
    APPOINTMENT_FULL = "appointment_full"
    APPOINTMENT_HELD = "appointment_held"
    HOLD_OVER = "hold_over"
    HOLD_MOST = "hold_most"
    APPOINTMENT_PERSON = "appointment_person"
    APPOINTMENT_TWICE = "appointment_twice"
    APPOINTMENT_MOST = "appointment_most"
    APPOINTMENT_BARRED = "appointment_barred"
    APPOINTMENT_LATE = "appointment_late"
    APPOINTMENT_EARLY = "appointment_early"
    APPOINTMENT_OTHER_DAY = "appointment_other_day"
    APPOINTMENT_NOT_HERE = "appointment_not_here"
    APPOINTMENT_REASON = "appointment_reason"
    APPOINTMENT_FIRST = "appointment_first"
    PLAN_UNKNOWN = "plan_unknown"
    PLAN_EMPTY = "plan_empty"
    PLAN_TIMES = "plan_times"
    PLAN_OVERLAP = "plan_overlap"
    PLAN_SITE = "plan_site"
    CLOSURE_UNKNOWN = "closure_unknown"
    CLOSURE_SCOPE = "closure_scope"


REFUSALS: dict[ErrorCode, Refusal] = {
    AppointmentCode.APPOINTMENT_UNKNOWN: Refusal(
        404,
        "没有这个预约，请核对预约码。",
        "There is no such appointment. Please compare the code.",
    ),
    AppointmentCode.APPOINTMENT_STATE: Refusal(
        409,
        "这个预约现在不能这样处理，请看一下它的状态。",
        "The appointment is not in a state for that. Please look at it again.",
    ),
    AppointmentCode.APPOINTMENT_NONE: Refusal(
        409,
        "这个事项暂不接受预约，请直接到大厅取号。",
        "This item takes no appointments. Please take a number in the hall.",
    ),
    AppointmentCode.APPOINTMENT_CONSULT: Refusal(
        409,
        "这个事项本厅仅咨询，不接受预约。受理地点：{advice}",
        "The hall only advises on this item and takes no appointments. {advice_en}",
    ),
    AppointmentCode.APPOINTMENT_DAY: Refusal(
        409,
        "这一天或这个时段不能预约，请另选。",
        "This day or time cannot be booked. Please choose another.",
    ),
    AppointmentCode.APPOINTMENT_FULL: Refusal(
        409, "这个时段已约满，请另选。", "This time is fully booked. Please choose another."
    ),
    AppointmentCode.APPOINTMENT_HELD: Refusal(
        409,
        "这个时段最后的名额正有人在填写，{until} 后可再看，或另选时段。",
        "The last seat of this time is being booked. Look again after {until}, or choose another.",
    ),
    AppointmentCode.HOLD_OVER: Refusal(
        409,
        "占位已过期或不是本人的，请重新选择时段。",
        "The hold has ended or is another person's. Please choose a time again.",
    ),
    AppointmentCode.HOLD_MOST: Refusal(
        429,
        "同一来源占位或预约太多，请稍后再试，或请大厅工作人员代为预约。",
        "Too many holds or appointments from one source. Try later, or ask the hall's staff.",
    ),
    AppointmentCode.APPOINTMENT_PERSON: Refusal(
        400,
        "请填写姓名和手机号码。",
        "Please give a name and a telephone number.",
    ),
    AppointmentCode.APPOINTMENT_TWICE: Refusal(
        409,
        "您这一天已预约过这个事项，不用重复预约。",
        "You have an appointment for this item on that day already.",
    ),
    AppointmentCode.APPOINTMENT_MOST: Refusal(
        409,
        "您未到期的预约已达 {most} 个，办完或取消后可再预约。",
        "You have {most} open appointments already. Use or cancel one first.",
    ),
    AppointmentCode.APPOINTMENT_BARRED: Refusal(
        409,
        "爽约已达规定次数，{until} 起可以再预约；现在可以直接到大厅取号。",
        (
            "Too many appointments were missed. New ones are possible from {until} on; a number "
            "can be taken in the hall at any time."
        ),
    ),
    AppointmentCode.APPOINTMENT_LATE: Refusal(
        409,
        "已过改期时限（时段开始前 {hours} 小时），可以取消后另约。",
        "It can be moved until {hours} hours before its time; cancel it and book anew.",
    ),
    AppointmentCode.APPOINTMENT_EARLY: Refusal(
        409,
        "来早了：预约 {start}，{since} 起可以签到。",
        "Too early: the appointment is at {start}; come back from {since} on.",
    ),
    AppointmentCode.APPOINTMENT_OTHER_DAY: Refusal(
        409,
        "预约的日期是 {day} {start}，不是今天；今天要办可以直接取号。",
        "The appointment is on {day} at {start}, not today. A number can be taken today.",
    ),
    AppointmentCode.APPOINTMENT_NOT_HERE: Refusal(
        403,
        "请到大厅后扫厅内的签到二维码，或在取号机、咨询台签到。",
        "Please scan the code in the hall, or check in at a kiosk or the reception desk.",
    ),
    AppointmentCode.APPOINTMENT_REASON: Refusal(400, "请写明理由。", "Please write the reason."),
    AppointmentCode.APPOINTMENT_FIRST: Refusal(
        409,
        "优先改约的期限已过，或已经改约，请按一般预约选择时段。",
        "The first choice has ended or was used. Please book as everybody does.",
    ),
    AppointmentCode.PLAN_UNKNOWN: Refusal(
        404, "没有这个预约方案。", "There is no such appointment plan."
    ),
    AppointmentCode.PLAN_EMPTY: Refusal(
        400,
        "请选择能预约的事项或办事主题。",
        "Please choose items or groups that can be booked.",
    ),
    AppointmentCode.PLAN_TIMES: Refusal(
        400,
        "请核对日期、星期和起止时间：开始不能晚于结束，至少容下一个时段。",
        "Please check dates, weekdays and times: they must hold at least one slot.",
    ),
    AppointmentCode.PLAN_OVERLAP: Refusal(
        409,
        "与预约方案“{name}”的事项和时间重叠，请先改那一个。",
        'Items and times overlap with the plan "{name}". Change that one first.',
    ),
    AppointmentCode.PLAN_SITE: Refusal(
        409,
        "方案的办公地点定了就不能改：请停用这个方案，给另一处新建一个。",
        "The building of a plan stays: end this plan and make another one for the other building.",
    ),
    AppointmentCode.CLOSURE_UNKNOWN: Refusal(
        404, "没有这条停约记录。", "There is no such closure."
    ),
    AppointmentCode.CLOSURE_SCOPE: Refusal(
        400,
        "请选择今天或以后的一天，时段须属于所选预约方案，窗口须是本厅窗口。",
        "Choose today or a later day, a time of the chosen plan, or a window of this hall.",
    ),
}
