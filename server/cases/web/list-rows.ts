// Rows of a list of cases that a unit hands in, pasted from a table: number of the other system, item, day, name,
// telephone; separated by tabs, or by commas where there is no tab.
import type { OpenCase } from "@web/wire.gen.ts";

export type RowFault = "columns" | "number" | "repeated" | "item" | "day" | "future" | "name" | "phone";

export interface ListRow {
  /** Line of the pasted text, from 1. */
  line: number;
  outer_no: string;
  item: string;
  /** ISO day; as it was pasted if it is none. */
  day: string;
  name: string;
  phone: string;
  faults: RowFault[];
}

/** Cases that one list may hold. */
export const MOST_ROWS = 200;
const COLUMNS = 5;
const HEAD = /编号|事项|日期|姓名|电话/;
const DAY = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/;
const PHONE = /^[0-9+\- ]{3,20}$/;

/** An ISO day of one that was written with dashes, slashes, points or Chinese signs; null for none. */
export function isoDay(text: string): string | null {
  const [, year, month, date] = DAY.exec(text.trim()) ?? [];
  if (!year || !month || !date) return null;
  const day = `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? null : day;
}

/** The rows of a pasted text, each with its faults; empty lines and a head are left out. `items`: codes of the hall. */
export function listRows(text: string, items: ReadonlySet<string>, today: string): ListRow[] {
  const seen = new Set<string>();
  return text
    .split(/\r?\n/)
    .map((line, place) => ({ cells: line.split(line.includes("\t") ? "\t" : /[,，]/).map((cell) => cell.trim()), line: place + 1 }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""))
    .filter(({ cells }, place) => place > 0 || cells.filter((cell) => HEAD.test(cell)).length < 2)
    .map(({ cells, line }) => {
      const [outer_no = "", item = "", written = "", name = "", phone = ""] = cells;
      const day = isoDay(written);
      const faults: RowFault[] = [];
      if (cells.length !== COLUMNS) faults.push("columns");
      if (!outer_no) faults.push("number");
      else if (seen.has(`${item} ${outer_no}`)) faults.push("repeated");
      if (!items.has(item)) faults.push("item");
      if (day === null) faults.push("day");
      else if (day > today) faults.push("future");
      if (!name) faults.push("name");
      if (phone && !PHONE.test(phone)) faults.push("phone");
      seen.add(`${item} ${outer_no}`);
      return { line, outer_no, item, day: day ?? written, name, phone, faults };
    });
}

/** The cases of rows without faults. */
export function casesOf(rows: readonly ListRow[]): OpenCase[] {
  return rows.map(({ outer_no, item, day, name, phone }) => ({ outer_no, item, day, name, phone, id_kind: "id_card", id_number: "", agent: "" }));
}
