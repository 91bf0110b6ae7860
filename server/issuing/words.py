"""Words of the issuing window in Chinese, for lists and papers."""

from __future__ import annotations

from server.issuing.rules import Place, Recipient

PLACE_WORDS = {
    Place.UNIT: "在单位",
    Place.LISTED: "交接途中",
    Place.COUNTED: "出件窗口",
    Place.SHELVED: "已上架",
    Place.POSTED: "邮寄途中",
    Place.HANDED: "已领取",
    Place.DELIVERED: "已妥投",
    Place.ELECTRONIC: "电子证照",
    Place.VOID: "已作废",
}
RECIPIENT_WORDS = {
    Recipient.APPLICANT: "申请人本人",
    Recipient.AGENT: "代理人",
    Recipient.FAMILY: "同住成年家属",
    Recipient.RECEPTION: "单位收发人员",
}


def copy_words(copy: int) -> str:
    """Return the words of an original or a copy."""
    return f"副本{copy}" if copy else "正本"
