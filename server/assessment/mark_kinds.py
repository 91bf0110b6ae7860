"""Kinds of marks by hand: what only a person can see, proposed by one and confirmed by another."""

from __future__ import annotations

from server.core.measured import POST, Measure

_KINDS = (
    ("untidy", "岗位环境不整洁", "Untidy desk", "次"),
    ("no_badge", "未佩戴工作牌、未摆放岗位牌", "No badge or desk plate", "次"),
    ("post_absent", "脱岗、串岗", "Away from the post", "次"),
    ("chatting", "上班时间聊天、玩游戏", "Chatting or games at work", "次"),
    ("meeting_late", "会议迟到", "Late for a meeting", "次"),
    ("meeting_absent", "会议缺席", "Meeting missed", "次"),
    ("quarrel", "与群众争吵", "Quarrel", "次"),
    ("no_report", "人员调换未报告", "Person swapped without report", "次"),
    ("staffing", "进驻人员不符合要求", "Staffing not as required", "次"),
    ("authorisation", "授权不到位", "Not authorised to decide", "项"),
    ("late_report", "信息、报表报送超期", "Report sent in late", "次"),
    ("false_figures", "统计数据弄虚作假", "False figures", "次"),
    ("unlawful_fee", "违规收费", "Unlawful fee", "次"),
    ("file_gap", "案卷不规范", "File not in order", "件"),
    ("exposed", "被媒体曝光、通报批评", "Exposed in public", "次"),
    ("warned", "受警告处分", "Warned by sanction", "次"),
    ("demerit", "受记过处分", "Demerit", "次"),
    ("major_demerit", "受记大过处分", "Major demerit", "次"),
    ("demoted", "受降级处分", "Demoted", "次"),
    ("removed", "受撤职处分", "Removed from office", "次"),
    ("dismissed", "受开除处分", "Dismissed", "次"),
    ("praised", "受到表扬、赠送锦旗", "Praised in public", "次"),
    ("home_service", "上门服务", "Service at home", "次"),
    ("holiday_service", "节假日、延时服务", "Service out of hours", "次"),
    ("proposal", "合理化建议被采纳", "Proposal taken up", "条"),
)
MEASURES = {
    kind: Measure(f"mark_{kind}", zh, en, counted_in, POST, typed=True)
    for kind, zh, en, counted_in in _KINDS
}
"""Measures of the kinds, by kind."""
