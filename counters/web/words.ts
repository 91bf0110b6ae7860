// Words for codes, for clerks.
import { chosenReason } from "@web/chosen.ts";
import { dictionary, lang } from "@web/i18n.ts";
import { OTHER_WHYS } from "./history-words.ts";
export { OUTCOMES, type OutcomeCode, outcomeName, outcomeWords } from "@web/outcomes.ts";
import type { Reason, TicketCard, WindowRef } from "@web/wire.gen.ts";

export const PAUSES = ["materials", "meeting", "rest", "equipment", "leave", "other"] as const;
export type PauseCode = (typeof PAUSES)[number];

const PAUSE_WORDS = {
  materials: { zh: "整理材料", en: "Sorting documents" },
  meeting: { zh: "开会", en: "Meeting" },
  rest: { zh: "短暂休息", en: "Short break" },
  equipment: { zh: "设备故障", en: "Equipment trouble" },
  leave: { zh: "临时离开", en: "Away for a moment" },
  other: { zh: "其他", en: "Other" },
  hall: { zh: "大厅统一暂停", en: "By the office" },
} as const;
export const pauseWords = dictionary(PAUSE_WORDS);

/** Why a window pauses, by a code of the books; the general word for one that is not known. */
export function pauseReason(code: string): string {
  return pauseWords(code in PAUSE_WORDS ? (code as PauseCode) : "other");
}

const WHYS = {
  ...OTHER_WHYS,
  transferred: { zh: "转来的号码，指定本窗口办理", en: "Sent on to your window" },
  first: { zh: "等得最久，已等 {waited} 分钟", en: "First in line, has waited {waited} min" },
  priority: { zh: "优先人群，先叫", en: "Priority" },
  priority_run: {
    zh: "优先人群，先叫（连续第 {run} 位，最多 {limit} 位）",
    en: "Priority ({run} in a row, at most {limit})",
  },
  run_ended: {
    zh: "优先号已连续叫了 {run} 位，轮到等得最久的普通号（已等 {waited} 分钟）",
    en: "{run} priority calls in a row, now the ordinary person who waited longest ({waited} min)",
  },
  overtaken: {
    zh: "已有 {overtaken} 位优先号排到前面（上限 {limit}），不再让优先号插前",
    en: "Overtaken {overtaken} times by priority people (at most {limit})",
  },
  booked: { zh: "预约时间到，先叫（每叫 {every} 个号，最多一个是预约的）", en: "Appointment due (at most 1 of {every} calls)" },
  only_comprehensive: { zh: "该事项目前只有综合窗口办理", en: "Only general windows handle this service now" },
  relief: {
    zh: "{queue}最需要分流：已等 {waited} 分钟，目标 {target} 分钟",
    en: "{queue} needs relief: waited {waited} min, target {target}",
  },
  chosen: { zh: "选呼：{because}", en: "Chosen: {because}" },
  resumed: { zh: "由您叫回", en: "Called back by you" },
  recalled: { zh: "再次呼叫", en: "Called again" },
} as const;
const why = dictionary(WHYS);
type WhyCode = keyof typeof WHYS;

/** Why this one was called, as one sentence; `queueName` turns a unit's code into its name. */
export function whyWords(reason: Reason | null, queueName: (code: string) => string): string {
  if (reason === null) return "";
  const facts = reason.facts ?? {}; // the journal's reason of a recall has none
  const values: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(facts)) {
    values[name] = typeof value === "number" ? Math.max(0, Math.round(value)) : String(value);
  }
  values["queue"] = queueName(String(facts["queue"] ?? ""));
  values["because"] = chosenReason(String(facts["reason"] ?? ""), String(facts["note"] ?? ""));
  const phrases = reason.codes
    .filter((code) => code in WHYS)
    .map((code) => why((code === "priority" && "run" in facts ? "priority_run" : code) as WhyCode, values));
  return phrases.join(lang.value === "zh" ? "；" : "; ");
}

/** A name in the language shown now. */
export function named(thing: { name: string; name_en: string }): string {
  return lang.value === "zh" ? thing.name : thing.name_en || thing.name;
}

export function itemName(card: Pick<TicketCard, "item_name" | "item_name_en">): string {
  return lang.value === "zh" ? card.item_name : card.item_name_en || card.item_name;
}

export function windowName(window: WindowRef): string {
  const label = lang.value === "zh" ? `${window.number} 号窗口` : `Window ${window.number}`;
  return `${label} ${named(window)}`;
}

/** 3:05 of a span in milliseconds. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
