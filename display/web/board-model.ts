// What a board reckons from the state it is given: which calls fit, which one flashes, when a page
// that has run for weeks may load itself anew. It knows no call that the server does not send.
import type { BoardState, CalledMoment, CallView, QueueView, WindowState } from "@web/wire.gen.ts";

/** Calls in large type; the windows' strip shows what stands beyond them. */
export const CALLS_SHOWN = 5;

/** A call by what it is, not by its place: a recall is a new one. */
export function callKey(call: Pick<CallView, "number" | "n">): string {
  return `${call.number}/${call.n}`;
}

/**
 * The calls in large type, newest first. One that flashes is always among them, in the last place if
 * it stands further back.
 */
export function callsShown(calls: readonly CallView[], flashing: ReadonlySet<string>): CallView[] {
  const shown = calls.slice(0, CALLS_SHOWN);
  const hidden = calls.slice(CALLS_SHOWN).find((call) => flashing.has(callKey(call)));
  return hidden ? [...shown.slice(0, CALLS_SHOWN - 1), hidden] : shown;
}

/** Which call a moment is about. */
export function momentKey(data: Pick<CalledMoment, "number" | "n">): string {
  return callKey(data);
}

/** Queues with somebody in them first in the catalogue's order; the quiet ones behind. */
export function queuesShown(queues: readonly QueueView[], room: number): { shown: QueueView[]; quiet: number } {
  const busy = queues.filter((queue) => queue.waiting > 0);
  const calm = queues.filter((queue) => queue.waiting === 0);
  const shown = [...busy, ...calm].slice(0, room);
  const order = new Map(queues.map((queue, place) => [queue.unit, place]));
  shown.sort((one, other) => (order.get(one.unit) ?? 0) - (order.get(other.unit) ?? 0));
  return { shown, quiet: queues.length - shown.length };
}

export function anyOpen(windows: readonly WindowState[]): boolean {
  return windows.some((window) => window.state !== "closed");
}

const NIGHT = { from: 3 * 60 + 30, until: 4 * 60 + 30 };
const LEAST_UPTIME_MS = 2 * 3_600_000;

/**
 * Whether a page may load itself anew now: between 03:30 and 04:30 of the hall, when it has run for a
 * while, is connected, and no call stands.
 */
export function mayReloadAtNight(
  clock: string,
  uptimeMs: number,
  online: boolean,
  state: Pick<BoardState, "calls"> | null,
): boolean {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  const now = hours * 60 + minutes;
  const night = now >= NIGHT.from && now < NIGHT.until;
  return night && uptimeMs >= LEAST_UPTIME_MS && online && state !== null && state.calls.length === 0;
}
