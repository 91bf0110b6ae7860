"""Words of cases in Chinese, for papers, lists and findings."""

from __future__ import annotations

from server.cases.clocks import Clock
from server.cases.paper_kinds import PaperKind, ServedHow, ServedTo
from server.cases.rules import CaseMove, CaseState, SuspensionBasis
from server.catalogue.model import CaseMode

STATE_WORDS = {
    CaseState.FILED: "收件待审",
    CaseState.SUPPLEMENTING: "待补正",
    CaseState.NOT_ACCEPTED: "不予受理",
    CaseState.HANDLING: "承办中",
    CaseState.REVIEWING: "审核中",
    CaseState.APPROVING: "审批中",
    CaseState.SUSPENDED: "特别程序",
    CaseState.DECIDED: "已办结",
    CaseState.WITHDRAWN: "已撤回",
    CaseState.VOID: "已作废",
}
MOVE_WORDS = {
    CaseMove.FILE: "收件",
    CaseMove.TELL: "一次告知补正",
    CaseMove.PLEDGE: "容缺承诺",
    CaseMove.SUPPLY: "容缺材料补齐",
    CaseMove.LAPSE: "逾期未补齐，视为撤回",
    CaseMove.COMPLETE: "补正齐全，受理",
    CaseMove.ACCEPT: "受理",
    CaseMove.DEEM: "逾期未告知，视为受理",
    CaseMove.NOT_ACCEPT: "不予受理",
    CaseMove.PASS: "通过",
    CaseMove.RETURN: "退回",
    CaseMove.SUSPEND: "进入特别程序",
    CaseMove.RESUME: "恢复计时",
    CaseMove.ASK_TIME: "申请延期",
    CaseMove.GRANT_TIME: "批准延期",
    CaseMove.DENY_TIME: "不批准延期",
    CaseMove.DECIDE: "作出决定",
    CaseMove.TACIT: "超时默许",
    CaseMove.WITHDRAW: "申请人撤回",
    CaseMove.ASK_VOID: "申请作废",
    CaseMove.MAKE_VOID: "作废",
    CaseMove.TAKE_OVER: "B 角接办",
}
MODE_WORDS = {
    CaseMode.DIRECT: "直接办理",
    CaseMode.PROMISED: "承诺办理",
    CaseMode.JOINT: "联合办理",
    CaseMode.FORWARDED: "上报办理",
    CaseMode.REPLY: "明确答复",
    CaseMode.FEE: "集中收费",
}
BASIS_WORDS = {
    SuspensionBasis.HEARING: "听证",
    SuspensionBasis.TEST: "检验、检测、检疫",
    SuspensionBasis.INSPECTION: "现场勘验",
    SuspensionBasis.EXPERT: "专家评审",
}
CLOCK_WORDS = {
    Clock.TELL: "一次告知",
    Clock.DIRECT: "即办时限",
    Clock.PROMISED: "承诺时限",
    Clock.LEGAL: "法定时限",
    Clock.STAGE: "环节时限",
    Clock.SERVE: "送达时限",
    Clock.PLEDGE: "容缺补交",
    Clock.EXTENSION: "延期申请",
}
PAPER_WORDS = {
    PaperKind.RECEIPT: "材料接收凭证",
    PaperKind.SUPPLEMENT: "补正材料告知书",
    PaperKind.ACCEPTANCE: "受理通知书",
    PaperKind.NOT_ACCEPTED: "不予受理通知书",
    PaperKind.SPECIAL: "特别程序告知书",
    PaperKind.EXTENSION: "延长期限告知书",
    PaperKind.DECISION: "准予决定书",
    PaperKind.PLEDGE: "容缺受理承诺和告知书",
    PaperKind.LAPSE: "视为撤回申请告知书",
    PaperKind.REFUSAL: "不予决定书",
    PaperKind.TACIT: "超时默许决定书",
}
SERVED_HOW_WORDS = {
    ServedHow.HANDED: "直接送达",
    ServedHow.POST: "邮寄送达",
    ServedHow.LEFT: "留置送达",
    ServedHow.PUBLIC: "公告送达",
    ServedHow.ELECTRONIC: "电子送达",
}
SERVED_TO_WORDS = {
    ServedTo.APPLICANT: "申请人本人",
    ServedTo.AGENT: "代理人",
    ServedTo.FAMILY: "同住成年家属",
    ServedTo.RECEPTION: "单位收发人员",
    ServedTo.NOBODY: "无人签收",
}
