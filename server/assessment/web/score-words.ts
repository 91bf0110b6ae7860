// Words of the assessment that several of its pages use.
import { dictionary, lang } from "@web/i18n.ts";
import type { DisputeState, ScorePeriodBrief, SheetState, Subject } from "@web/wire.gen.ts";

const t = dictionary({
  person: { zh: "人员", en: "People" },
  window: { zh: "窗口", en: "Windows" },
  unit: { zh: "单位", en: "Units" },
  running: { zh: "进行中", en: "Running" },
  open_period: { zh: "待核对", en: "To be checked" },
  checked: { zh: "已核对，待发布", en: "Checked, to be released" },
  released: { zh: "已发布", en: "Released" },
  draft: { zh: "草稿", en: "Draft" },
  in_force: { zh: "已启用", en: "In force" },
  withdrawn: { zh: "已停用", en: "Withdrawn" },
  open: { zh: "申诉中", en: "Disputed" },
  upheld: { zh: "维持扣分", en: "Upheld" },
  granted: { zh: "申诉成立，不计分", en: "Granted, counts nothing" },
});

export const SUBJECTS: readonly Subject[] = ["person", "window", "unit"];

export function subjectWords(subject: Subject): string {
  return t(subject);
}

export function periodState(state: ScorePeriodBrief["state"]): string {
  return t(state === "open" ? "open_period" : state);
}

export function sheetState(state: SheetState): string {
  return t(state);
}

export function disputeWords(state: DisputeState): string {
  return t(state);
}

/** A number with its sign, as points are shown: ＋2, －1.5; in English +2, −1.5. */
export function signed(points: string): string {
  const [plus, minus] = lang.value === "en" ? ["+", "−"] : ["＋", "－"];
  if (Number(points) === 0) return "0";
  return points.startsWith("-") ? `${minus}${points.slice(1)}` : `${plus}${points}`;
}

/** A number with another one in brackets. */
export function bracketed(first: string | number, second: string | number): string {
  return lang.value === "en" ? `${first} (${second})` : `${first}（${second}）`;
}

function range(from: string | number, to: string | number): string {
  return `${from}${lang.value === "en" ? "–" : "～"}${to}`;
}

/** A rank, or the range in which it lies while something is not measured. */
export function rankWords(row: { rank: number; rank_best: number; rank_worst: number }): string {
  return row.rank_best === row.rank_worst ? String(row.rank) : range(row.rank_best, row.rank_worst);
}

/** A score, with the range in which it lies while something is not measured. */
export function scoreWords(row: { score: string; low: string; high: string }): string {
  return row.low === row.high ? row.score : bracketed(row.score, range(row.low, row.high));
}
