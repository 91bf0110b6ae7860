// How a verdict is shown: a word, a sign, a tone. The letters are those of the month sheet.
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
  const found = new Set(statesOf(day).map((one) => one.state));
  return WORST.find((state) => found.has(state)) ?? null;
}

/** This month, YYYY-MM, by the hall's clock. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** Another month or, for 2026-W47, another week. */
export function moved(month: string, by: number): string {
  if (month.includes("W")) return movedWeek(month, by);
  const [year = 0, number = 1] = month.split("-").map(Number);
  const at = year * 12 + number - 1 + by;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
}

function movedWeek(week: string, by: number): string {
  const [year = 0, number = 1] = week.split("-W").map(Number);
  return isoWeek(new Date(Date.UTC(year, 0, 4 + (number - 1 + by) * 7)));
}

/** The days of a week as a query: `from=2026-11-02` and `to=2026-11-08`; empty for no week. */
export function weekQuery(week: string): Record<string, string> {
  if (!isWeek(week)) return {};
  const [year = 0, number = 1] = week.split("-W").map(Number);
  const first = new Date(Date.UTC(year, 0, 4 + (number - 1) * 7));
  first.setUTCDate(first.getUTCDate() + 1 - (first.getUTCDay() || 7));
  const last = new Date(first);
  last.setUTCDate(last.getUTCDate() + 6);
  return { from: first.toISOString().slice(0, 10), to: last.toISOString().slice(0, 10) };
}

/** Whether an address names a week. */
export const isWeek = (text: string): boolean => /^\d{4}-W\d{2}$/.test(text);

function isoWeek(day: Date): string {
  // Thursday decides the year of an ISO week.
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  const first = Date.UTC(day.getUTCFullYear(), 0, 1);
  const found = Math.ceil(((day.getTime() - first) / 86_400_000 + 1) / 7);
  return `${day.getUTCFullYear()}-W${String(found).padStart(2, "0")}`;
}

export function percent(rate: number | null): string {
  if (rate === null) return "—";
  // In whole millionths, half up: the same as on paper, where a float's format would not be.
  const tenths = Math.floor((Math.round(rate * 1e6) + 500) / 1000);
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
}
