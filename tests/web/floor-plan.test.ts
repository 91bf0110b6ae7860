import { expect, test } from "vitest";
import { numbersOf, planOf, WIDTH } from "@web/floor-plan.ts";
import type { PlanRoom } from "@web/wire.gen.ts";

function room(code: string, ...numbers: number[]): PlanRoom {
  return { code, name: code, name_en: code, windows: numbers.map((number) => ({ code: `${code}${number}`, number, name: "", name_en: "" })) };
}

test("windows stand in their order, in rows within the room, and rooms below each other", () => {
  const { rooms, wide, high, height } = planOf([room("a", 1, 2, 3, 4, 5, 6, 7, 8), room("b", 11)], ["a8"], false);
  const [first, second] = rooms;
  expect(first?.windows.map((entry) => entry.window.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(first?.windows[6]?.x).toBe(first?.windows[0]?.x);
  for (const entry of rooms.flatMap((place) => place.windows)) expect(entry.x + wide).toBeLessThan(WIDTH);
  const last = first?.windows[7];
  expect((last?.y ?? 0) + high).toBeLessThan((first?.y ?? 0) + (first?.height ?? 0));
  expect(second?.y).toBeGreaterThan((first?.y ?? 0) + (first?.height ?? 0));
  expect(height).toBeGreaterThan((second?.y ?? 0) + (second?.height ?? 0));
  expect(first?.windows.filter((entry) => entry.wanted)).toEqual([last]);
});

test("large type has fewer and higher windows in a row", () => {
  const many = room("a", 1, 2, 3, 4, 5, 6, 7);
  expect(planOf([many], [], true).wide).toBeGreaterThan(planOf([many], [], false).wide);
  expect(planOf([many], [], true).high).toBeGreaterThan(planOf([many], [], false).high);
});

test("a room is read with its marked windows, or from the first to the last", () => {
  const words = (wanted: string[], ...numbers: number[]): string => numbersOf(planOf([room("a", ...numbers)], wanted, false).rooms[0]!);
  expect(words(["a2", "a4"], 1, 2, 3, 4)).toBe("2、4");
  expect(words([], 1, 2, 3, 4)).toBe("1–4");
  expect(words([], 7)).toBe("7");
  expect(words([])).toBe("");
});
