"""Texts of refusals about retroactive changes and sign-in sheets.

Part of `problems.WORDS` through `request_words`: status, Chinese, English.
"""

from __future__ import annotations

from server.core.errors import Code

WORDS: dict[Code, tuple[int, str, str]] = {
    Code.PAST_REASON: (
        409,
        "这项操作会改动已经过去的日子（{count} 处），须写明理由，并由另一人确认。",
        "This moves {count} values of days that are over. Give a reason; a second person confirms.",
    ),
    Code.PAST_ASKED: (
        409,
        "已提交更正（{count} 处）。由另一人在“更正确认”中确认后生效，现在没有任何改动。",
        "{count} values wait for a second person (“Changes of the past”). Nothing is changed yet.",
    ),
    Code.PAST_SECOND: (
        403,
        "须由另一人确认：不能是提出的人，也不能是涉及的人。",
        "Somebody else must confirm it: not who asked, and not a person concerned.",
    ),
    Code.PAST_STATE: (
        409,
        "这项更正已经处理过，请刷新页面查看。",
        "This change was dealt with already. Please look at it again.",
    ),
    Code.PAST_STALE: (
        409,
        "提出以后情况已有变化，这项更正作废，请重新提出。",
        "The books have changed since this was asked for. Please ask for it anew.",
    ),
    Code.PAST_UNKNOWN: (404, "没有这项更正。", "There is no such change."),
    Code.PAST_CLOSED: (
        409,
        "这项操作会改动已经过去的日子，不能办理。",
        "This would change days that are over, and cannot be done.",
    ),
    Code.CHECK_SECOND: (
        409,
        "第二检查人已经确认过这次查岗。",
        "The second checker has confirmed this check already.",
    ),
    Code.SHEET_UNKNOWN: (404, "没有这份签到表。", "There is no such sign-in sheet."),
    Code.SHEET_STATE: (
        409,
        "这份签到表证明人已经答复过。",
        "The witness has answered for this sign-in sheet already.",
    ),
    Code.SHEET_OWN: (
        409,
        "签到表上有您本人，请由他人录入。",
        "You are on this sheet yourself. Somebody else must enter it.",
    ),
}
