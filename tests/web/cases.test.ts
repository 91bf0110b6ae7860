// Cases: the strip of days, the next step at the window, lists, and rows pasted from a table.
import { describe, expect, it } from "vitest";
import type { CaseMove, CaseState, DueView, StretchView, StripDay } from "@web/wire.gen.ts";
import { dayWords, leftWords } from "@web/case-words.ts";
import { isDirect, moveLabel, movesOf, needsWords, nextStep } from "../../server/cases/web/case-acts.ts";
import { chosenDesks, countStates, isLate, mainDue, unitRows } from "../../server/cases/web/case-lists.ts";
import { casesOf, isoDay, listRows } from "../../server/cases/web/list-rows.ts";
import { columnOf, figuresOf, minutesOf, notesOf } from "../../server/cases/web/strip.ts";

const day = (iso: string, kind: StripDay["kind"], number: number, due = false): StripDay => ({ day: iso, kind, number, total: 3, due, note: "" });
const STRIP = [
  day("2026-11-26", "start", 0),
  day("2026-11-27", "running", 1),
  day("2026-11-28", "rest", 1),
  day("2026-11-29", "rest", 1),
  day("2026-11-30", "suspended", 1),
  day("2026-12-01", "running", 2),
  day("2026-12-02", "running", 3, true),
];
const due = (clock: DueView["clock"], iso: string, days_left: number | null): DueView => ({ clock, day: iso, earliest: iso, latest: iso, days_left, time: "", minutes_left: null, counting: [], late: (days_left ?? 0) < 0 });
/** Open for five minutes, closed for ten, open again. */
const SPANS = [
  { begins: 600_000, ends: 900_000 },
  { begins: 1_500_000, ends: 9_000_000 },
];
const spot = (minutes_left: number, late = false): DueView => ({ ...due("direct", "2026-11-24", 0), time: "10:35", minutes_left, counting: SPANS, late });
const MINUTES: StretchView[] = [{ begins: "2026-11-24T11:50", ends: "2026-11-24T12:00", kind: "running", number: 10, total: 30 }];
const view = (state: CaseState, moves: CaseMove[], more = {}) => ({ state, moves, stretches: [], extension_days: 5, ...more });

describe("the strip", () => {
  it("begins its weeks on Monday", () => {
    expect(STRIP.map((entry) => columnOf(entry.day))).toEqual([4, 5, 6, 7, 1, 2, 3]);
  });
  it("marks the days on which something happened, in order", () => {
    const facts = [
      { day: "2026-11-20", move: "file" },
      { day: "2026-11-26", move: "accept" },
      { day: "2026-11-30", move: "resume" },
      { day: "2026-11-26", move: "pass" },
    ] as const;
    expect(notesOf(STRIP, facts)).toEqual([
      { mark: 1, day: "2026-11-26", moves: ["accept", "pass"] },
      { mark: 2, day: "2026-11-30", moves: ["resume"] },
    ]);
  });
  it("gives the figures of its sentence, with and without a due day", () => {
    expect(figuresOf(STRIP)).toEqual({ start: "2026-11-26", due: "2026-12-02", counted: 3, total: 3, stopped: true });
    expect(figuresOf(STRIP.slice(0, 3))).toEqual({ start: "2026-11-26", due: "", counted: 1, total: 3, stopped: false });
    expect(figuresOf([])).toBeNull();
  });
});

describe("words of days", () => {
  it("say how many working days are left or over", () => {
    expect([-2, 0, 3, null].map((left) => leftWords(due("promised", "", left)))).toEqual(["逾期 2 个工作日", "今天到期", "还有 3 个工作日", "暂停计时"]);
    expect(leftWords(undefined)).toBe("");
  });
  it("say how many minutes are left, and stand still while the hall is closed", () => {
    expect([600_000, 779_000, 1_400_000, 1_560_000].map((now) => leftWords(spot(12), now))).toEqual(["还有 12 分钟", "还有 10 分钟", "还有 7 分钟", "还有 6 分钟"]);
    expect([leftWords(spot(2), 840_000), leftWords(spot(-25, true)), leftWords(spot(0, true))]).toEqual(["超时 2 分钟", "超时 25 分钟", "已超时"]);
    expect(minutesOf(MINUTES[0]!)).toBe(10);
    expect([dayWords("2026-11-03"), dayWords("")]).toEqual(["11月3日", ""]);
  });
});

