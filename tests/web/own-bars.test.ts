// Bars of the chart of one's own points.
import { describe, expect, it } from "vitest";
import { barsOf, leastOf } from "../../server/assessment/web/own-bars.ts";

const month = (low: string, score: string, high: string) => ({ month: "2026-10", released: true, low, score, high });

describe("bars of one's own points", () => {
  it("bars begin a little below the lowest score, and never below nothing", () => {
    expect(leastOf([month("94.00", "94.00", "94.00"), month("88.00", "90.00", "92.00")])).toBe(80);
    expect(leastOf([month("-3.00", "100.00", "100.00")])).toBe(0);
    expect(leastOf([])).toBe(0);
  });

  it("a bar's parts are shares of the space up to a hundred points, or to a higher score", () => {
    expect(barsOf([month("85.00", "90.00", "100.00")], 80)).toEqual([{ month: "2026-10", low: 25, score: 50, high: 100 }]);
    expect(barsOf([month("80.00", "100.00", "120.00")], 80)[0]).toMatchObject({ low: 0, score: 50, high: 100 });
  });
});
