// The server's time, in the hall's zone. A kiosk's own clock may be wrong by hours, so nothing on a
// page is reckoned from it: only the distance to the server's clock is kept.
import { onScopeDispose, type Ref, ref } from "vue";

let offset = 0; // server minus this machine, in milliseconds
let isSet = false;
const moving = new Set<() => void>();
let zone = "Asia/Shanghai";

/** Tells the server's time (epoch milliseconds) as just received, and the hall's zone. */
export function setServerTime(epoch: number, hallZone?: string): void {
  offset = epoch - Date.now();
  if (hallZone) zone = hallZone;
  if (isSet) return;
  isSet = true; // until now every clock showed this machine's own time
  for (const move of moving) move();
}

/** The server's time now, in epoch milliseconds. */
export function serverNow(): number {
  return Date.now() + offset;
}

/** The server's time as a value that moves; ends with the component that asked for it. */
export function useNow(everyMs = 1000): Ref<number> {
  const now = ref(serverNow());
  const move = (): void => {
    now.value = serverNow();
  };
  const timer = setInterval(move, everyMs);
  moving.add(move);
  onScopeDispose(() => {
    clearInterval(timer);
    moving.delete(move);
  });
  return now;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  const cached = formats.get(key);
  if (cached) return cached;
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  formats.set(key, made);
  return made;
}

/** 2026-11-21, the day in the hall's zone. */
export function clockDay(at: number | string): string {
  return format("sv-SE", { year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(at));
}

/** 09:05, in the hall's zone. Takes epoch milliseconds or an ISO time. */
export function clockTime(at: number | string, seconds = false): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) options.second = "2-digit";
  return format("en-GB", options).format(new Date(at));
}

/** 11月21日 星期六, or 21 November, Saturday. */
export function clockDate(at: number | string, lang: "zh" | "en"): string {
  const options: Intl.DateTimeFormatOptions = { month: "long", day: "numeric", weekday: "long" };
  return format(lang === "zh" ? "zh-CN" : "en-GB", options).format(new Date(at)).replace(/日(?=星)/, "日 ");
}

/** 2026年11月21日 09:05, or 21 Nov 2026, 09:05. */
export function clockStamp(at: number | string, lang: "zh" | "en"): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" };
  return format(lang === "zh" ? "zh-CN" : "en-GB", options).format(new Date(at));
}

/** Whole minutes between two moments, never below nought. */
export function minutesBetween(from: number | string, to: number | string): number {
  return Math.max(0, Math.floor((new Date(to).getTime() - new Date(from).getTime()) / 60_000));
}
