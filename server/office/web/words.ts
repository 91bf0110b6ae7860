// Words that several sections of the office use.
import { clockStamp } from "@web/clock.ts";
import { dictionary, lang } from "@web/i18n.ts";

export const roleWords = dictionary({
  clerk: { zh: "窗口人员", en: "Clerk" },
  manager: { zh: "管理人员", en: "Manager" },
  administrator: { zh: "系统管理员", en: "Administrator" },
});
export const ROLES = ["clerk", "manager", "administrator"] as const;
export type RoleCode = (typeof ROLES)[number];

export const tokenKindWords = dictionary({
  kiosk: { zh: "取号机", en: "Kiosk" },
  board: { zh: "大厅屏", en: "Board" },
  agent: { zh: "设备主机（代理程序）", en: "Device PC (agent)" },
});
export type TokenKind = Parameters<typeof tokenKindWords>[0];

export const windowStateWords = dictionary({
  closed: { zh: "未登录", en: "Nobody" },
  idle: { zh: "空闲", en: "Free" },
  called: { zh: "已呼叫", en: "Called" },
  serving: { zh: "办理中", en: "Serving" },
  paused: { zh: "暂停", en: "Paused" },
});

const minutesOf = dictionary({ minutes: { zh: "{n} 分", en: "{n} min" } });

/** Minutes, or a dash where there are none. */
export function minutes(value: number | null | undefined): string {
  return value === null || value === undefined ? "—" : minutesOf("minutes", { n: value });
}

export function named(thing: { name: string; name_en: string }): string {
  return lang.value === "zh" ? thing.name : thing.name_en || thing.name;
}

export function said(thing: { message_zh: string; message_en: string }): string {
  return lang.value === "zh" ? thing.message_zh : thing.message_en;
}

/** A date and a time. */
export function stamp(at: number): string {
  return clockStamp(at, lang.value);
}

const actors = dictionary({
  system: { zh: "系统", en: "the system" },
  staff: { zh: "工号 {name}", en: "staff {name}" },
});

/** Who did something, from a journal's actor such as `administrator:1001`. */
export function actorWords(actor: string): string {
  const [kind, name] = actor.split(":", 2);
  return kind === "system" || !name ? actors("system") : actors("staff", { name });
}
