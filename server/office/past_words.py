"""Changes of the past in words: what the act is, what it was given, which value it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.attendance.shifts import ShiftRule
from server.domain.past_changes import FINDING, HALVES
from server.wire.field_words import field_words

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
    "check_mark": ("补记查岗记录", "Keep a late mark of a check"),
}
"""By the act: its name for a person."""
LONGEST = 80
HIDDEN = frozenset({"act", "source", "digest", "basis", "text", "until"})
"""Arguments that tell a person nothing."""


def details(
    args: Mapping[str, Any], names: Mapping[str, str], known: Sequence[ShiftRule]
) -> list[list[str]]:
    """Return the arguments of an act: name and value; texts and numbers only."""
    rules = {rule.id: rule.name for rule in known}
    found = []
    for name, value in args.items():
        if name in HIDDEN or isinstance(value, list | dict) or value in ("", None):
            continue
        text = rules.get(str(value), str(value))[:LONGEST]
        if text in names:
            text = f"{text} {names[text]}"
        found.append([field_words(name)[0], text])
    return found


def slot_name(slot: str, known: Sequence[ShiftRule]) -> str:
    """Return the name of a slot, or of what else a value is."""
    if slot.startswith(FINDING):
        return f"查岗问题 {slot.removeprefix(FINDING)}"
    if slot == HALVES:
        return "旷工"
    return next(
        (one.name for rule in reversed(known) for one in rule.slots if one.code == slot), slot
    )
