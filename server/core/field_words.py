"""Names of request fields for people, for the refusal INVALID."""

from __future__ import annotations

import re
from functools import cache

from server.core.rooms import modules

Pair = tuple[str, str]

FIELDS: dict[str, Pair] = {
    "absent_after": ("按旷工半天的分钟数", "minutes of absence"),
    "acts": ("断网时的操作", "acts without a server"),
    "apart_seconds": ("两次打卡的间隔", "seconds between punches"),
    "applicant": ("人群类别", "kind of applicant"),
    "approve": ("审批意见", "decision"),
    "at": ("时间", "time"),
    "begins": ("开始时间", "beginning"),
    "body": ("请求内容", "content of the request"),
    "bulletin": ("通报", "bulletin"),
    "check": ("查岗", "check"),
    "claimed": ("在岗时间", "time claimed"),
    "closes": ("有效时间的结束", "end of the valid time"),
    "code": ("登记码", "enrolment code"),
    "complete": ("办理结果", "outcome"),
    "confirm": ("认定意见", "judgement"),
    "correction": ("补签申请", "correction"),
    "cover": ("B角", "cover"),
    "current": ("当前密码", "current password"),
    "day": ("日期", "day"),
    "agent": ("设备代理", "agent"),
    "device": ("设备", "device"),
    "direction": ("签到或签退", "coming or going"),
    "disabled": ("停用", "disabled"),
    "due": ("应打卡时间", "time due"),
    "emergency": ("紧急情况", "emergency"),
    "encoding": ("文字编码", "text encoding"),
    "ends": ("结束时间", "end"),
    "enrolment": ("打卡机上的编号", "number on the time clock"),
    "faults": ("工作纪律问题", "conduct faults"),
    "file": ("文件", "file"),
    "finding": ("查岗问题", "finding"),
    "first": ("开始日期", "first day"),
    "force": ("仍要退出", "leave all the same"),
    "from": ("开始日期", "first day"),
    "function": ("按键功能", "key function"),
    "grace": ("宽限分钟数", "minutes of grace"),
    "half": ("上午或下午", "half of the day"),
    "hall": ("大厅", "hall"),
    "id": ("编号", "identifier"),
    "item": ("事项", "item"),
    "serves": ("位置", "place"),
    "kind": ("类型", "kind"),
    "kiosk": ("取号机", "kiosk"),
    "known": ("已知记录", "records known"),
    "last": ("结束日期", "last day"),
    "last_day": ("最后一天", "last day"),
    "leave": ("请假申请", "leave"),
    "lines": ("签到行", "lines"),
    "mark": ("在岗情况", "mark"),
    "missing": ("缺少的材料", "missing papers"),
    "month": ("月份", "month"),
    "n": ("份数", "number of the amendment"),
    "name": ("名称", "name"),
    "networks": ("允许的网络", "networks allowed"),
    "new": ("新密码", "new password"),
    "newest": ("最后一条的编号", "number of the last line"),
    "note": ("说明", "note"),
    "number": ("号码", "number"),
    "oldest": ("最早一条的编号", "number of the first line"),
    "opens": ("有效时间的开始", "beginning of the valid time"),
    "other": ("另一位检查人", "other checker"),
    "outcome": ("办理结果", "outcome"),
    "password": ("密码", "password"),
    "photo": ("照片", "photo"),
    "photos": ("照片", "photos"),
    "place": ("地点", "place"),
    "print": ("打印小票", "print a slip"),
    "reason": ("理由", "reason"),
    "role": ("权限", "role"),
    "rule": ("班次规则", "shift rule"),
    "scope": ("适用范围", "scope"),
    "seal": ("断网分号的凭据", "seal of a share"),
    "seen": ("看到的内容", "what was shown"),
    "serial": ("序列号", "serial number"),
    "shares": ("断网前分到的号", "share of a desk"),
    "since": ("起始日期", "day since when"),
    "slot": ("补签时段", "slot"),
    "slots": ("时段", "slots"),
    "slots.code": ("时段", "slot"),
    "slots.name": ("时段名称", "name of the slot"),
    "start": ("起始位置", "first place of the page"),
    "staff": ("工号", "staff number"),
    "stands": ("裁定意见", "ruling"),
    "statement": ("情况说明", "statement"),
    "subject": ("提醒对象", "subject of the alarm"),
    "subjects": ("适用的单位或人员", "units or people"),
    "taken": ("是否入账", "decision"),
    "text": ("放假安排", "list of days"),
    "ticket": ("号码", "ticket"),
    "tickets": ("号码", "tickets"),
    "to": ("结束日期", "last day"),
    "token": ("号码凭证", "token of the ticket"),
    "unit": ("单位", "unit"),
    "valid_from": ("生效日", "day it begins"),
    "valid_to": ("截止日", "day it ends"),
    "values": ("设置", "settings"),
    "verdict": ("补签结果", "verdict asked for"),
    "way": ("接入方式", "way of connection"),
    "week": ("周次", "week"),
    "weekdays": ("适用的星期", "weekdays"),
    "why": ("理由", "reason"),
    "agree": ("是否确认", "confirmed or not"),
    "change": ("更正", "change"),
    "sheet": ("签到表", "sign-in sheet"),
    "window": ("窗口", "window"),
    "witness": ("证明人", "witness"),
    "words": ("文字说明", "words"),
    "workbook": ("工作簿", "workbook"),
    "year": ("年份", "year"),
}
UNNAMED: Pair = ("填写的内容", "what was filled in")
_NAME = re.compile(r"[A-Za-z_]+")


def field_words(path: str) -> Pair:
    """Return a field's name from its path in the request: `slots.0.due` is the time due."""
    names = _NAME.findall(path)
    full, last = ".".join(names), names[-1] if names else ""
    words = _fields()
    return words.get(full) or words.get(last) or UNNAMED


@cache
def _fields() -> dict[str, Pair]:
    """Return the common names, and those that rooms add as `FIELD_WORDS` of their messages."""
    added: dict[str, Pair] = {}
    for module in modules("messages"):
        added |= getattr(module, "FIELD_WORDS", {})
    return FIELDS | added
