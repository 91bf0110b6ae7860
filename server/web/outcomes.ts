// Outcomes of a service in words, for the desk and the office.
import { dictionary } from "./i18n.ts";

export const OUTCOMES = ["accepted", "done", "consulted", "notice_given", "refused"] as const;
export type OutcomeCode = (typeof OUTCOMES)[number];

const OUTCOME_WORDS = {
  accepted: { zh: "已受理", en: "Accepted" },
  done: { zh: "当场办结", en: "Done at once" },
  consulted: { zh: "已答复咨询", en: "Enquiry answered" },
  notice_given: { zh: "已一次性告知", en: "Notice given" },
  refused: { zh: "不予受理", en: "Refused" },
  unrecorded: { zh: "未登记结果", en: "No outcome recorded" },
} as const;
export const outcomeWords = dictionary(OUTCOME_WORDS);

/** Words for an outcome by its stored code; empty for a code that this page does not know. */
export function outcomeName(code: string): string {
  return code in OUTCOME_WORDS ? outcomeWords(code as keyof typeof OUTCOME_WORDS) : "";
}
