"""Error codes of bulletins, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class BulletinCode(ErrorCode):
    """Error codes of bulletins."""

    BULLETIN_UNKNOWN = "bulletin_unknown"
    BULLETIN_STATE = "bulletin_state"
    BULLETIN_WORDS = "bulletin_words"
    BULLETIN_CHANGED = "bulletin_changed"
    BULLETIN_SECOND = "bulletin_second"
    BULLETIN_ACK = "bulletin_ack"


REFUSALS: dict[ErrorCode, Refusal] = {
    BulletinCode.BULLETIN_UNKNOWN: Refusal(404, "没有这期通报。", "There is no such bulletin."),
    BulletinCode.BULLETIN_STATE: Refusal(
        409,
        "这期通报现在不能这样办，请刷新后查看它的状态。",
        "This cannot be done with the bulletin as it stands. Please look at it again.",
        by="state",
        cases={
            "draft": (
                "这期通报还没有发布，发布以后才能这样办。",
                "This bulletin is not released yet; this can be done only afterwards.",
            ),
            "released": (
                "已经发布，不能修改，也不能再发布一次。需要改正的，请拟更正单。",
                "It is released and cannot be changed or released again. Draft an amendment.",
            ),
            "running": (
                "这一周还没有结束，不能拟稿，请到下周再拟。",
                "This week is not over. Draft its bulletin next week.",
            ),
            "unchecked": (
                "这期通报还没有人核对，请先核对送审，再由另一人发布。",
                "Nobody has checked this bulletin. One person checks it, another one releases it.",
            ),
            "pending": (
                "本周的打卡机记录还没有收齐，暂时不能发布，请先查看打卡机。",
                "Punches of the week are still to come. See the time clocks before the release.",
            ),
            "amending": (
                "上一份更正单还没有发布，请先发布，再拟新的更正单。",
                "The last amendment is not released. Release it before drafting another one.",
            ),
        },
    ),
    BulletinCode.BULLETIN_WORDS: Refusal(
        422,
        "文字不能这样写。数字只能用花括号引用，不能手写。",
        "Not with these words. Figures are quoted in braces, never written by hand.",
        by="reason",
        cases={
            "section": (
                "通报没有这个部分，请刷新页面后重试。",
                "The bulletin has no such section.",
            ),
            "length": (
                "这一部分写了 {found} 个字，最多1000个字，请删减。",
                "This section has {found} characters; 1000 are allowed.",
            ),
            "figure": (
                "没有名为“{found}”的数字，请从页面列出的数字中选用。",
                "There is no figure “{found}”. Use one that the page lists.",
            ),
            "brace": (
                "花括号没有成对，请检查“{found}”附近。",
                "A brace has no partner near “{found}”.",
            ),
            "digit": (
                "不能手写数字“{found}”，数字要用花括号引用。",
                "The digit “{found}” is written by hand. Figures are quoted in braces.",
            ),
        },
    ),
    BulletinCode.BULLETIN_CHANGED: Refusal(
        409,
        "您阅看后内容有变化，请重新核对后再发布。",
        "The contents have changed since you looked. Please read again before releasing.",
    ),
    BulletinCode.BULLETIN_SECOND: Refusal(
        403,
        "拟稿人不能自己发布，请另一人审核发布。",
        "Whoever wrote it cannot release it: somebody else must.",
    ),
    BulletinCode.BULLETIN_ACK: Refusal(
        403,
        "通报由进驻单位的首席代表签收。",
        "A bulletin is acknowledged by a unit's chief representative.",
    ),
}
