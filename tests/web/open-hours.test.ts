import { afterEach, expect, test } from "vitest";
import { setLang } from "@web/i18n.ts";
import { hoursLines, hoursWords } from "@web/open-hours.ts";

const span = (weekdays: number[], opens: string, closes: string): { weekdays: number[]; opens: string; closes: string } => ({ weekdays, opens, closes });
afterEach(() => setLang("zh", false));

test("hours of the same days are on one line, days in a row are a span", () => {
  const week = [1, 2, 3, 4, 5];
  const hours = [span(week, "08:30", "12:00"), span(week, "14:30", "17:30"), span([6], "09:00", "11:00")];
  expect(hoursLines(hours)).toEqual(["周一至周五 08:30–12:00、14:30–17:30", "周六 09:00–11:00"]);
  expect(hoursWords(span([1, 3], "09:00", "11:00"))).toBe("周一、周三 09:00–11:00");
  setLang("en", false);
  expect(hoursLines(hours)).toEqual(["Mon to Fri 08:30–12:00, 14:30–17:30", "Sat 09:00–11:00"]);
  expect(hoursLines([])).toEqual([]);
});
