import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KeyReader, PAUSE_MS, slipCode } from "../../kiosk/web/slip-code.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function reader(): { heard: string[]; reader: KeyReader } {
  const heard: string[] = [];
  return {
    heard,
    reader: new KeyReader({
      scanned: (text) => heard.push(`scanned ${text}`),
      key: (key) => heard.push(key),
      enter: () => heard.push("enter"),
    }),
  };
}

test("a slip's code is its token or its number, and nothing else", () => {
  expect(slipCode("http://hall.test/t/abc-DEF_12345")).toBe("abc-DEF_12345");
  expect(slipCode(" https://hall.test/t/abcdefgh12/ ")).toBe("abcdefgh12");
  expect(slipCode("a012")).toBe("A012");
  expect(slipCode("https://example.test/another-code")).toBe("");
  expect(slipCode("6912345678901")).toBe("");
});

test("what comes at a scanner's pace is one text, with or without an enter key", () => {
  const { heard, reader: keys } = reader();
  for (const key of "http://h/t/abcdefgh") keys.press(key);
  keys.press("Enter");
  for (const key of "http://h/t/ABCDEFGH") {
    if (/[A-Z]/.test(key)) keys.press("Shift");
    keys.press(key);
  }
  vi.advanceTimersByTime(PAUSE_MS);
  expect(heard).toEqual(["scanned http://h/t/abcdefgh", "scanned http://h/t/ABCDEFGH"]);
});

test("a person's keys come singly, and enter asks for what they typed", () => {
  const { heard, reader: keys } = reader();
  for (const key of "A12") {
    keys.press(key);
    vi.advanceTimersByTime(PAUSE_MS);
  }
  keys.press("Backspace");
  keys.press("Enter");
  expect(heard).toEqual(["A", "1", "2", "Backspace", "enter"]);
});

test("other keys are left to the page", () => {
  const { heard, reader: keys } = reader();
  expect(keys.press("Tab")).toBe(false);
  expect(keys.press("1")).toBe(true);
  keys.stop();
  vi.advanceTimersByTime(PAUSE_MS);
  expect(heard).toEqual([]);
});
