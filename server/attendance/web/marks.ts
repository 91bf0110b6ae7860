// Display of a verdict: a word, a sign, a tone. The letters are those of the month sheet.
import { pick, type Words } from "@web/i18n.ts";
import type { Mark } from "@web/wire.gen.ts";

export type StateName = Mark["state"];

interface Shown {
  letter: string;
  sign: string;
  words: Words;
}

export const STATES: Record<StateName, Shown> = {
  on_time: { letter: "o", sign: "√", words: { zh: "准时", en: "On time" } },
  late: { letter: "l", sign: "△", words: { zh: "迟到", en: "Late" } },
  early: { letter: "e", sign: "▽", words: { zh: "早退", en: "Early" } },
  missing: { letter: "m", sign: "×", words: { zh: "缺卡", en: "Missing" } },
  leave: { letter: "v", sign: "○", words: { zh: "请假", en: "Leave" } },
  official: { letter: "f", sign: "◇", words: { zh: "公出", en: "Official" } },
  elsewhere: { letter: "w", sign: "□", words: { zh: "异地", en: "Elsewhere" } },
  rest: { letter: "r", sign: "—", words: { zh: "休息", en: "Rest" } },
  pending: { letter: "p", sign: "…", words: { zh: "待定", en: "Pending" } },
};

const BY_LETTER = new Map(Object.entries(STATES).map(([name, shown]) => [shown.letter, name as StateName]));

/** The states of a day of the month sheet; a capital letter is a corrected slot. */
export function statesOf(day: string): { state: StateName; corrected: boolean }[] {
  return [...day].flatMap((letter) => {
    const state = BY_LETTER.get(letter.toLowerCase());
    return state ? [{ state, corrected: letter !== letter.toLowerCase() }] : [];
  });
}

export const stateWords = (state: StateName): string => pick(STATES[state].words);

/** The worst of a day, for one coloured cell: what a person would look at first. */
const WORST: readonly StateName[] = [
  "missing",
  "late",
  "early",
  "pending",
  "leave",
  "official",
  "elsewhere",
  "on_time",
  "rest",
];
export function worstOf(day: string): StateName | null {
  const result = new Set(statesOf(day).map((entry) => entry.state));
  return WORST.find((state) => result.has(state)) ?? null;
}

/** This month, YYYY-MM, by the hall's clock. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}
