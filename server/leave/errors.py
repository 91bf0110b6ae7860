"""Error codes of leave, corrections, cover and their papers, with their texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.core.errors import ErrorCode, Refusal


class LeaveCode(ErrorCode):
    """Error codes of leave, corrections, cover and their papers."""

    NOT_YOUR_SHEET = "not_your_sheet"
    NOT_YOUR_STEP = "not_your_step"
    LEAVE_UNKNOWN = "leave_unknown"
    LEAVE_SPAN = "leave_span"
    LEAVE_OVERLAP = "leave_overlap"
    LEAVE_TOO_LATE = "leave_too_late"
    LEAVE_SETTLED = "leave_settled"
    COVER_CANNOT = "cover_cannot"
    CORRECTION_UNKNOWN = "correction_unknown"
    CORRECTION_QUOTA = "correction_quota"
    CORRECTION_TOO_LATE = "correction_too_late"
    CORRECTION_TWICE = "correction_twice"
    CORRECTION_SETTLED = "correction_settled"
    FILE_UNKNOWN = "file_unknown"
    FILE_TYPE = "file_type"


def _day_time(text: str, language: int) -> str:
    """Return `11-25 08:30` in words; other text is returned unchanged."""
    try:
        moment = datetime.fromisoformat(f"2000-{text}")
    except ValueError:
        return text
    clock = f"{moment:%H:%M}"
    if language == 0:
        return f"{moment.month}月{moment.day}日{clock}"
    return f"{moment.day} {moment:%B}, {clock}"


def _span(data: Mapping[str, Any], language: int) -> Mapping[str, Any]:
    """Return beginning and end of the leave that is overlapped, in words."""
    return {name: _day_time(str(data.get(name, "—")), language) for name in ("begins", "ends")}


REFUSALS: dict[ErrorCode, Refusal] = {
    LeaveCode.NOT_YOUR_SHEET: Refusal(
        403,
        "您只能查看本人和所负责人员的考勤。",
        "This is not your own attendance nor that of your people.",
    ),
    LeaveCode.NOT_YOUR_STEP: Refusal(
        403, "这一步不由您审批。", "This step is not yours to decide."
    ),
    LeaveCode.LEAVE_UNKNOWN: Refusal(404, "没有该请假申请。", "There is no such leave."),
    LeaveCode.LEAVE_SPAN: Refusal(
        400,
        "起止时间不对：结束要晚于开始，最长 {days} 天。",
        "The times are not right: the end comes after the beginning, at most {days} days.",
    ),
    LeaveCode.LEAVE_OVERLAP: Refusal(
        409,
        "与已有请假时间重叠：{begins}至{ends}。",
        "It overlaps another leave: {begins} to {ends}.",
        facts=_span,
    ),
    LeaveCode.LEAVE_TOO_LATE: Refusal(
        409,
        "补办请假须在 {days} 天以内提出。",
        "Leave may be asked for afterwards within {days} days.",
    ),
    LeaveCode.LEAVE_SETTLED: Refusal(
        409,
        "该请假申请已审批完毕或已撤销，不能修改。",
        "This leave is settled and cannot be changed any more.",
    ),
    LeaveCode.COVER_CANNOT: Refusal(
        409,
        "{name}不能代岗（是请假人本人、已请假或不在名册上），请另选B角。",
        "{name} cannot stand in (on leave, the same person, or not on the list); name another.",
    ),
    LeaveCode.CORRECTION_UNKNOWN: Refusal(404, "没有该补签申请。", "There is no such correction."),
    LeaveCode.CORRECTION_QUOTA: Refusal(
        409,
        "本月已申请补签 {used} 次，最多 {quota} 次。",
        "{used} corrections were asked for this month; {quota} are allowed.",
    ),
    LeaveCode.CORRECTION_TOO_LATE: Refusal(
        409,
        "补签要在 {days} 个工作日内提出。",
        "A correction has to be asked for within {days} working days.",
    ),
    LeaveCode.CORRECTION_TWICE: Refusal(
        409, "这一次打卡已经申请过补签。", "A correction of this slot was asked for already."
    ),
    LeaveCode.CORRECTION_SETTLED: Refusal(
        409, "该补签申请已审批完毕或已撤销，不能修改。", "This correction is settled already."
    ),
    LeaveCode.FILE_UNKNOWN: Refusal(404, "没有这个附件。", "There is no such paper."),
    LeaveCode.FILE_TYPE: Refusal(
        415, "附件只能是 JPEG、PNG 图片或 PDF。", "A paper must be a JPEG or PNG picture or a PDF."
    ),
}
