import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { clockDate, clockDay, clockStamp, clockTime, minutesBetween, setHallZone } from "@web/clock.ts";
import { dictionary, setLang } from "@web/i18n.ts";
import { saidNo } from "@web/live.ts";
import { faults } from "../../server/web/build/pages.ts";

afterEach(() => setHallZone("Asia/Shanghai", 480));

test("a dictionary speaks the language chosen and fills in values", () => {
  const t = dictionary({ ahead: { zh: "前面还有 {n} 人", en: "{n} ahead of you" } });
  expect(t("ahead", { n: 3 })).toBe("前面还有 3 人");
  setLang("en", false);
  expect(t("ahead", { n: 3 })).toBe("3 ahead of you");
  setLang("zh", false);
  expect(t("ahead")).toBe("前面还有 {n} 人");
});

test("times are shown in the hall's zone, whatever the machine's", () => {
  expect(clockTime("2026-11-21T23:05:09Z")).toBe("07:05");
  expect(clockTime("2026-11-21T23:05:09Z", true)).toBe("07:05:09");
  expect(clockDate("2026-11-21T23:05:09Z", "zh")).toBe("11月22日 星期日");
  expect(minutesBetween("2026-11-21T23:05:09Z", "2026-11-21T23:07:08Z")).toBe(1);
});

test.each([
  ["Asia/Shanghai", 480, 7],
  ["Asia/Urumqi", 360, 41],
  ["Asia/Kathmandu", 345, 41],
  ["Europe/Berlin", null, 41], // with summer time
])("the clock of %s agrees with the library on every day and hour", (timeZone, ahead, hours) => {
  setHallZone(timeZone, ahead);
  const time = new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "medium" });
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone });
  const date = (locale: string) =>
    new Intl.DateTimeFormat(locale, { timeZone, month: "long", day: "numeric", weekday: "long" });
  const [zh, en] = [date("zh-CN"), date("en-GB")];
  const step = hours * 3_600_000 + 61_001; // over years: every hour, minute and weekday
  for (let at = Date.UTC(2024, 1, 27); at < Date.UTC(2029, 0, 3); at += step) {
    expect(clockTime(at, true)).toBe(time.format(at));
    expect(clockTime(at)).toBe(time.format(at).slice(0, 5));
    expect(clockDay(at)).toBe(day.format(at));
    expect(clockDate(at, "zh")).toBe(zh.format(at).replace("日星", "日 星"));
    expect(clockDate(at, "en")).toBe(en.format(at).replace(",", ""));
  }
});

test("a stamp is in the hall's zone, also in summer", () => {
  setHallZone("Asia/Urumqi", 360);
  expect(clockStamp("2026-11-21T23:05:09Z", "zh")).toBe("2026年11月22日 05:05");
  setHallZone("Europe/Berlin", null);
  expect(clockStamp("2026-07-21T23:05:09Z", "zh")).toBe("2026年7月22日 01:05");
  expect(clockStamp("2026-12-21T23:05:09Z", "en")).toBe("22 Dec 2026, 00:05");
});

test("a server without its database turns no page away", () => {
  expect(saidNo("unavailable")).toBeNull();
  expect(saidNo("not_signed_in")).toBe("not_signed_in");
});

test("what the policy forbids is found in a page", () => {
  expect(faults('<script type="module" src="/static/a.js"></script>')).toEqual([]);
  expect(faults("<script>alert(1)</script>")).toEqual(["inline script"]);
  expect(faults('<p style="color:red" onclick="x()">')).toEqual(["style attribute", "event attribute"]);
  expect(faults('<link href="//fonts.invalid/a.css">')).toEqual(["address outside the hall"]);
});

/** WCAG contrast of two #rrggbb colours. */
function contrast(entry: string, other: string): number {
  const light = [entry, other].map((colour) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });
  return (Math.max(...light) + 0.05) / (Math.min(...light) + 0.05);
}

test("text can be read on its ground: 4.5 to 1 on pages, 7 to 1 on boards", () => {
  const css = readFileSync("server/web/tokens.css", "utf8");
  const token = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(css)?.[1] ?? name;
  const pairs = {
    text: ["ground", "surface", "surface-sunk", "act-soft"],
    "text-soft": ["ground", "surface", "surface-sunk"],
    act: ["surface", "ground", "act-soft"],
    "on-act": ["act", "act-strong", "wrong", "done", "late"],
    wrong: ["surface", "wrong-soft", "ground"],
    late: ["surface", "late-soft", "ground"],
    done: ["surface", "done-soft", "ground"],
  };
  for (const [text, grounds] of Object.entries(pairs)) {
    for (const ground of grounds) {
      expect(contrast(token(text), token(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  }
  for (const text of ["board-text", "board-soft", "board-number", "board-window", "board-wrong"]) {
    for (const ground of ["board-ground", "board-surface"]) {
      expect(contrast(token(text), token(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(7);
    }
  }
});
