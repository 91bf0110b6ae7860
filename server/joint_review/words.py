"""Words of joint review in Chinese, for papers, lists and findings."""

from __future__ import annotations

from server.joint_review.rules import MeetingKind, Opinion, PartClock, PartState

CLOCK_WORDS = {
    PartClock.ANSWER: "并联审批答复",
    PartClock.SEND_UP: "上报",
    PartClock.PASS_ON: "转达上级答复",
}
OPINION_WORDS = {
    Opinion.AGREE: "同意",
    Opinion.DISAGREE: "不同意",
    Opinion.UPWARD: "同意，须上报",
}
STATE_WORDS = {
    PartState.SENT: "待签收",
    PartState.SIGNED: "待答复",
    PartState.OWED: "待上报",
    PartState.ABOVE: "已上报，待上级答复",
    PartState.BACK: "上级已答复，待转达",
    PartState.ANSWERED: "已答复",
    PartState.PASSED: "已转达上级答复",
    PartState.RECALLED: "已撤回征求",
    PartState.DROPPED: "办件终止",
}
MEETING_WORDS = {MeetingKind.MEETING: "联审会", MeetingKind.SITE_VISIT: "联合踏勘"}
