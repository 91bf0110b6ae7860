import { expect, test } from "vitest";
import type { CallView, QueueView } from "@web/wire.gen.ts";
import { LARGE, QUEUES_LARGE, SERVED_MS, callKey, callsShown, grid, mayReloadAtNight, queueRoom, queuesShown, widthOf } from "../../display/web/board-model.ts";

const call = (number: string, n = 1): CallView => ({
  number, n, window: "W01", window_number: 1, window_name: "", window_name_en: "", zone: "east", zone_name: "", zone_name_en: "",
  state: "called", at: 0, serving_at: null,
});
const queue = (unit: string, waiting: number): QueueView => ({
  unit, waiting, name: unit, name_en: unit, prefix: "A", longest: 0, target: 20, windows: [],
});
const CALLS = ["A1", "A2", "A3", "A4", "A5", "A6", "A7"].map((number) => call(number));

test("everybody who is called is shown, however many, in the server's order", () => {
  const many = Array.from({ length: 20 }, (_, n) => call(`A${n}`));
  expect(callsShown(many, 0).map((entry) => entry.number)).toEqual(many.map((entry) => entry.number));
});

test("people being served fill the room that is left and hide nobody who is called", () => {
  const served = CALLS.map((entry) => ({ ...entry, number: `S${entry.number}`, state: "serving" as const }));
  const two = CALLS.slice(0, 2);
  expect(callsShown([...served, ...two], 0).map((entry) => entry.number)).toEqual(["A1", "A2", "SA1", "SA2", "SA3"]);
  expect(callsShown([...served, ...CALLS], 0)).toEqual(CALLS);
  expect(callsShown(served, 0)).toHaveLength(LARGE);
});

test("a served call stays for a minute, then it is gone; a called one stays", () => {
  const served = { ...call("A1"), state: "serving" as const, serving_at: 1000 };
  const both = [call("A2"), served];
  expect(callsShown(both, 999 + SERVED_MS)).toEqual(both);
  expect(callsShown(both, 1000 + SERVED_MS)).toEqual([call("A2")]);
});

test("quiet queues leave the board before its type grows small", () => {
  const busy = (count: number) => Array.from({ length: 12 }, (_, n) => queue(`u${n}`, n < count ? 1 : 0));
  expect(queueRoom(busy(QUEUES_LARGE), 18)).toBe(QUEUES_LARGE);
  expect(queueRoom(busy(QUEUES_LARGE + 1), 18)).toBe(18);
});

test("a grid has room for every call", () => {
  for (let count = 1; count <= 60; count += 1) {
    const { columns, rows } = grid(count);
    expect(columns * rows).toBeGreaterThanOrEqual(count);
  }
  expect(grid(5)).toEqual({ columns: 1, rows: 5 });
  expect(grid(20)).toEqual({ columns: 3, rows: 7 });
  expect(grid(27)).toEqual({ columns: 4, rows: 7 }); // every window of the hall, in type for 15 m
});

test("a recall is another call than the first", () => {
  expect(callKey(call("A1", 1))).not.toBe(callKey(call("A1", 2)));
});

test("with too many queues those with people in them stay, in the hall's order", () => {
  const queues = [queue("a", 0), queue("b", 3), queue("c", 0), queue("d", 1)];
  const { shown, quiet } = queuesShown(queues, 3);
  expect(shown.map((entry) => entry.unit)).toEqual(["a", "b", "d"]);
  expect(quiet).toBe(1);
});

test("a page loads itself anew only at night, in peace and connected", () => {
  const day = 24 * 3_600_000;
  const quiet = { calls: [] };
  expect(mayReloadAtNight("03:30", day, true, quiet)).toBe(true);
  expect(mayReloadAtNight("03:29", day, true, quiet)).toBe(false);
  expect(mayReloadAtNight("04:30", day, true, quiet)).toBe(false);
  expect(mayReloadAtNight("10:00", day, true, quiet)).toBe(false);
  expect(mayReloadAtNight("03:30", 60_000, true, quiet)).toBe(false); // it has just done so
  expect(mayReloadAtNight("03:30", day, false, quiet)).toBe(false); // it might not come back
  expect(mayReloadAtNight("03:30", day, true, { calls: CALLS })).toBe(false);
  expect(mayReloadAtNight("03:30", day, true, null)).toBe(false);
});

test("a Chinese character is as wide as its type, a letter less", () => {
  expect(widthOf("社会保险一")).toBe(5);
  expect(widthOf("A012")).toBeCloseTo(2.48);
  expect(widthOf("")).toBe(1);
});
