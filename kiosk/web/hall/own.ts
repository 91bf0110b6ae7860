// Store of this phone, and of nothing else: own numbers and appointments, ticked materials, type
// size. Everything works without storage; then it lasts as long as the page.
import { ref } from "vue";

const KEPT = "hallkeeper.own";
const LARGE = "hallkeeper.large";
const HERE = "hallkeeper.here";
/** Most numbers and appointments of one phone: older ones are forgotten first. */
const MOST = 20;
/** Longer than a hall is open. */
const DAY_MS = 14 * 3_600_000;

export interface Own {
  kind: "ticket" | "appointment";
  token: string;
}

function read<T>(key: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "null") as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage refused.
  }
}

export const own = ref<Own[]>(read<Own[]>(KEPT, []));

export function keep(entry: Own): void {
  own.value = [entry, ...own.value.filter((other) => other.token !== entry.token)].slice(0, MOST);
  write(KEPT, own.value);
}

export function forget(token: string): void {
  own.value = own.value.filter((entry) => entry.token !== token);
  write(KEPT, own.value);
}

/** Large type, for this phone. */
export const large = ref(read(LARGE, false));
export function setLarge(on: boolean): void {
  large.value = on;
  write(LARGE, on);
}

/** Keeps the code that is shown in the hall, as scanned: it is another one each day. */
export function setHere(code: string): void {
  write(HERE, { code, at: Date.now() });
}
/** The code that was scanned on this day, by the phone's own clock; else empty. */
export function hereCode(): string {
  const scanned = read(HERE, { code: "", at: 0 });
  return Date.now() - scanned.at < DAY_MS ? scanned.code : "";
}

/** Places of the materials of an item that the person has; of another version all are open. */
export function ticksOf(item: string, version: number): number[] {
  const ticks = read<{ version: number; places: number[] }>(`${KEPT}.${item}`, { version, places: [] });
  return ticks.version === version ? ticks.places : [];
}
export function setTicks(item: string, version: number, places: number[]): void {
  write(`${KEPT}.${item}`, { version, places });
}
