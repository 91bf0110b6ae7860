"""Texts of refusals that depend on a fact: one sentence for each value of the fact.

The codes in the data of a problem are for programs; people read these sentences. A value
without its own sentence gets the general one of `problems.WORDS`, which names no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.core.errors import Code
from server.wire.setting_words import SETTINGS

Pair = tuple[str, str]

CASES: dict[Code, tuple[str, dict[str, Pair]]] = {
    Code.BULLETIN_STATE: (
        "state",
        {
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
    Code.BULLETIN_WORDS: (
        "reason",
        {
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
    Code.RULE_STATE: (
        "state",
        {
            "draft": (
                "规则还没有启用，不能这样办。",
                "The rule is a draft; this cannot be done with it.",
            ),
            "in_force": (
                "规则已经启用，不能再启用，也不能改动。要改的，请停用后另立新规则。",
                "The rule is in force already. To change it, withdraw it and make a new one.",
            ),
            "withdrawn": (
                "规则已经停用，不能再启用或停用，请另立新规则。",
                "The rule is withdrawn. Please make a new one.",
            ),
            "past": (
                "不能改动已经过去的日子：生效日不能早于今天，最后一天不能早于昨天。",
                "Days gone by stay as they are: begin today or later, end yesterday or later.",
            ),
        },
    ),
}
RULE_REASONS: dict[str, Pair] = {
    "incomplete": (
        "班次规则没有填完整：要有名称、适用的星期，时段不超过8个。",
        "The shift rule needs a name and weekdays, and at most 8 slots.",
    ),
    "dates": (
        "班次规则的截止日早于生效日，请改正。",
        "The shift rule ends before it begins.",
    ),
    "minutes": (
        "班次规则里两次打卡的间隔应在0至600秒之间。",
        "Punches of a shift rule lie 0 to 600 seconds apart.",
    ),
    "subjects": (
        "班次规则的适用范围不对：全厅规则不填单位和人员，其他规则必须填。",
        "A rule for the hall names no units or people; any other rule has to.",
    ),
    "codes": (
        "班次规则里有两个时段重复，请删除一个再添加。",
        "Two slots of the shift rule are the same. Remove one and add it again.",
    ),
}
SLOT_REASONS: dict[str, Pair] = {
    "incomplete": (
        "班次规则的时段{slot}没有填完整，要有名称和上午或下午。",
        "The slot{slot_en} needs a name and its half of the day.",
    ),
    "due": (
        "班次规则的时段{slot}有误：应打卡时间（含宽限）不在有效打卡时间之内。",
        "The slot{slot_en}: the time due, with its grace, lies outside the valid times.",
    ),
    "minutes": (
        "班次规则的时段{slot}有误：按旷工半天的分钟数应大于宽限分钟数，都不能小于0。",
        "The slot{slot_en}: minutes of absence must exceed the grace; none is below 0.",
    ),
    "order": (
        "班次规则的时段{slot}与前一个时段的先后次序不对，请按时间先后排列。",
        "The slot{slot_en} is not in the order of the day.",
    ),
    "subjects": (
        "班次规则的适用范围有误：没有“{slot}”这个单位或工号。",
        "The shift rule names “{slot}”, which is no unit and no staff number.",
    ),
}


def sentences(code: Code, data: Mapping[str, Any]) -> Pair | None:
    """Return the sentences for the deciding fact's value; None if the general ones apply."""
    if code is Code.RULE_INVALID:
        reasons = SLOT_REASONS if "slot" in data else RULE_REASONS
        return reasons.get(str(data.get("reason")))
    if code is Code.SETTING_INVALID:
        return _setting(data)
    if code is Code.ALREADY_SIGNED_IN and data.get("number"):
        return (
            "您已登录 {number} 号窗口，请先退出窗口。",
            "You are signed in to window {number}. Please leave it first.",
        )
    if code in CASES:
        fact, cases = CASES[code]
        return cases.get(str(data.get(fact)))
    return None


def _setting(data: Mapping[str, Any]) -> Pair | None:
    if data.get("name") not in SETTINGS:
        return None
    if "choices" in data:
        return "“{name}”只能选：{choices}。", "“{name}” is one of: {choices}."
    if "low" in data:
        return "“{name}”应在{low}至{high}之间。", "“{name}” lies between {low} and {high}."
    if "high" in data:
        return "“{name}”最多{high}个字。", "“{name}” has at most {high} characters."
    return "“{name}”填写有误，请检查。", "“{name}” is not right; please check it."
