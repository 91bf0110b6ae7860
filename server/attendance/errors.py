"""Error codes of shift rules, with their texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.core.errors import ErrorCode, Pair, Refusal


class ShiftRuleCode(ErrorCode):
    """Error codes of shift rules."""

    RULE_INVALID = "rule_invalid"
    RULE_UNKNOWN = "rule_unknown"
    RULE_STATE = "rule_state"


_RULE_REASONS: dict[str, Pair] = {
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
_SLOT_REASONS: dict[str, Pair] = {
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


def _rule_texts(data: Mapping[str, Any]) -> Pair | None:
    """Return the sentences for a rule or one of its slots that is not valid."""
    reasons = _SLOT_REASONS if "slot" in data else _RULE_REASONS
    return reasons.get(str(data.get("reason")))


def _slot_name(data: Mapping[str, Any], _language: int) -> Mapping[str, Any]:
    """Return the slot's name in quotation marks, for the sentences that name a slot."""
    name = data.get("slot_name")
    if name:
        return {"slot": f"“{name}”", "slot_en": f" “{name}”"}
    return {} if data.get("reason") == "subjects" else {"slot": "", "slot_en": ""}


REFUSALS: dict[ErrorCode, Refusal] = {
    ShiftRuleCode.RULE_INVALID: Refusal(
        422,
        "班次规则有误，请检查各时段和适用范围。",
        "The shift rule is not right. Please check its slots and its scope.",
        sentences=_rule_texts,
        facts=_slot_name,
    ),
    ShiftRuleCode.RULE_UNKNOWN: Refusal(404, "没有这条班次规则。", "There is no such shift rule."),
    ShiftRuleCode.RULE_STATE: Refusal(
        409,
        "这条规则现在不能这样改。生效过的规则不能改动，请停用后另立新规则。",
        "The rule cannot be changed like this now. Withdraw it and make a new one.",
        by="state",
        cases={
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
