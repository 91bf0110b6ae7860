// Words of redresses that the office and a unit's own page share.
import { dictionary } from "@web/i18n.ts";
import type { CallResult, RedressMove, RedressState } from "@web/wire.gen.ts";

export const stateWords = dictionary({
  open: { zh: "待联系", en: "To be contacted" },
  contacted: { zh: "已联系", en: "Contacted" },
  appealed: { zh: "申诉中", en: "Appealed" },
  granted: { zh: "申诉成立", en: "Appeal granted" },
  refused: { zh: "申诉不成立", en: "Appeal refused" },
  redressing: { zh: "整改中", en: "Being put right" },
  answered: { zh: "已答复，待回访", en: "Answered, to be rechecked" },
  rechecked: { zh: "已回访", en: "Rechecked" },
  closed: { zh: "已结束", en: "Closed" },
});
export const STATES = ["open", "contacted", "appealed", "refused", "redressing", "answered", "rechecked", "granted", "closed"] as const satisfies readonly RedressState[];

export const moveWords = dictionary({
  open: { zh: "收到差评", en: "Bad rating came in" },
  contact: { zh: "联系评价人", en: "Contact the person" },
  call: { zh: "再次联系", en: "Call again" },
  appeal: { zh: "申诉", en: "Appeal" },
  grant: { zh: "申诉成立", en: "Grant the appeal" },
  refuse: { zh: "申诉不成立", en: "Refuse the appeal" },
  start: { zh: "开始整改", en: "Begin to put right" },
  answer: { zh: "答复", en: "Answer" },
  recheck: { zh: "回访", en: "Recheck" },
  close: { zh: "结束", en: "Close" },
});

/** Labels of the words of a step; the public sees those of an answer and of the close. */
export const askWords = dictionary({
  open: { zh: "说明", en: "Words" },
  contact: { zh: "联系情况（可不填）", en: "How it went (optional)" },
  call: { zh: "联系情况（可不填）", en: "How it went (optional)" },
  appeal: { zh: "申诉理由（必填）", en: "Why (required)" },
  grant: { zh: "裁定理由（必填）", en: "Why (required)" },
  refuse: { zh: "裁定理由（必填）", en: "Why (required)" },
  start: { zh: "整改措施（必填）", en: "What will be done (required)" },
  answer: { zh: "答复（必填，评价人在手机上能看到）", en: "Answer (required; the person sees it on the phone)" },
  recheck: { zh: "回访情况（可不填）", en: "What the person said (optional)" },
  close: { zh: "公开说明（不写姓名；不填则不公开）", en: "Words for the public, without names (empty: not published)" },
});

export const resultWords = dictionary({
  reached: { zh: "已联系上", en: "Reached" },
  unreachable: { zh: "联系不上", en: "Could not be reached" },
  satisfied: { zh: "满意", en: "Satisfied now" },
  dissatisfied: { zh: "仍不满意", en: "Still dissatisfied" },
  no_contact: { zh: "未留联系方式", en: "No contact left" },
});

/** Results that a call of this step can have. */
export function resultsOf(move: RedressMove, named: boolean): CallResult[] {
  if (!["contact", "call", "recheck"].includes(move)) return [];
  if (!named) return ["no_contact"];
  return move === "recheck" ? ["satisfied", "dissatisfied", "unreachable"] : ["reached", "unreachable"];
}

/** Return true for a step that is refused without words. */
export const needsWords = (move: RedressMove): boolean => ["appeal", "grant", "refuse", "start", "answer"].includes(move);
