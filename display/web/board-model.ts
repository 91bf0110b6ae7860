// Model of a board, computed from its state: which calls fit, which one flashes, when a page
// that has run for weeks may load itself anew. It knows no call that the server does not send.
import type { BoardState, CalledMoment, CallView, QueueView, WindowState } from "@web/wire.gen.ts";

/** Calls one below the other in the largest type; with more than these they stand side by side. */
export const LARGE = 5;
/** From so many calls on, one column more; from FULL on the calls take the whole width. */
const COLUMNS_FROM = [LARGE + 1, 15, 25];
export const FULL = 15;
/** A served call stays dimmed for so long, then it goes: everybody has seen that it was answered. */
export const SERVED_MS = 60_000;

/** A call by what it is, not by its place: a recall is a new one. */
export function callKey(call: Pick<CallView, "number" | "n">): string {
  return `${call.number}/${call.n}`;
}

/**
 * All called tickets, newest first, however many; tickets being served only where room is left, and
 * only for a while. The windows' strip shows these all the time.
 */
export function callsShown(calls: readonly CallView[], now: number): CallView[] {
  const called = calls.filter((call) => call.state === "called");
  const served = calls.filter((call) => call.state === "serving" && now - (call.serving_at ?? now) < SERVED_MS);
  return [...called, ...served.slice(0, Math.max(0, LARGE - called.length))];
}

/** Columns and rows for so many calls: all of them are seen at once, none waits for its turn. */
export function grid(count: number): { columns: number; rows: number } {
  const columns = 1 + COLUMNS_FROM.filter((from) => count >= from).length;
  return { columns, rows: Math.ceil(count / columns) };
}

/** Key of the call that a moment is about. */
export function momentKey(data: Pick<CalledMoment, "number" | "n">): string {
  return callKey(data);
}

/** Queues with somebody in them first in the catalogue's order; the quiet ones behind. */
export function queuesShown(queues: readonly QueueView[], room: number): { shown: QueueView[]; quiet: number } {
  const busy = queues.filter((queue) => queue.waiting > 0);
  const calm = queues.filter((queue) => queue.waiting === 0);
  const shown = [...busy, ...calm].slice(0, room);
  const order = new Map(queues.map((queue, place) => [queue.unit, place]));
  shown.sort((entry, other) => (order.get(entry.unit) ?? 0) - (order.get(other.unit) ?? 0));
  return { shown, quiet: queues.length - shown.length };
}

/** Queues that fit one column of large type; quiet ones leave first. With more busy ones, two columns. */
export const QUEUES_LARGE = 8;

/** Room for queues: a column of large type if the busy ones fit it, else all that two columns hold. */
export function queueRoom(queues: readonly QueueView[], most: number): number {
  return busyQueues(queues) <= QUEUES_LARGE ? QUEUES_LARGE : most;
}

/** Number of queues in which somebody waits. */
export function busyQueues(queues: readonly QueueView[]): number {
  return queues.filter((queue) => queue.waiting > 0).length;
}

/** Width of a text in its own font size: a Chinese character is 1 wide, a letter or figure at most 0.62. */
export function widthOf(text: string): number {
  return Math.max(1, [...text].reduce((sum, char) => sum + (char > "\u2e7f" ? 1 : 0.62), 0));
}

export function anyOpen(windows: readonly WindowState[]): boolean {
  return windows.some((window) => window.state !== "closed");
}

const NIGHT = { from: 3 * 60 + 30, until: 4 * 60 + 30 };
const LEAST_UPTIME_MS = 2 * 3_600_000;

/**
 * Return true if a page may reload itself now: between 03:30 and 04:30 of the hall, when it has run for a
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
