// Notices of the office and pauses of all windows, in words; the same on every surface.
import { clockTime } from "./clock.ts";
import { fill, type Lang, lang, type Words } from "./i18n.ts";
import type { HallNoticeView } from "./wire.gen.ts";

/** Reasons that the office chooses from; "": its own words only. */
export const REASONS = ["drill", "network", "power", "training", ""] as const;
export type ReasonCode = (typeof REASONS)[number];

const REASON_WORDS: Record<ReasonCode, Words> = {
  drill: { zh: "消防演练", en: "fire drill" },
  network: { zh: "网络故障", en: "network failure" },
  power: { zh: "停电", en: "power cut" },
  training: { zh: "集中学习", en: "staff training" },
  "": { zh: "其他", en: "other" },
};

const WORDS = {
  hall: { zh: "大厅", en: "the hall" },
  pause: { zh: "{where}暂停服务{why}{back}。", en: "Service in {where} is paused{why}{back}." },
  why: { zh: "（{reason}）", en: " ({reason})" },
  back: { zh: "，约 {time} 恢复", en: ", back at about {time}" },
} satisfies Record<string, Words>;

export function reasonWords(code: string, of: Lang = lang.value): string {
  return (REASON_WORDS[code as ReasonCode] ?? REASON_WORDS[""])[of];
}

/** Return a notice in one sentence or more: what is paused, why, until when, and the office's words. */
export function noticeWords(notice: HallNoticeView, now: number, of: Lang = lang.value): string {
  const text = (of === "en" && notice.text_en) || notice.text;
  if (!notice.pauses) return text;
  const name = of === "en" ? notice.area_name_en : notice.area_name;
  const where = notice.area ? name : WORDS.hall[of];
  const why = notice.reason ? fill(WORDS.why[of], { reason: reasonWords(notice.reason, of) }) : "";
  const back = notice.until !== null && notice.until > now ? fill(WORDS.back[of], { time: clockTime(notice.until) }) : "";
  return [fill(WORDS.pause[of], { where, why, back }), text].filter(Boolean).join(of === "en" ? " " : "");
}

/** Return the notices that are still in force; a page may be older than the end of one. */
export function noticesNow(notices: readonly HallNoticeView[] | undefined, now: number): HallNoticeView[] {
  return (notices ?? []).filter((notice) => notice.pauses || notice.until === null || notice.until > now);
}
