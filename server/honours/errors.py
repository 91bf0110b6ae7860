"""Error codes of honours, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class HonourCode(ErrorCode):
    """Error codes of honours."""

    FLAG_UNKNOWN = "flag_unknown"
    FLAG_STATE = "flag_state"
    FLAG_RUNNING = "flag_running"
    FLAG_UNRELEASED = "flag_unreleased"
    FLAG_CANDIDATE = "flag_candidate"
    FLAG_BARRED = "flag_barred"
    FLAG_REASON = "flag_reason"
    FLAG_WORDS = "flag_words"
    FLAG_SECOND = "flag_second"
    VETO_UNKNOWN = "veto_unknown"
    VETO_STATE = "veto_state"
    VETO_SUBJECT = "veto_subject"
    VETO_EVIDENCE = "veto_evidence"
    VETO_WORDS = "veto_words"
    VETO_SECOND = "veto_second"
    VETO_OFFICE = "veto_office"
    VETO_DISPUTE_OVER = "veto_dispute_over"
    INTERVIEW_UNKNOWN = "interview_unknown"
    INTERVIEW_STATE = "interview_state"
    INTERVIEW_WORDS = "interview_words"
    INTERVIEW_SECOND = "interview_second"
    LIST_UNKNOWN = "honour_list_unknown"
    LIST_STATE = "honour_list_state"
    LIST_CHANGED = "honour_list_changed"
    LIST_WORDS = "honour_list_words"
    LIST_SECOND = "honour_list_second"


REFUSALS: dict[ErrorCode, Refusal] = {
    HonourCode.FLAG_UNKNOWN: Refusal(
        404, "这个季度还没有流动红旗的决定。", "No flag was proposed for this quarter."
    ),
    HonourCode.FLAG_STATE: Refusal(
        409,
        "这个季度的红旗现在不能这样处理，请看一下它进行到哪一步。",
        "This quarter's flag is not at this step. Please look at it again.",
    ),
    HonourCode.FLAG_RUNNING: Refusal(
        409,
        "这个季度还没有结束，结束以后才能评红旗窗口。",
        "This quarter is not over. Its flag is decided afterwards.",
    ),
    HonourCode.FLAG_UNRELEASED: Refusal(
        409,
        "这个季度的窗口排名还没有发布，请先发布考核结果。",
        "The ranking of this quarter's windows is not released. Please release it first.",
    ),
    HonourCode.FLAG_CANDIDATE: Refusal(
        400, "这个窗口不在本季度的排名中。", "This window is not in the ranking of the quarter."
    ),
    HonourCode.FLAG_BARRED: Refusal(
        409,
        "{window} 本季度不能评为红旗窗口，原因和依据见排名表。",
        "{window} is barred this quarter. The ranking shows the reasons and their evidence.",
    ),
    HonourCode.FLAG_REASON: Refusal(
        400,
        "所选窗口不是可评窗口中确定的第一名，请写明理由。",
        "The window is not certainly the first of those that may have it. Please write the reason.",
    ),
    HonourCode.FLAG_WORDS: Refusal(400, "请写明理由。", "Please write the reason."),
    HonourCode.FLAG_SECOND: Refusal(
        403,
        "上一步由您办理，或窗口里有您本人，请由另一位管理人员办理。",
        "You took the step before, or work at this window. Another manager has to act.",
    ),
    HonourCode.VETO_UNKNOWN: Refusal(404, "没有这条一票否决。", "There is no such veto."),
    HonourCode.VETO_STATE: Refusal(
        409,
        "这条一票否决现在不能这样处理，请看一下它进行到哪一步。",
        "The veto is not at this step. Please look at it again.",
    ),
    HonourCode.VETO_SUBJECT: Refusal(
        400,
        "请选择一票否决针对的人员、窗口或单位。",
        "Please choose the person, window or unit of the veto.",
    ),
    HonourCode.VETO_EVIDENCE: Refusal(
        400,
        "请附上依据：书面材料，或已查实的投诉、已认定的查岗问题的编号。",
        "Please add evidence: a paper, a proven complaint, or a confirmed finding.",
    ),
    HonourCode.VETO_WORDS: Refusal(400, "请写明事由或理由。", "Please write the reason."),
    HonourCode.VETO_SECOND: Refusal(
        403,
        "您是当事人，或已经提出、认定过这条一票否决，请由另一位管理人员办理。",
        "It concerns you, or you proposed or confirmed it. Another manager has to act.",
    ),
    HonourCode.VETO_OFFICE: Refusal(
        403, "这一步由中心管理人员办理。", "This step is taken by the hall's office."
    ),
    HonourCode.VETO_DISPUTE_OVER: Refusal(409, "申诉期限已过。", "The time for a dispute is over."),
    HonourCode.INTERVIEW_UNKNOWN: Refusal(
        404, "没有这次应约谈。", "There is no such interview that is due."
    ),
    HonourCode.INTERVIEW_STATE: Refusal(
        409,
        "这次约谈已经提出或已经结束，请看一下它现在的状态。",
        "This interview was proposed or has ended already. Please look at it again.",
    ),
    HonourCode.INTERVIEW_WORDS: Refusal(
        400,
        "请写明约谈情况或不约谈的理由。",
        "Please write about the interview, or why it is not held.",
    ),
    HonourCode.INTERVIEW_SECOND: Refusal(
        403,
        "约谈对象不能办理；提出的人不能自己取消。",
        "Whoever is to be interviewed cannot act, and the proposer cannot drop it.",
    ),
    HonourCode.LIST_UNKNOWN: Refusal(404, "没有这份表的草稿。", "There is no such draft."),
    HonourCode.LIST_STATE: Refusal(
        409,
        "这份表现在不能这样办：考核期没有结束、没有发布、还有未定的记录，或者没有变化。",
        "The list cannot be fixed now: its period runs, is not released, something is pending, or"
        " nothing has changed.",
    ),
    HonourCode.LIST_CHANGED: Refusal(
        409,
        "记录有了变化，请重新看一遍再办。",
        "The records have changed. Please look at the list again.",
    ),
    HonourCode.LIST_WORDS: Refusal(
        400, "更正已定稿的表，请写明理由。", "Please write why a fixed list is amended."
    ),
    HonourCode.LIST_SECOND: Refusal(
        403, "草稿由您拟定，请由另一位管理人员定稿。", "You drafted it. Another manager fixes it."
    ),
}
