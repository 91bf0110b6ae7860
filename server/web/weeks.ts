// Months, ISO weeks and weekdays as text, and shares in percent.
import { lang } from "./i18n.ts";

const WEEKDAYS = { zh: [..."一二三四五六日"], en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] } as const;

/** Names of the days of a week, Monday first. */
export const weekdayNames = (): readonly string[] => WEEKDAYS[lang.value];

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

/** The days of a week or of a month such as 2026-11, as `weekQuery` has them. */
export function spanQuery(span: string): Record<string, string> {
  if (!isMonth(span)) return weekQuery(span);
  const [year = 0, number = 1] = span.split("-").map(Number);
  return { from: `${span}-01`, to: new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10) };
}

/** The week of a day such as 2026-11-05: 2026-W45. */
export const weekOf = (day: string): string => isoWeek(new Date(`${day}T00:00:00Z`));

const isMonth = (text: string): boolean => /^\d{4}-\d{2}$/.test(text);

/** Return true if an address names a week or a month. */
export const isSpan = (text: string): boolean => isWeek(text) || isMonth(text);

/** Return true if an address names a week. */
export const isWeek = (text: string): boolean => /^\d{4}-W\d{2}$/.test(text);

function isoWeek(day: Date): string {
  // Thursday decides the year of an ISO week.
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  const first = Date.UTC(day.getUTCFullYear(), 0, 1);
  const result = Math.ceil(((day.getTime() - first) / 86_400_000 + 1) / 7);
  return `${day.getUTCFullYear()}-W${String(result).padStart(2, "0")}`;
}

export function percent(rate: number | null): string {
  if (rate === null) return "—";
  // In whole millionths, half up: the same as on paper, where a float's format would not be.
  const tenths = Math.floor((Math.round(rate * 1e6) + 500) / 1000);
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
}
