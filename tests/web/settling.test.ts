import { expect, test } from "vitest";
import { type Clock, SETTLE_MS, UNPRINTED_MS, makeSettling } from "../../kiosk/web/settling.ts";

/** A clock that is moved by hand. */
function moved() {
  let now = 0;
  let due: { at: number; run: () => void } | null = null;
  const clock: Clock = {
    now: () => now,
    later: (ms, run) => {
      const mine = { at: now + ms, run };
      due = mine;
      return () => {
        if (due === mine) due = null;
      };
    },
  };
  const forward = (ms: number): void => {
    now += ms;
    if (due && due.at <= now) due.run();
  };
  return { clock, forward };
}

test("a second tap is dead for as long as trembling hands need", () => {
  const { clock, forward } = moved();
  const settling = makeSettling(clock);
  expect(settling.blocks()).toBe(false);
  settling.changed();
  for (const later of [0, 400, 300]) {
    forward(later); // 0, 400 and 700 ms after the change
    expect([settling.blocks(), settling.settled.value]).toEqual([true, false]);
  }
  forward(SETTLE_MS - 700);
  expect([settling.blocks(), settling.settled.value]).toEqual([false, true]);
});

test("a number that is on no paper is kept longer than a view", () => {
  expect(SETTLE_MS).toBeGreaterThan(700);
  expect(UNPRINTED_MS).toBeGreaterThan(SETTLE_MS);
});

test("a later change never shortens the wait, and an end ends it", () => {
  const { clock, forward } = moved();
  const settling = makeSettling(clock);
  settling.changed(UNPRINTED_MS);
  forward(100);
  settling.changed(SETTLE_MS);
  forward(SETTLE_MS);
  expect(settling.blocks()).toBe(true);
  settling.end();
  expect([settling.blocks(), settling.settled.value]).toEqual([false, true]);
  forward(UNPRINTED_MS);
  expect(settling.settled.value).toBe(true);
});
