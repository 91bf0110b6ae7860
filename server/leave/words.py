"""Texts of refusals about leave, corrections, cover, papers and the calendar.

Part of `problems.WORDS`: status, Chinese, English.
"""

from __future__ import annotations

from server.core.errors import Code
from server.retroactive import value_words

WORDS: dict[Code, tuple[int, str, str]] = {
    Code.NOT_YOUR_SHEET: (
        403,
        "您只能查看本人和所负责人员的考勤。",
        "This is not your own attendance nor that of your people.",
    ),
    Code.OWN_CASE: (
        403,
        "本人的申请或由本人提出的申请，须由他人审批。",
        "Your own case has to be decided by somebody else.",
    ),
    Code.NOT_YOUR_STEP: (
        403,
        "这一步不由您审批。",
        "This step is not yours to decide.",
    ),
    Code.LEAVE_UNKNOWN: (404, "没有该请假申请。", "There is no such leave."),
    Code.LEAVE_SPAN: (
        400,
        "起止时间不对：结束要晚于开始，最长 {days} 天。",
        "The times are not right: the end comes after the beginning, at most {days} days.",
    ),
    Code.LEAVE_OVERLAP: (
        409,
        "与已有请假时间重叠：{begins}至{ends}。",
        "It overlaps another leave: {begins} to {ends}.",
    ),
    Code.LEAVE_TOO_LATE: (
        409,
        "补办请假须在 {days} 天以内提出。",
        "Leave may be asked for afterwards within {days} days.",
    ),
    Code.LEAVE_SETTLED: (
        409,
        "该请假申请已审批完毕或已撤销，不能修改。",
        "This leave is settled and cannot be changed any more.",
    ),
    Code.COVER_CANNOT: (
        409,
        "{name}不能代岗（是请假人本人、已请假或不在名册上），请另选B角。",
        "{name} cannot stand in (on leave, the same person, or not on the list); name another.",
    ),
    Code.CORRECTION_UNKNOWN: (404, "没有该补签申请。", "There is no such correction."),
    Code.CORRECTION_QUOTA: (
        409,
        "本月已申请补签 {used} 次，最多 {quota} 次。",
        "{used} corrections were asked for this month; {quota} are allowed.",
    ),
    Code.CORRECTION_TOO_LATE: (
        409,
        "补签要在 {days} 个工作日内提出。",
        "A correction has to be asked for within {days} working days.",
    ),
    Code.CORRECTION_TWICE: (
        409,
        "这一次打卡已经申请过补签。",
        "A correction of this slot was asked for already.",
    ),
    Code.CORRECTION_SETTLED: (
        409,
        "该补签申请已审批完毕或已撤销，不能修改。",
        "This correction is settled already.",
    ),
    Code.FILE_UNKNOWN: (404, "没有这个附件。", "There is no such paper."),
    Code.FILE_TYPE: (
        415,
        "附件只能是 JPEG、PNG 图片或 PDF。",
        "A paper must be a JPEG or PNG picture or a PDF.",
    ),
    Code.CALENDAR_LIST: (
        422,
        "放假安排有 {count} 处问题，没有导入任何内容。",
        "The list of days has {count} problems; nothing was imported.",
    ),
} | value_words.WORDS
