// Joint review: words of parts, which steps need a reason, and the rows of a unit.
import { describe, expect, it } from "vitest";
import type { PartDueView } from "@web/wire.gen.ts";
import { dueWords, leftWords, needsWords, opinionsOf, partState, shownFirst, statesAttendance } from "../../server/joint_review/web/joint-words.ts";

const due = (days_left: number): PartDueView => ({ clock: "answer", day: "2026-12-01", days_left, lamp: null });

describe("a part", () => {
  it("says how long it has, or how late it is", () => {
    expect([2, 0, -3].map((left) => leftWords(due(left)))).toEqual(["还有 2 个工作日", "今天到期", "逾期 3 个工作日"]);
    expect(dueWords(due(0))).toBe("12月1日前答复");
  });
  it("has other words where another hall decides", () => {
    expect(partState("opinion", "signed")).toBe("待答复");
    expect(partState("elsewhere", "signed")).toBe("对方已签收，待结果");
    expect(partState("elsewhere", "recalled")).toBe("已撤回征求");
  });
  it("needs a reason to disagree, to take back and to recall", () => {
    expect(needsWords("answer", "agree")).toBe(false);
    expect(needsWords("answer", "disagree")).toBe(true);
    expect(needsWords("hear", "disagree")).toBe(true);
    expect(needsWords("take_back", "")).toBe(true);
    expect(needsWords("sign", "")).toBe(false);
  });
  it("goes upward by the unit's answer alone", () => {
    expect(opinionsOf("answer")).toContain("upward");
    expect(opinionsOf("hear")).toEqual(["agree", "disagree"]);
    expect(opinionsOf("sign")).toEqual([]);
  });
});

describe("a meeting", () => {
  it("states who came when it is recorded or corrected", () => {
    expect((["record", "correct", "request", "confirm", "cancel"] as const).map(statesAttendance)).toEqual([true, true, true, false, false]);
  });
});

describe("the wall", () => {
  it("shows the rows of the unit that the figures' link names", () => {
    const rows = [{ cells: [{ unit: "swj" }] }, { cells: [{ unit: "zjj" }] }];
    expect(shownFirst(rows, "zjj")).toEqual([rows[1]]);
    expect(shownFirst(rows, "")).toEqual(rows);
  });
});
