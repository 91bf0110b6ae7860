// Words of questions, helpers' jobs and the green channel that the office, the case and one's own page share.
import { dictionary } from "@web/i18n.ts";
import type { AskMove, GreenMove, JobMove } from "@web/wire.gen.ts";

export const askStates = dictionary({
  recorded: { zh: "待移交", en: "To be handed over" },
  handed_over: { zh: "待接收", en: "To be taken" },
  taken: { zh: "待答复", en: "To be answered" },
  ended: { zh: "已答复", en: "Answered" },
});

export const askMoves = dictionary({
  record: { zh: "首问登记", en: "Recorded" },
  hand_over: { zh: "移交", en: "Hand over" },
  take: { zh: "接收", en: "Take" },
  answer: { zh: "答复", en: "Answer" },
});

export const askLabels = dictionary({
  record: { zh: "说明", en: "Words" },
  hand_over: { zh: "说明（再次移交的必填）", en: "Words (required when it is handed on)" },
  take: { zh: "说明（可不填）", en: "Words (optional)" },
  answer: { zh: "答复内容（必填）", en: "Answer (required)" },
});

export const askNeedsWords = (move: AskMove): boolean => move === "answer";

export const jobStates = dictionary({
  entrusted: { zh: "待接受委托", en: "Entrusted" },
  accepted: { zh: "已接受委托", en: "Accepted" },
  doing: { zh: "办理中", en: "Being done" },
  delivered: { zh: "已交付", en: "Delivered" },
  filed: { zh: "已归档", en: "Filed" },
  reported: { zh: "待回访", en: "To be called back" },
  ended: { zh: "已结束", en: "Ended" },
  revoked: { zh: "已撤回委托", en: "Revoked" },
  left: { zh: "帮办代办人已离开，待转交", en: "Helper left, to be handed on" },
  handed_on: { zh: "已转交", en: "Handed on" },
});

/** The seven steps in their order, and the revocation. */
export const jobMoves = dictionary({
  entrust: { zh: "委托", en: "Entrust" },
  accept: { zh: "接受", en: "Accept" },
  do: { zh: "办理", en: "Do" },
  deliver: { zh: "交付", en: "Deliver" },
  file: { zh: "归档", en: "File" },
  report: { zh: "报告", en: "Report" },
  call_back: { zh: "回访", en: "Call back" },
  revoke: { zh: "撤回委托", en: "Revoke" },
  leave: { zh: "帮办代办人离开", en: "Helper left" },
  hand_on: { zh: "转交", en: "Hand on" },
});

export const jobLabels = dictionary({
  entrust: { zh: "说明", en: "Words" },
  accept: { zh: "说明（可不填）", en: "Words (optional)" },
  do: { zh: "办理了什么（必填）", en: "What was done (required)" },
  deliver: { zh: "交付了什么、交给谁（必填）", en: "What was delivered to whom (required)" },
  file: { zh: "归档说明（可不填）", en: "Where it is filed (optional)" },
  report: { zh: "报告内容（必填）", en: "Report (required)" },
  call_back: { zh: "回访情况（必填）", en: "What the person said (required)" },
  revoke: { zh: "撤回理由（必填）", en: "Why (required)" },
  leave: { zh: "说明", en: "Words" },
  hand_on: { zh: "转交说明（必填；新的帮办代办人须另有签字的委托书）", en: "Words (required; the next helper needs a signed authorisation of their own)" },
});

export const jobNeedsWords = (move: JobMove): boolean => move !== "accept" && move !== "file";

export const greenStates = dictionary({
  proposed: { zh: "绿色通道待批准", en: "Green channel proposed" },
  granted: { zh: "绿色通道", en: "Green channel" },
  refused: { zh: "绿色通道未批准", en: "Green channel refused" },
  lifted: { zh: "绿色通道已取消", en: "Green channel lifted" },
});

export const greenMoves = dictionary({
  propose: { zh: "申请绿色通道", en: "Propose the green channel" },
  grant: { zh: "批准", en: "Grant" },
  refuse: { zh: "不批准", en: "Refuse" },
  lift: { zh: "取消绿色通道", en: "Lift" },
});

export const greenLabels = dictionary({
  propose: { zh: "理由（必填，由另一位管理人员批准）", en: "Reason (required; a manager other than you grants it)" },
  grant: { zh: "说明（可不填）", en: "Words (optional)" },
  refuse: { zh: "理由（必填）", en: "Reason (required)" },
  lift: { zh: "理由（必填）", en: "Reason (required)" },
});

export const greenNeedsWords = (move: GreenMove): boolean => move !== "grant";
