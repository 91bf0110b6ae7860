// Weeks and months as addresses name them.
import { describe, expect, it } from "vitest";
import { isSpan, isWeek, moved, spanQuery, weekQuery } from "../../server/web/weeks.ts";

describe("weeks", () => {
  it("move over the turn of a year, with and without a week 53", () => {
    expect(moved("2026-W53", 1)).toBe("2027-W01");
    expect(moved("2027-W01", -1)).toBe("2026-W53");
    expect(moved("2025-W01", -1)).toBe("2024-W52");
    expect(moved("2026-W45", 2)).toBe("2026-W47");
  });
  it("are Monday to Sunday", () => {
    expect(weekQuery("2026-W45")).toEqual({ from: "2026-11-02", to: "2026-11-08" });
    expect(weekQuery("2026-W01")).toEqual({ from: "2025-12-29", to: "2026-01-04" });
    expect(weekQuery("2026-11")).toEqual({});
    expect(isWeek("2026-W45-1")).toBe(false);
    expect(spanQuery("2026-02")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
    expect(spanQuery("2026-W45")).toEqual(weekQuery("2026-W45"));
    expect(["2026-02", "2026-W45", "01J9"].map(isSpan)).toEqual([true, true, false]);
  });
  it("are no months", () => {
    expect(moved("2026-01", -1)).toBe("2025-12");
    expect(moved("2025-12", 1)).toBe("2026-01");
  });
});
