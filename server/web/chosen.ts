// Reasons of a call out of turn, for the desk and the office.
import { dictionary } from "./i18n.ts";

export const CHOSEN_REASONS = ["unwell", "urgent", "together", "unfinished", "other"] as const;
export type ChosenReason = (typeof CHOSEN_REASONS)[number];

export const chosenWords = dictionary({
  unwell: { zh: "身体不适", en: "Unwell" },
  urgent: { zh: "有急事", en: "Urgent" },
  together: { zh: "同行人正在办理", en: "Comes with somebody being served" },
  unfinished: { zh: "刚才没有办完", en: "Comes back to finish" },
  other: { zh: "其他", en: "Other" },
});

/** Words for a stored reason, with what was typed. */
export function chosenReason(reason: string, note: string): string {
  const code = CHOSEN_REASONS.find((entry) => entry === reason);
  return [code && (code !== "other" || !note) ? chosenWords(code) : "", note].filter(Boolean).join("：");
}
