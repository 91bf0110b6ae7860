import { expect, test } from "vitest";
import { reminder } from "../../kiosk/web/remind.ts";

const waiting = (ahead: number) => ({ state: "waiting", ahead, call_count: 0, remind_ahead: 2 }) as const;
const called = (call_count: number) => ({ state: "called", ahead: 0, call_count, remind_ahead: 2 }) as const;

test("a phone reminds once when no more people are ahead than the hall says", () => {
  expect(reminder(waiting(4), waiting(3))).toBe("");
  expect(reminder(waiting(3), waiting(2))).toBe("soon");
  expect(reminder(waiting(2), waiting(1))).toBe("");
  expect(reminder(null, waiting(1))).toBe("soon");
  expect(reminder(waiting(2), { ...waiting(0), remind_ahead: 0 })).toBe("");
});

test("each call reminds, also the second one, and a person who is served is left alone", () => {
  expect(reminder(waiting(1), called(1))).toBe("call");
  expect(reminder(called(1), called(1))).toBe("");
  expect(reminder(called(1), called(2))).toBe("call");
  expect(reminder(called(2), { ...called(2), state: "serving" })).toBe("");
});

test("nobody is hurried during a pause or a break, and the reminder comes when it ends", () => {
  const paused = (ahead: number) => ({ ...waiting(ahead), delay: { reason: "hall", until: null } }) as const;
  expect(reminder(null, paused(0))).toBe("");
  expect(reminder(waiting(3), paused(1))).toBe("");
  expect(reminder(paused(1), waiting(1))).toBe("soon");
  expect(reminder(paused(3), waiting(3))).toBe("");
});
