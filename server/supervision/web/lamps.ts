// Lamps of cases as the wall shows them: words, rows, and pages of rows on a screen that nobody scrolls.
import { minuteWords } from "@web/case-words.ts";
import { dictionary } from "@web/i18n.ts";
import type { LampView, UnitLamps, Wall } from "@web/wire.gen.ts";

export const lampWords = dictionary({
  yellow: { zh: "黄灯", en: "Yellow" },
  red: { zh: "红灯", en: "Red" },
});

export const clockWords = dictionary({
  tell: { zh: "一次告知", en: "Notice" },
  direct: { zh: "即办时限", en: "On the spot" },
  promised: { zh: "承诺时限", en: "Promised" },
  legal: { zh: "法定时限", en: "Legal limit" },
  stage: { zh: "环节时限", en: "Stage" },
  serve: { zh: "送达时限", en: "Service" },
  pledge: { zh: "容缺材料补交", en: "Pledged materials" },
  extension: { zh: "延期申请", en: "Extension" },
});

const left = dictionary({
  late: { zh: "逾期 {n} 个工作日", en: "{n} overdue" },
  passed: { zh: "已过到期日", en: "Due day passed" },
  today: { zh: "今天到期", en: "Due today" },
  left: { zh: "还有 {n} 个工作日", en: "{n} left" },
});

/** Working days over or left of a lamp, in words. Only days of rest may have passed since the due day. */
export function leftWords({ due, days_left, minutes_left, level }: Pick<LampView, "due" | "days_left" | "minutes_left" | "level">, today: string): string {
  if (minutes_left !== null) return minuteWords(minutes_left, level === "red");
  const days = days_left ?? 0;
  if (due < today) return days < 0 ? left("late", { n: -days }) : left("passed");
  return days > 0 ? left("left", { n: days }) : left("today");
}

export interface LampRow {
  key: string;
  id: string;
  number: string;
  item: string;
  unit: string;
  owner: string;
  level: LampView["level"];
  clock: LampView["clock"];
  due: string;
  left: string;
  since: string;
}

/** A row per lamp, in the order of the wall: the worst case first, and of a case the red lamps first. */
export function lampRows(wall: Wall): LampRow[] {
  return wall.cases.flatMap(({ case: entry, lamps }) =>
    lamps
      .toSorted((a, b) => Number(b.level === "red") - Number(a.level === "red") || a.due.localeCompare(b.due))
      .map((lamp) => ({
        key: `${entry.id} ${lamp.clock}`,
        id: entry.id,
        number: entry.number,
        item: entry.item_name,
        unit: entry.unit_name,
        owner: entry.owner_name,
        level: lamp.level,
        clock: lamp.clock,
        due: [lamp.due, lamp.time].filter(Boolean).join(" "),
        left: leftWords(lamp, wall.today),
        since: lamp.since,
      })),
  );
}

export type Colour = "open" | "yellow" | "red";

/** Numbers of cases over all units. */
export function totals(units: readonly UnitLamps[]): Record<Colour, number> {
  const sum = (key: Colour): number => units.reduce((total, unit) => total + unit[key], 0);
  return { open: sum("open"), yellow: sum("yellow"), red: sum("red") };
}

/** Parts of a unit's bar in percent of the longest one: red, yellow, the rest. */
export function barOf(unit: UnitLamps, units: readonly UnitLamps[]): Record<"red" | "yellow" | "green", number> {
  const longest = Math.max(1, ...units.map(({ open }) => open));
  const share = (count: number): number => (100 * Math.max(0, count)) / longest;
  return { red: share(unit.red), yellow: share(unit.yellow), green: share(unit.open - unit.red - unit.yellow) };
}

/** Page `turn` of rows, counted on from the first for ever. */
export function pageOf<T>(rows: readonly T[], size: number, turn: number): { rows: readonly T[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const page = turn % pages;
  return { rows: rows.slice(page * size, (page + 1) * size), page: page + 1, pages };
}
