"""Error codes of one-time notices, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class NoticeCode(ErrorCode):
    """Error codes of one-time notices."""

    NOTICE_UNKNOWN = "notice_unknown"
    NOTICE_ITEM = "notice_item"
    HAND_IN_TICKET = "hand_in_ticket"
    HAND_IN_MATERIALS = "hand_in_materials"
    HAND_IN_EXPIRY = "hand_in_expiry"


REFUSALS: dict[ErrorCode, Refusal] = {
    NoticeCode.NOTICE_UNKNOWN: Refusal(
        404,
        "没有查到这份告知单，请核对单号（16 位数字）。",
        "There is no such notice. Please check its number (16 digits).",
    ),
    NoticeCode.NOTICE_ITEM: Refusal(
        409,
        "这份告知单告知的是另一事项，请核对单号；没有本事项告知单的，单号留空。",
        "That notice is about another item. Check its number, or leave the number empty.",
    ),
    NoticeCode.HAND_IN_TICKET: Refusal(
        409,
        "只能登记正在您窗口办理的号码交来的材料。",
        "Materials can be recorded only for the number that is at your window.",
    ),
    NoticeCode.HAND_IN_MATERIALS: Refusal(
        409,
        "材料清单对不上：事项的材料可能刚更新，请重新打开本窗口再登记。",
        "The list of materials does not fit: the item may have just changed. Please open it again.",
    ),
    NoticeCode.HAND_IN_EXPIRY: Refusal(
        400,
        "标为过期的材料，请填写有效期截止日，这个日期应当早于今天。",
        "For an expired material give the last day of its validity, which is before today.",
    ),
}
