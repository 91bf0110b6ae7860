// Words of the steps of a complaint that the office and a unit's own page share.
import { dictionary } from "@web/i18n.ts";
import type { ComplaintMove } from "@web/wire.gen.ts";

export const moveWords = dictionary({
  receive: { zh: "收到", en: "Received" },
  contact: { zh: "联系投诉人", en: "Contact the complainant" },
  accept: { zh: "受理", en: "Accept" },
  hand_on: { zh: "转办", en: "Hand on" },
  refuse: { zh: "不予受理", en: "Do not accept" },
  ask_time: { zh: "申请延期", en: "Request more time" },
  grant_time: { zh: "同意延期", en: "Grant more time" },
  deny_time: { zh: "不同意延期", en: "Refuse more time" },
  answer: { zh: "答复", en: "Answer" },
  close: { zh: "结束", en: "Close" },
});

/** Labels of the words of a step; the complainant reads those of three. */
export const askWords = dictionary({
  receive: { zh: "说明", en: "Words" },
  contact: { zh: "联系情况（必填）", en: "How it went (required)" },
  accept: { zh: "说明（可不填）", en: "Words (optional)" },
  hand_on: { zh: "转往何处、联系电话（必填，投诉人能看到）", en: "Where to, with a telephone (required; the complainant sees it)" },
  refuse: { zh: "不予受理的理由（必填，投诉人能看到）", en: "Why (required; the complainant sees it)" },
  ask_time: { zh: "延期理由（必填，只能延期一次，由另一位管理人员批准）", en: "Why (required; once only, granted by another manager)" },
  grant_time: { zh: "理由（必填）", en: "Why (required)" },
  deny_time: { zh: "理由（必填）", en: "Why (required)" },
  answer: { zh: "答复（必填，不写他人姓名，投诉人能看到）", en: "Answer (required, without names; the complainant sees it)" },
  close: { zh: "说明（可不填）", en: "Words (optional)" },
});

/** Return true for a step that is refused without words. */
export const needsWords = (move: ComplaintMove): boolean => move !== "accept" && move !== "close";
