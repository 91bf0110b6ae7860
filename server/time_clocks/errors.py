"""Error codes of time clocks, punch files and sign-in sheets, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class TimeClockCode(ErrorCode):
    """Error codes of time clocks, punch files and sign-in sheets."""

    READER_UNKNOWN = "reader_unknown"
    READER_STATE = "reader_state"
    PUNCH_FILE = "punch_file"
    SHEET_WITNESS = "sheet_witness"
    SHEET_UNKNOWN = "sheet_unknown"
    SHEET_STATE = "sheet_state"
    SHEET_OWN = "sheet_own"


REFUSALS: dict[ErrorCode, Refusal] = {
    TimeClockCode.READER_UNKNOWN: Refusal(404, "没有这台打卡机。", "There is no such time clock."),
    TimeClockCode.READER_STATE: Refusal(
        409,
        "这台打卡机现在不能这样操作，请看一下它的状态。",
        "The time clock is not in a state for this. Please look at it again.",
    ),
    TimeClockCode.PUNCH_FILE: Refusal(
        422,
        "文件不是打卡记录：{count} 行无法识别，未导入任何记录。",
        "Not a file of punches: {count} lines cannot be read. Nothing was taken.",
    ),
    TimeClockCode.SHEET_WITNESS: Refusal(
        409,
        "证明人不能是录入人，也不能是签到的人。",
        "The witness may be neither who types the sheet in nor one who signed it.",
    ),
    TimeClockCode.SHEET_UNKNOWN: Refusal(
        404, "没有这份签到表。", "There is no such sign-in sheet."
    ),
    TimeClockCode.SHEET_STATE: Refusal(
        409,
        "这份签到表证明人已经答复过。",
        "The witness has answered for this sign-in sheet already.",
    ),
    TimeClockCode.SHEET_OWN: Refusal(
        409,
        "签到表上有您本人，请由他人录入。",
        "You are on this sheet yourself. Somebody else must enter it.",
    ),
}
