import { expect, test } from "vitest";
import type { UnitLamps, Wall } from "@web/wire.gen.ts";
import { digestOf } from "../../server/supervision/web/digest.ts";
import { barOf, lampRows, leftWords, pageOf, totals } from "../../server/supervision/web/lamps.ts";

const TODAY = "2026-11-24";

test.each([
  ["2026-11-26", 2, "还有 2 个工作日"],
  ["2026-11-24", 0, "今天到期"],
  ["2026-11-20", -2, "逾期 2 个工作日"],
  ["2026-11-22", 0, "已过到期日"],
])("a lamp due on %s with %i working days", (due, days_left, words) => {
  expect(leftWords({ due, days_left, minutes_left: null, level: "red" }, TODAY)).toBe(words);
});

test("a lamp of a case on the spot says its minutes", () => {
  const lamp = { due: TODAY, days_left: 0 };
  expect(leftWords({ ...lamp, minutes_left: 8, level: "yellow" }, TODAY)).toBe("还有 8 分钟");
  expect(leftWords({ ...lamp, minutes_left: -3, level: "red" }, TODAY)).toBe("超时 3 分钟");
});

function unit(open: number, yellow: number, red: number): UnitLamps {
  return { unit: "u", unit_name: "某局", open, yellow, red };
}

test("a bar is as long as the unit's cases against those of the largest unit", () => {
  const units = [unit(10, 2, 3), unit(5, 0, 5)];
  expect(barOf(units[0]!, units)).toEqual({ red: 30, yellow: 20, green: 50 });
  expect(barOf(units[1]!, units)).toEqual({ red: 50, yellow: 0, green: 0 });
  expect(barOf(unit(0, 0, 0), [])).toEqual({ red: 0, yellow: 0, green: 0 });
  expect(totals(units)).toEqual({ open: 15, yellow: 2, red: 8 });
});

test("a case has a row per lamp, the red ones first, then the earliest", () => {
  const lamp = (clock: string, level: string, due: string): object => ({ clock, level, due, time: "", days_left: 0, minutes_left: null, since: "" });
  const entry = { id: "K1", number: "n", item_name: "i", unit_name: "u", owner_name: "" };
  const lamps = [lamp("legal", "yellow", "2026-11-25"), lamp("stage", "yellow", "2026-11-24"), lamp("promised", "red", "2026-11-23")];
  const wall = { today: TODAY, cases: [{ case: entry, lamps }] } as unknown as Wall;
  expect(lampRows(wall).map((row) => row.clock)).toEqual(["promised", "stage", "legal"]);
});

test("pages of a wall turn for ever", () => {
  const rows = [1, 2, 3, 4, 5];
  expect([0, 1, 2, 3].map((turn) => pageOf(rows, 2, turn).rows)).toEqual([[1, 2], [3, 4], [5], [1, 2]]);
  expect(pageOf(rows, 2, 5)).toMatchObject({ page: 3, pages: 3 });
  expect(pageOf([], 2, 7)).toEqual({ rows: [], page: 1, pages: 1 });
});

test("the digest of a file is its SHA-256", async () => {
  expect(await digestOf(new Blob(["abc"]))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
