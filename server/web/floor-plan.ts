// Layout of the plan of a building: its rooms one below the other, their windows in rows.
// Lengths are units of the drawing, which is WIDTH wide. Only the order is drawn: the business
// data do not say where in a room a window is.
import type { PlanRoom, PlanWindow } from "./wire.gen.ts";

export const WIDTH = 320;
const PAD = 12;
const GAP = 8;
const BETWEEN = 10;
/** Windows of a row and height of a window, for ordinary and for large type. */
const SIZES = { normal: { columns: 6, height: 40, head: 34 }, large: { columns: 4, height: 56, head: 44 } } as const;

export interface PlacedWindow {
  window: PlanWindow;
  x: number;
  y: number;
  wanted: boolean;
}
export interface PlacedRoom {
  room: PlanRoom;
  y: number;
  height: number;
  windows: PlacedWindow[];
}
export interface Plan {
  rooms: PlacedRoom[];
  height: number;
  /** Size of each window. */
  wide: number;
  high: number;
  head: number;
}

/** Return the plan of rooms; the windows with a code in `wanted` are marked. */
export function planOf(rooms: readonly PlanRoom[], wanted: readonly string[], large: boolean): Plan {
  const size = SIZES[large ? "large" : "normal"];
  const wide = (WIDTH - 2 * PAD - GAP * (size.columns - 1)) / size.columns;
  const placed: PlacedRoom[] = [];
  let y = 2;
  for (const room of rooms) {
    const rows = Math.ceil(room.windows.length / size.columns);
    const height = size.head + rows * (size.height + GAP) + PAD - GAP;
    const windows = room.windows.map((window, at) => ({
      window,
      x: PAD + (at % size.columns) * (wide + GAP),
      y: y + size.head + Math.floor(at / size.columns) * (size.height + GAP),
      wanted: wanted.includes(window.code),
    }));
    placed.push({ room, y, height, windows });
    y += height + BETWEEN;
  }
  return { rooms: placed, height: y - BETWEEN + 2, wide, high: size.height, head: size.head };
}

/** Return the numbers of the marked windows of a room, or the first and the last of all of them. */
export function numbersOf(room: PlacedRoom): string {
  const marked = room.windows.filter((entry) => entry.wanted).map((entry) => entry.window.number);
  if (marked.length > 0) return marked.join("、");
  const all = room.room.windows.map((window) => window.number);
  return all.length > 1 ? `${all[0]}–${all[all.length - 1]}` : `${all[0] ?? ""}`;
}
