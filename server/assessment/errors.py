"""Error codes of the assessment, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class AssessmentCode(ErrorCode):
    """Error codes of the assessment."""

    SHEET_UNKNOWN = "score_sheet_unknown"
    SHEET_STATE = "score_sheet_state"
    SHEET_SECOND = "score_sheet_second"
    SHEET_WRONG = "score_sheet_wrong"
    SHEET_SINCE = "score_sheet_since"
    MARK_UNKNOWN = "score_mark_unknown"
    MARK_STATE = "score_mark_state"
    MARK_SECOND = "score_mark_second"
    MARK_ABOUT = "score_mark_about"
    DISPUTE_UNKNOWN = "score_dispute_unknown"
    DISPUTE_STATE = "score_dispute_state"
    DISPUTE_SECOND = "score_dispute_second"
    DISPUTE_OVER = "score_dispute_over"
    DISPUTE_FACT = "score_dispute_fact"
    PERIOD_UNKNOWN = "score_period_unknown"
    PERIOD_STATE = "score_period_state"
    PERIOD_SECOND = "score_period_second"
    PERIOD_CHANGED = "score_period_changed"
    SUBJECT_UNKNOWN = "score_subject_unknown"
    WORDS = "score_words"


REFUSALS: dict[ErrorCode, Refusal] = {
    AssessmentCode.SHEET_UNKNOWN: Refusal(404, "没有这张评分表。", "There is no such score sheet."),
    AssessmentCode.SHEET_STATE: Refusal(
        409,
        "评分表现在的状态不允许这样做，请刷新后再看。",
        "The state of the score sheet does not allow this. Please reload.",
    ),
    AssessmentCode.SHEET_SECOND: Refusal(
        403,
        "评分表由另一位管理人员启用：编制、修改过的人不能启用，启用的人不能停用。",
        "Another manager puts a score sheet in force: not who wrote it; nor withdraws it who did.",
    ),
    AssessmentCode.SHEET_WRONG: Refusal(
        400,
        "评分表有误：{problem_zh}。请改正后再保存。",
        "The score sheet is wrong: {problem_en}. Please correct it and save again.",
    ),
    AssessmentCode.SHEET_SINCE: Refusal(
        409,
        "{month} 起已有启用的评分表，或者当月考核已经发布，请另选起始月份。",
        "A sheet is in force from {month}, or that month is released. Please choose another month.",
    ),
    AssessmentCode.MARK_UNKNOWN: Refusal(
        404, "没有这条人工记分。", "There is no such mark by hand."
    ),
    AssessmentCode.MARK_STATE: Refusal(
        409,
        "这条人工记分已经处理过，请刷新后再看。",
        "This mark was handled before. Please reload.",
    ),
    AssessmentCode.MARK_SECOND: Refusal(
        403,
        "人工记分由另一位管理人员确认：提出的人和被记分的人都不能确认。",
        "Another manager confirms a mark: neither who proposed it nor whom it concerns.",
    ),
    AssessmentCode.MARK_ABOUT: Refusal(
        400,
        "请选择这条记分针对的人员、窗口或单位，日期不能晚于今天。",
        "Choose the person, window or unit of the mark, and a day that is not after today.",
    ),
    AssessmentCode.DISPUTE_UNKNOWN: Refusal(
        404, "没有这条申诉，或者不由您处理。", "There is no such dispute, or it is not yours."
    ),
    AssessmentCode.DISPUTE_STATE: Refusal(
        409,
        "这项扣分已经申诉过，或者申诉已经裁定，请刷新后再看。",
        "These points were disputed before, or the dispute is decided. Please reload.",
    ),
    AssessmentCode.DISPUTE_SECOND: Refusal(
        403,
        "与这项扣分有关的人不能裁定申诉，请另一位管理人员裁定。",
        "Whoever is involved in these points does not decide the dispute. Another manager does.",
    ),
    AssessmentCode.DISPUTE_OVER: Refusal(
        409,
        "申诉期限已过：考核发布后{days}个工作日内可以申诉。",
        "The time is over: points can be disputed within {days} working days of the release.",
    ),
    AssessmentCode.DISPUTE_FACT: Refusal(
        400,
        "这个月的得分里没有这项扣分，请刷新后再选。",
        "The month's score has no such deduction. Please reload and choose again.",
    ),
    AssessmentCode.PERIOD_UNKNOWN: Refusal(
        404,
        "没有这个考核期，请从列表里选择。",
        "There is no such period. Please choose from the list.",
    ),
    AssessmentCode.PERIOD_STATE: Refusal(
        409,
        "现在不能这样做，请刷新后再看。",
        "This is not possible now. Please reload.",
        by="state",
        cases={
            "running": ("考核期还没有结束，不能发布。", "The period is not over yet."),
            "no_sheet": (
                "这个考核期没有启用的评分表，请先启用评分表。",
                "No score sheet is in force in this period. Please put one in force first.",
            ),
            "months": (
                "请先发布这个考核期内各月的考核。",
                "Please release the months of this period first.",
            ),
            "unchecked": (
                "请先由一位管理人员核对，再由另一位发布。",
                "One manager checks first, then another one releases.",
            ),
            "released": ("这个考核期已经发布。", "This period is released."),
            "unchanged": (
                "发布的得分与现有记录一致，无须更正。",
                "The released scores agree with the records; nothing is to be amended.",
            ),
        },
    ),
    AssessmentCode.PERIOD_SECOND: Refusal(
        403,
        "核对或拟更正的人不能发布，请另一位管理人员发布。",
        "Whoever checked or drafted does not release. Another manager does.",
    ),
    AssessmentCode.PERIOD_CHANGED: Refusal(
        409,
        "核对以后记录有变化，得分与核对时不同，请重新核对。",
        "The records have changed since the check. Please check again.",
    ),
    AssessmentCode.SUBJECT_UNKNOWN: Refusal(
        404, "这个考核期没有这个考核对象。", "The period assesses nobody of this kind and code."
    ),
    AssessmentCode.WORDS: Refusal(400, "请写明理由。", "Please state the reason."),
}
