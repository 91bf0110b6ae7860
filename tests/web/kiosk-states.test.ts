// Words of the kiosk that depend on the situation: banner, speech, what to do after a missed call.
import { expect, test } from "vitest";
import { setLang } from "@web/i18n.ts";
import type { KioskState } from "@web/wire.gen.ts";
import { isCut } from "../../kiosk/web/cut.ts";
import { itemSpeech } from "../../kiosk/web/speech.ts";
import { type Situation, stateLines } from "../../kiosk/web/states.ts";
import { ifMissedWords } from "../../kiosk/web/words.ts";

const NOW = Date.UTC(2026, 2, 2, 12);
const pause = { id: "n", area: "", area_name: "", area_name_en: "", pauses: true, reason: "", text: "", text_en: "", since: 0, until: null };
const closed = { open: false, numbers: false, midday: false, next: NOW + 3_600_000, windows: [] };
const open = { ...closed, open: true, numbers: true, next: null };

function live(changes: Record<string, unknown> = {}): KioskState {
  const printer = { device: "p", state: "ok", code: "", paper: "ok" };
  return { hours: open, notices: [], printer, ...changes } as unknown as KioskState;
}

function kinds(changes: Partial<Situation> = {}): string[] {
  return stateLines({ live: live(), now: NOW, away: false, gives: false, companion: "", view: "home", ...changes }).map((line) => line.kind);
}

test("the usual hall has no banner; each state has its line, the most important two of them", () => {
  const out = { device: "p", state: "failed", code: "paper_out", paper: "out" };
  expect(kinds()).toEqual([]);
  expect(kinds({ live: live({ hours: closed }) })).toEqual(["closed"]);
  expect(kinds({ live: live({ printer: out }) })).toEqual(["printer"]);
  expect(kinds({ live: live({ printer: out, notices: [pause] }) })).toEqual(["hall-notice", "printer"]);
  expect(kinds({ live: live({ printer: out, notices: [pause], hours: closed }) })).toEqual(["closed", "hall-notice"]);
  expect(kinds({ live: live({ hours: closed }), away: true, gives: true, companion: "A001" })).toEqual(["standby", "companion"]);
});

test("the page of a number says itself what the printer did, and is not covered without the server", () => {
  const failed = { device: "p", state: "failed", code: "", paper: "ok" };
  expect(kinds({ live: live({ printer: failed }), view: "result" })).toEqual([]);
  expect(kinds({ away: true, view: "result" })).toEqual(["offline"]);
  expect(kinds({ away: true })).toEqual([]);
});

test("a list is cut while something lies below its visible part", () => {
  expect(isCut({ scrollTop: 0, clientHeight: 300, scrollHeight: 420 })).toBe(true);
  expect(isCut({ scrollTop: 118, clientHeight: 300, scrollHeight: 420 })).toBe(false);
});

test("large type reads the papers and the priority button aloud, six papers at most", () => {
  expect(itemSpeech("换证", ["身份证", "照片"], "老年人")).toBe(
    "换证。要带的材料有：身份证，照片。需要办理的，请按屏幕下方的“取号”按钮。老年人，请按“优先取号”。",
  );
  expect(itemSpeech("换证", [..."一二三四五六七"], "")).toContain("五，六等。");
  setLang("en", false);
  expect(itemSpeech("Licence", [], "")).toBe("Licence. Please check the documents you need. Then press the button below. ");
  setLang("zh", false);
});

test("after a missed call: how, behind how many, or that the number is gone", () => {
  expect(ifMissedWords(1, 3)).toEqual(["到自助机点“我过号了”，或到窗口、咨询台。", "重新排在 3 人之后，本号当日有效。"]);
  expect(ifMissedWords(1, 0)[1]).toBe("本号当日有效。");
  expect(ifMissedWords(0, 3)).toEqual(["过号作废，须重新取号。"]);
});
