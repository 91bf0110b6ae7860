import { expect, test } from "vitest";
import type { GuideBrief } from "@web/wire.gen.ts";
import { guideAt, guidesOf, isFlagTurn } from "../../display/web/board-guides.ts";

const guide = (code: string, zones: string[]): GuideBrief => ({
  code,
  name: code,
  name_en: code,
  unit_name: "税务局",
  zones,
  promised_days: 0,
  fee: "不收费",
  materials: [],
});
const GUIDES = [guide("a", ["east"]), guide("b", ["east", "west"]), guide("c", ["west"])];

test("items follow each other, each for its seconds", () => {
  const shown = [0, 9_999, 10_000, 20_000, 30_000].map((now) => guideAt(GUIDES, now, 10)?.code);
  expect(shown).toEqual(["a", "a", "b", "c", "a"]);
});

test("nothing is shown without seconds or items", () => {
  expect(guideAt(GUIDES, 0, 0)).toBeNull();
  expect(guideAt([], 0, 10)).toBeNull();
});

test("a zone shows the items of its own windows, the main board all", () => {
  expect(guidesOf(GUIDES, "west").map((entry) => entry.code)).toEqual(["b", "c"]);
  expect(guidesOf(GUIDES, "main")).toHaveLength(3);
});

test("the window with the flag has its turn after all items, and all of them without items", () => {
  const turns = [0, 20_000, 30_000, 39_999, 40_000].map((now) => isFlagTurn(GUIDES, now, 10));
  expect(turns).toEqual([false, false, true, true, false]);
  expect(isFlagTurn([], 0, 10)).toBe(true);
  expect(isFlagTurn(GUIDES, 0, 0)).toBe(true);
});