describe("steps", () => {
  it("follow one another at the window", () => {
    expect(nextStep(view("filed", ["not_accept", "withdraw"]))).toBe("materials");
    expect(nextStep(view("filed", ["tell", "not_accept"]))).toBe("tell");
    expect(nextStep(view("filed", ["accept", "not_accept"]))).toBe("accept");
    expect(nextStep(view("supplementing", ["not_accept"]))).toBe("materials");
    expect(nextStep(view("supplementing", ["complete"]))).toBe("complete");
    expect(nextStep(view("handling", ["pass", "decide"]))).toBe("pass");
    expect(nextStep(view("handling", ["pass", "decide"], { stretches: MINUTES }))).toBe("decide");
    expect(nextStep(view("handling", ["withdraw"]))).toBe("close");
    expect(nextStep(view("reviewing", ["pass"]))).toBe("close");
  });
  it("are decided at once where minutes are promised", () => {
    expect(isDirect(view("handling", [], { stretches: MINUTES }))).toBe(true);
    expect(isDirect(view("handling", []))).toBe(false);
  });
  it("leave out at the window what belongs to the back office, and an extension of no days", () => {
    const moves: CaseMove[] = ["suspend", "ask_time", "withdraw", "accept"];
    expect(movesOf(view("filed", moves), true)).toEqual(["accept", "withdraw"]);
    expect(movesOf(view("filed", moves), false)).toEqual(moves);
    expect(movesOf(view("filed", moves, { extension_days: 0 }), false)).toEqual(["suspend", "withdraw", "accept"]);
  });
  it("say where they lead, and which need words", () => {
    expect([moveLabel("pass", "handling"), moveLabel("pass", "reviewing")]).toEqual(["交后台审核", "通过，送审批"]);
    expect([moveLabel("decide", "handling"), moveLabel("decide", "approving")]).toEqual(["当场办结", "作出决定"]);
    expect(["accept", "tell", "pass", "decide"].map((move) => needsWords(move as CaseMove))).toEqual([false, false, true, true]);
  });
});

describe("lists", () => {
  const promised = due("promised", "2026-11-25", 1);
  it("show the promise, before the acceptance the time to tell, and what has run out", () => {
    expect(mainDue({ due: [due("legal", "2026-11-20", -1), promised] })).toBe(promised);
    expect(mainDue({ due: [due("tell", "2026-12-01", 5)] })?.clock).toBe("tell");
    expect(mainDue({ due: [] })).toBeUndefined();
    expect([isLate({ due: [promised, due("legal", "2026-11-20", -1)] }), isLate({ due: [promised, due("stage", "", null)] })]).toEqual([true, false]);
  });
  it("count states and group chosen cases by desk", () => {
    expect(countStates([{ state: "filed" }, { state: "handling" }, { state: "filed" }])).toEqual([["filed", 2], ["handling", 1]]);
    const desks = [{ staff: "1", cases: [{ id: "a" }, { id: "c" }] }, { staff: "2", cases: [{ id: "b" }] }];
    expect(chosenDesks(desks, ["c", "a"])).toEqual([{ staff: "1", cases: ["a", "c"] }]);
  });
  it("join both clocks of a unit, the worst first", () => {
    const of = (unit: string, overdue: number, soon: number) => ({ unit, unit_name: unit, overdue, due: soon });
    const rows = unitRows({ today: "", until: "", promised: [of("tax", 1, 0), of("land", 2, 0)], legal: [of("water", 0, 1), of("tax", 1, 0)] });
    expect(rows.map((row) => row.unit)).toEqual(["tax", "land", "water"]);
    expect(rows[0]).toEqual({ unit: "tax", name: "tax", promisedLate: 1, promisedSoon: 0, legalLate: 1, legalSoon: 0 });
  });
});

describe("a pasted list", () => {
  const rows = (text: string) => listRows(text, new Set(["a-1"]), "2026-11-24");
  it("takes days as tables write them", () => {
    const days = ["2026-11-03", "2026/11/3", "2026.11.3", "2026年11月3日", "2026-02-30", "3.11.2026", ""];
    expect(days.map(isoDay)).toEqual(["2026-11-03", "2026-11-03", "2026-11-03", "2026-11-03", null, null, null]);
  });
  it("leaves out the head and empty lines", () => {
    const [row, ...more] = rows("外部编号\t事项编码\t日期\t姓名\t电话\n\n7\ta-1\t2026/11/3\t王示例\t13900000000\n");
    expect(more).toEqual([]);
    expect(row).toEqual({ line: 3, outer_no: "7", item: "a-1", day: "2026-11-03", name: "王示例", phone: "13900000000", faults: [] });
    expect(casesOf([row!])[0]).toMatchObject({ outer_no: "7", item: "a-1", day: "2026-11-03", name: "王示例", id_number: "" });
  });
  it("names the faults of each row", () => {
    const faults = (text: string) => rows(text).map((row) => row.faults);
    expect(faults("7,a-1,2026-11-03,王示例,\n7,a-1,2026-11-03,王示例,")).toEqual([[], ["repeated"]]);
    expect(faults("\tb-1\t2026-11-25\t\tabc")).toEqual([["number", "item", "future", "name", "phone"]]);
    expect(faults("7,a-1,gestern,王示例")).toEqual([["columns", "day"]]);
  });
});
