// Why the windows of a number do not call now, and when they are back; the same on kiosk and phone.
import { clockTime } from "./clock.ts";
import { fill, lang, type Words } from "./i18n.ts";
import type { DelayView } from "./wire.gen.ts";

const WORDS = {
  pause: { zh: "窗口暂停服务，恢复后叫号。", en: "The windows are paused. Numbers are called after they resume." },
  pauseUntil: { zh: "窗口暂停服务，约 {time} 恢复，之后叫号。", en: "The windows are paused until about {time}. Numbers are called after that." },
  hall: { zh: "大厅暂停服务，恢复后叫号。", en: "Service in the hall is paused. Numbers are called after it resumes." },
  hallUntil: { zh: "大厅暂停服务，约 {time} 恢复，之后叫号。", en: "Service in the hall is paused until about {time}. Numbers are called after that." },
  midday: { zh: "午休，之后叫号。", en: "Midday break. Numbers are called after it." },
  middayUntil: { zh: "午休至 {time}，之后叫号。", en: "Midday break until {time}. Numbers are called after that." },
} satisfies Record<string, Words>;

/** Return the sentence of a delay; empty without one. */
export function delayWords(delay: DelayView | null | undefined): string {
  if (!delay) return "";
  const words = WORDS[delay.until === null ? delay.reason : (`${delay.reason}Until` as const)];
  return fill(words[lang.value], { time: delay.until === null ? "" : clockTime(delay.until) });
}

/** Return true if nobody can say when the number is called: its windows come back at an unknown time. */
export function isOpenEnded(delay: DelayView | null | undefined): boolean {
  return !!delay && delay.until === null;
}
