"""Error codes of assistance, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class AssistCode(ErrorCode):
    """Error codes of first-asked duty, of helpers, and of the green channel."""

    FIRST_ASK_UNKNOWN = "first_ask_unknown"
    FIRST_ASK_STATE = "first_ask_state"
    FIRST_ASK_PARTY = "first_ask_party"
    FIRST_ASK_WORDS = "first_ask_words"
    FIRST_ASK_TO = "first_ask_to"
    ASSIST_PERSON = "assist_person"
    HELPER_UNKNOWN = "helper_unknown"
    HELPER_STATE = "helper_state"
    HELPER_PARTY = "helper_party"
    HELPER_WORDS = "helper_words"
    HELPER_SIGNED = "helper_signed"
    HELPER_OVER = "helper_over"
    HELPER_SELF = "helper_self"
    HELPER_TAKEN = "helper_taken"
    HELPER_BARRED = "helper_barred"
    GREEN_STATE = "green_state"
    GREEN_OFFICE = "green_office"
    GREEN_SECOND = "green_second"
    GREEN_WORDS = "green_words"
    GREEN_ENDED = "green_ended"


REFUSALS: dict[ErrorCode, Refusal] = {
    AssistCode.FIRST_ASK_UNKNOWN: Refusal(
        404, "没有这条首问记录。", "There is no such record of a first-asked question."
    ),
    AssistCode.FIRST_ASK_STATE: Refusal(
        409,
        "这条首问记录现在不能这样处理，请看一下它现在的状态。",
        "This cannot be done with the question as it stands. Please look at it again.",
    ),
    AssistCode.FIRST_ASK_PARTY: Refusal(
        403,
        "这一步由首问人、接收的单位或接收人办理。",
        "This step belongs to the first asked or to the receiver.",
    ),
    AssistCode.FIRST_ASK_WORDS: Refusal(400, "请写明答复内容。", "Please write what was answered."),
    AssistCode.FIRST_ASK_TO: Refusal(
        400,
        "请选择接收的单位或接收人，不能移交给自己。",
        "Choose the unit or the person who receives it; not yourself.",
    ),
    AssistCode.ASSIST_PERSON: Refusal(
        403,
        "不能选择这个人：首问可以移交给本单位、大厅的人和其他单位的首席代表，帮办代办人从本单位、大厅或办件所属单位的人中选。"
        "请移交给单位，或请管理人员选定。",
        "This person cannot be chosen: a question goes to the own unit, the hall's own people or a "
        "chief representative, a helper comes from the own unit, the hall or the unit of the case. "
        "Choose the unit, or let the office choose.",
    ),
    AssistCode.HELPER_UNKNOWN: Refusal(
        404, "没有这件帮办代办。", "There is no such job of a helper."
    ),
    AssistCode.HELPER_STATE: Refusal(
        409,
        "帮办代办的步骤要依次进行，请看一下现在到了哪一步。",
        "The steps of a helper's job follow each other. Please look at where it stands.",
    ),
    AssistCode.HELPER_PARTY: Refusal(
        403,
        "这一步由帮办代办人办理，回访由管理人员办理。",
        "This step belongs to the helper; the call back belongs to the office.",
    ),
    AssistCode.HELPER_WORDS: Refusal(
        400, "请写明这一步的情况。", "Please write what was done in this step."
    ),
    AssistCode.HELPER_SIGNED: Refusal(
        400,
        "请上传签字的委托书，或确认委托人已在纸质委托书上签字。",
        "Add the signed authorisation, or confirm that the person signed it on paper.",
    ),
    AssistCode.HELPER_OVER: Refusal(
        409,
        "委托期限已过，请委托人重新委托。",
        "The authorisation has ended. The person would have to give a new one.",
    ),
    AssistCode.HELPER_SELF: Refusal(
        403,
        "回访不能由帮办代办人自己进行，请由另一个人回访。",
        "A helper does not call back about the own job. Somebody else must.",
    ),
    AssistCode.HELPER_TAKEN: Refusal(
        409,
        "这个人审核或审批过这个办件，不能帮办代办。",
        "This person reviewed or approved the case and cannot help with it.",
    ),
    AssistCode.HELPER_BARRED: Refusal(
        403,
        "您是这个办件的帮办代办人，不能审核或审批，请由别人办理。",
        "You help with this case and cannot review or approve it. Somebody else must.",
    ),
    AssistCode.GREEN_STATE: Refusal(
        409,
        "这个办件的绿色通道现在不能这样处理，请看一下它现在的状态。",
        "This cannot be done with the green channel as it stands. Please look at it again.",
    ),
    AssistCode.GREEN_OFFICE: Refusal(
        403,
        "绿色通道由管理人员批准或者取消。",
        "The office grants the green channel, refuses it, or lifts it.",
    ),
    AssistCode.GREEN_SECOND: Refusal(
        403,
        "提出绿色通道的人不能自己批准，请由另一个人批准。",
        "Whoever proposed the green channel cannot grant it as well. Somebody else must.",
    ),
    AssistCode.GREEN_WORDS: Refusal(400, "请写明理由。", "Please write the reason."),
    AssistCode.GREEN_ENDED: Refusal(
        409,
        "这个办件已经结束，不再需要绿色通道。",
        "This case has ended and needs no green channel.",
    ),
}
