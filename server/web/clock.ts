// The server's time, in the hall's zone. A kiosk's own clock may be wrong by hours, so nothing on a
// page is reckoned from it: only the distance to the server's clock is kept.
import { onScopeDispose, type Ref, ref } from "vue";

let offset = 0; // server minus this machine, in milliseconds
let isSet = false;
const moving = new Set<() => void>();

/** Sets the server's time (epoch milliseconds) as just received. */
export function setServerTime(epoch: number): void {
  offset = epoch - Date.now();
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

const MINUTE_MS = 60_000;

/** Zone of the hall: its IANA name, and its minutes ahead of UTC if they are always the same. */
interface HallZone {
  name: string;
  ahead: number | null;
}

/** The zone that the server has written into the page (server/runtime/pages.py). */
function zoneOfPage(): HallZone {
  const { zone, ahead } = typeof document === "undefined" ? ({} as DOMStringMap) : document.documentElement.dataset;
  return zone ? { name: zone, ahead: ahead ? Number(ahead) : null } : { name: "Asia/Shanghai", ahead: 480 };
}
let hallZone = zoneOfPage();

/** Sets the hall's zone, for a page that the server has not written it into. */
export function setHallZone(name: string, ahead: number | null): void {
  hallZone = { name, ahead };
  wallClock = null;
}

/** The library's wall clock, made once it is needed. */
let wallClock: Intl.DateTimeFormat | null = null;

/** Milliseconds by which a zone with summer time is ahead of UTC at an instant. */
function changingAhead(instant: number): number {
  const numeric = "numeric" as const;
  wallClock ??= new Intl.DateTimeFormat("en-US", {
    timeZone: hallZone.name, hourCycle: "h23", year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric,
  });
  const parts = wallClock.formatToParts(new Date(instant));
  const of = (type: string): number => Number((parts.find((part) => part.type === type) ?? { value: 0 }).value);
  const wall = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return wall - Math.floor(instant / 1000) * 1000;
}

const WEEKDAYS = {
  zh: ["日", "一", "二", "三", "四", "五", "六"],
  en: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
};
const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];

/** The instant whose UTC fields are the hall's. By hand where the zone allows it: the first
 *  Intl.DateTimeFormat of a page takes 9 ms, on a slow PC 36, before anything is shown. */
function local(at: number | string): Date {
  const instant = new Date(at).getTime();
  return new Date(instant + (hallZone.ahead === null ? changingAhead(instant) : hallZone.ahead * MINUTE_MS));
}

/** 2026-11-21, the day in the hall's zone. */
export function clockDay(at: number | string): string {
  return local(at).toISOString().slice(0, 10);
}

/** 09:05, in the hall's zone. Takes epoch milliseconds or an ISO time. */
export function clockTime(at: number | string, seconds = false): string {
  return local(at).toISOString().slice(11, seconds ? 19 : 16);
}

/** 11月21日 星期六, or Saturday 21 November. */
export function clockDate(at: number | string, lang: "zh" | "en"): string {
  const date = local(at);
  const [month, day, weekday] = [date.getUTCMonth(), date.getUTCDate(), WEEKDAYS[lang][date.getUTCDay()] ?? ""];
  return lang === "zh" ? `${month + 1}月${day}日 星期${weekday}` : `${weekday} ${day} ${MONTHS[month] ?? ""}`;
}

/** 2026年11月21日 09:05, or 21 Nov 2026, 09:05. */
export function clockStamp(at: number | string, lang: "zh" | "en"): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" };
  return new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", options).format(local(at));
}

/** Whole minutes between two moments, never below nought. */
export function minutesBetween(from: number | string, to: number | string): number {
  return Math.max(0, Math.floor((new Date(to).getTime() - new Date(from).getTime()) / 60_000));
}
