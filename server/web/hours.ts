// Opening hours in words, the same on every surface: closed, why, and when the hall opens next.
import { clockDate, clockTime } from "./clock.ts";
import { fill, type Lang, lang, type Words } from "./i18n.ts";
import type { HallHours } from "./wire.gen.ts";

const WORDS = {
  midday: { zh: "现在是午休时间，{when}继续办理。", en: "Lunch break. Open again at {when}." },
  closed: { zh: "现在不是办公时间，{when}开放。", en: "Closed now. Opens again at {when}." },
  windows: { zh: "{list}号窗口照常办理。", en: "Windows {list} stay open." },
  unknown: { zh: "现在不是办公时间，开放时间请看大厅公告。", en: "Closed now. Please see the notice in the hall." },
  early: { zh: "现在可以取号，{when}开始办理。", en: "You can take a number now. Service starts at {when}." },
  noon: { zh: "现在可以取号。", en: "You can take a number now." },
  over: { zh: "本时段取号已结束，{when}开放。", en: "No more numbers now. Open again at {when}." },
  today: { zh: "今天 {time} ", en: "{time} today" },
  later: { zh: "{day} {time} ", en: "{time}, {day}" },
} satisfies Record<string, Words>;

/** The next opening in words, seen from `now` (epoch milliseconds). */
function opening(at: number, now: number, of: Lang): string {
  const day = clockDate(at, of);
  const words = day === clockDate(now, of) ? WORDS.today : WORDS.later;
  return fill(words[of], { day, time: clockTime(at) });
}

/** Return the words for the hours now; empty while the hall is open. */
export function closedWords(hours: HallHours | null | undefined, now: number, of: Lang = lang.value): string {
  if (!hours || hours.open) return "";
  const words = hours.next === null ? WORDS.unknown[of] : WORDS[hours.midday ? "midday" : "closed"][of];
  const sentence = fill(words, { when: hours.next === null ? "" : opening(hours.next, now, of) });
  if (hours.windows.length === 0) return sentence;
  const list = hours.windows.join(of === "zh" ? "、" : ", ");
  return `${sentence}${of === "zh" ? "" : " "}${fill(WORDS.windows[of], { list })}`;
}

/** The same for a page that gives numbers: early numbers and the last number of the day count. */
export function numbersWords(hours: HallHours | null | undefined, now: number, of: Lang = lang.value): string {
  if (!hours) return "";
  if (hours.midday && hours.numbers) return `${closedWords(hours, now, of)}${of === "zh" ? "" : " "}${WORDS.noon[of]}`;
  if (hours.next === null || hours.windows.length > 0 || hours.open === hours.numbers) return closedWords(hours, now, of);
  return fill(WORDS[hours.open ? "over" : "early"][of], { when: opening(hours.next, now, of) });
}
