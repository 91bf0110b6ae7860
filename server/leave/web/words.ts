// Leave and corrections in words.
import { lang, pick, type Words } from "@web/i18n.ts";
import type { LadderLine, LeaveCase } from "@web/wire.gen.ts";

type Table = Record<string, Words>;

export const KINDS: Table = {
  personal: { zh: "事假", en: "Personal leave" },
  sick: { zh: "病假", en: "Sick leave" },
  rest: { zh: "年休假、补休", en: "Rest leave" },
  outing: { zh: "临时外出", en: "Short outing" },
  official: { zh: "公出", en: "Official business" },
  elsewhere: { zh: "在其他地点上班", en: "On duty elsewhere" },
};
const STATES: Table = {
  asked: { zh: "待审批", en: "Waiting" },
  approved: { zh: "已批准", en: "Approved" },
  refused: { zh: "未批准", en: "Refused" },
  cancelled: { zh: "已撤销", en: "Withdrawn" },
};
const RUNGS: Table = {
  chief: { zh: "首席代表", en: "chief representative" },
  manager: { zh: "中心管理人员", en: "hall's office" },
  head: { zh: "中心主任", en: "head" },
};
const ACTS: Table = {
  ask: { zh: "提出申请", en: "Asked" },
  approve: { zh: "同意", en: "Approved" },
  refuse: { zh: "不同意", en: "Refused" },
  cancel: { zh: "撤销", en: "Withdrawn" },
  shorten: { zh: "提前销假", en: "Back early" },
  cover: { zh: "更换B角", en: "Another cover" },
  handover: { zh: "确认交接", en: "Took over" },
  attach: { zh: "补交材料", en: "Paper handed in" },
};
const VERDICTS: Table = {
  on_time: { zh: "改记准时", en: "On time" },
  late: { zh: "改记迟到", en: "Late" },
  early: { zh: "改记早退", en: "Early" },
  official: { zh: "改记公出", en: "Official business" },
  elsewhere: { zh: "改记在其他地点上班", en: "On duty elsewhere" },
};
/** Claims of a correction, in the order of the form. */
export const CLAIMS = Object.keys(VERDICTS);

const wordOf = (table: Table, name: string): string => (table[name] ? pick(table[name]) : name);
export const kindWords = (name: string): string => wordOf(KINDS, name);
export const stateWords = (name: string): string => wordOf(STATES, name);
export const rungWords = (name: string): string => wordOf(RUNGS, name);
export const actWords = (name: string): string => wordOf(ACTS, name);
export const verdictWords = (name: string): string => wordOf(VERDICTS, name);

/** 11月25日, or 25 Nov. Takes an ISO day or moment of the hall's wall clock. */
export function dayWords(moment: string): string {
  const [, month = 0, day = 0] = moment.slice(0, 10).split("-").map(Number);
  if (lang.value === "zh") return `${month}月${day}日`;
  return `${day} ${new Date(Date.UTC(2000, month - 1, 1)).toLocaleString("en-GB", { month: "short", timeZone: "UTC" })}`;
}

const WEEKDAYS = { zh: "日一二三四五六", en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] } as const;
export function weekdayWords(day: string): string {
  const n = new Date(`${day.slice(0, 10)}T00:00Z`).getUTCDay();
  return lang.value === "zh" ? `周${WEEKDAYS.zh[n]}` : (WEEKDAYS.en[n] ?? "");
}

/** 11月25日 周三 08:30–12:00; over several days both ends in full. */
export function spanWords(begins: string, ends: string): string {
  const [from, to] = [begins.slice(11), ends.slice(11)];
  if (begins.slice(0, 10) === ends.slice(0, 10)) return `${dayWords(begins)} ${weekdayWords(begins)} ${from}–${to}`;
  return `${dayWords(begins)} ${from} – ${dayWords(ends)} ${to}`;
}

export function lengthWords(entry: LeaveCase): string {
  return lang.value === "zh" ? `${entry.days} 天 · ${entry.hours} 小时` : `${entry.days} d · ${entry.hours} h`;
}

/** `only`: the ladder has no other line. */
export function limitWords(line: LadderLine, only = false): string {
  const zh = lang.value === "zh";
  if (only) return zh ? "不限时长" : "any length";
  if (line.days !== null) return zh ? `${line.days} 天以内` : `up to ${line.days} d`;
  if (line.hours !== null) return zh ? `${line.hours} 小时以内` : `up to ${line.hours} h`;
  return zh ? "超过以上时长" : "longer";
}

/** The setting of who approves, in words: `1d=chief;*=chief+manager` is 1天以内：首席代表；更长：…. "" when unreadable. */
export function ladderWords(text: string): string {
  const zh = lang.value === "zh";
  const lines = text.split(";").map((entry) => /^(\*|(\d+(?:\.\d+)?)([dh]))=([a-z+]+)$/.exec(entry.trim()));
  if (lines.some((entry, place) => entry === null || (entry[1] === "*") !== (place === lines.length - 1))) return "";
  const phrases = lines.map((entry) => {
    const [, , amount, unit, rungs = ""] = entry as RegExpExecArray;
    const line = { days: unit === "d" ? Number(amount) : null, hours: unit === "h" ? Number(amount) : null };
    const long = limitWords({ ...line, rungs: [] }, lines.length === 1);
    return `${long}${zh ? "：" : ": "}${rungs.split("+").map(rungWords).join(zh ? "，再由" : ", then ")}`;
  });
  return phrases.join(zh ? "；" : "; ");
}
