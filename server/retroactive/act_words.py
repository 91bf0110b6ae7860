"""Words for retroactive changes: names of actions, their arguments, and the values they move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from server.attendance.shift_rules import ShiftRule
from server.attendance.words import stored_value_words
from server.core.field_words import field_words
from server.retroactive.value_changes import (
    APPOINTMENT,
    FINDING,
    HALVES,
    NOT_UPHELD,
    PROPOSED,
    STANDS,
    TICKET,
)

COMMANDS: dict[str, tuple[str, str]] = {
    "finger.link": ("登记机内编号归属", "Link an enrolment to a person"),
    "finger.link_same": ("按工号登记机内编号", "Link enrolments by staff number"),
    "reader.move": ("改变打卡机状态", "Change a time clock's state"),
    "reader.settle_line": ("处理一条无法识别的数据", "Settle a line put aside"),
    "reader.settle_lines": ("处理无法识别的数据", "Settle lines put aside"),
    "reader.file": ("导入打卡机文件", "Take a time clock's file"),
    "rule_start": ("启用班次规则", "Put a shift rule in force"),
    "rule_withdraw": ("停用班次规则", "Withdraw a shift rule"),
    "calendar.import": ("导入工作日历", "Import the working calendar"),
    "catalogue.import": ("导入工作簿", "Import the workbook"),
    "settings.change": ("修改设置", "Change settings"),
    "leave.cancel": ("撤销请假", "Give up leave"),
    "finding_judge": ("认定查岗问题", "Judge a finding"),
    "ticket.correct": ("更正办理结果", "Correct a service"),
    "appointment.excuse": ("核销爽约", "Excuse a missed appointment"),
    "appointment.miss": ("认定爽约", "Decide that an appointment was missed"),
    "appointment.hall_cancel": ("大厅取消预约", "Cancel an appointment for the hall"),
    "check_mark": ("补记查岗记录", "Keep a late mark of a check"),
}
"""Names of the actions for people (Chinese, English), by command."""
FINDING_WORDS = {
    STANDS: ("成立", "stands"),
    PROPOSED: ("待认定", "proposed"),
    NOT_UPHELD: ("不成立", "does not stand"),
}
APPOINTMENT_WORDS = {
    "booked": ("已预约", "booked"),
    "missed": ("爽约", "missed"),
    "excused": ("爽约已核销", "missed, excused"),
    "hall_cancelled": ("大厅取消", "cancelled by the hall"),
}
OUTCOME_WORDS = {
    "": ("—", "—"),
    "accepted": ("已受理", "accepted"),
    "done": ("当场办结", "done at once"),
    "consulted": ("已答复咨询", "enquiry answered"),
    "notice_given": ("已一次性告知", "notice given"),
    "refused": ("不予受理", "refused"),
    "unrecorded": ("未登记结果", "no outcome recorded"),
}
LONGEST = 80
HIDDEN = frozenset({"act", "source", "digest", "basis", "text", "until"})
"""Arguments that mean nothing to a person."""


def details(
    args: Mapping[str, Any], names: Mapping[str, str], all_rules: Sequence[ShiftRule]
) -> list[list[str]]:
    """Return the arguments of an action as (name, value); texts and numbers only."""
    rules = {rule.id: rule.name for rule in all_rules}
    result = []
    for name, value in args.items():
        if name in HIDDEN or isinstance(value, list | dict) or value in ("", None):
            continue
        text = rules.get(str(value), str(value))[:LONGEST]
        if name == "outcome":
            text = OUTCOME_WORDS.get(text, (text, text))[0]
        if text in names:
            text = f"{text} {names[text]}"
        result.append([field_words(name)[0], text])
    return result


def slot_name(slot: str, all_rules: Sequence[ShiftRule]) -> str:
    """Return the name of a slot, or of another moved value (finding, absence)."""
    if slot.startswith(FINDING):
        return f"查岗问题 {slot.removeprefix(FINDING)}"
    if slot == HALVES:
        return "旷工"
    if slot.startswith(APPOINTMENT):
        return "预约"
    if slot.startswith(TICKET):
        return f"号码 {slot.rpartition('-')[2]}"
    return next(
        (
            rule_slot.name
            for rule in reversed(all_rules)
            for rule_slot in rule.slots
            if rule_slot.code == slot
        ),
        slot,
    )


def value_words(slot: str, value: str, names: Mapping[str, str]) -> tuple[str, str]:
    """Return the text of a value, in Chinese and English; `names`: of items, by code."""
    if slot.startswith(TICKET):
        outcome, _, item = value.partition(" ")
        zh, en = OUTCOME_WORDS.get(outcome, (outcome, outcome))
        return f"{zh}：{names.get(item, item)}", f"{en}: {names.get(item, item)}"
    if value and slot.startswith(FINDING):
        return FINDING_WORDS[value]
    if value and slot.startswith(APPOINTMENT):
        return APPOINTMENT_WORDS[value]
    return stored_value_words(value, halves=slot == HALVES)
