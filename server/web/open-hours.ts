// Opening hours of a week in words: 周一至周五 8:30–12:00.
import { lang } from "./i18n.ts";
import { weekdayNames } from "./weeks.ts";
import type { OpenHours } from "./wire.gen.ts";

export function hoursWords(entry: OpenHours): string {
  const days = entry.weekdays.map((day) => weekdayNames()[day - 1] ?? "");
  const together = entry.weekdays.every((day, at) => at === 0 || day === (entry.weekdays[at - 1] ?? 0) + 1);
  const names = lang.value === "zh" ? days.map((day) => `周${day}`) : days;
  const span = together && names.length > 2 ? [names[0], names[names.length - 1]].join(lang.value === "zh" ? "至" : " to ") : names.join("、");
  return `${span} ${entry.opens}–${entry.closes}`;
}

/** All hours, those of the same days on one line: 周一至周五 8:30–12:00、14:30–17:30. */
export function hoursLines(hours: readonly OpenHours[]): string[] {
  const lines = new Map<string, string>();
  for (const entry of hours) {
    const days = entry.weekdays.join();
    const before = lines.get(days);
    lines.set(days, before ? `${before}${lang.value === "zh" ? "、" : ", "}${entry.opens}–${entry.closes}` : hoursWords(entry));
  }
  return [...lines.values()];
}
