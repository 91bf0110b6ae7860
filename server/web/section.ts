// A section of the office's menu. A room describes its own in `web/section.ts`; the office collects them.
import type { Component } from "vue";
import type { Words } from "./i18n.ts";
import type { Session } from "./wire.gen.ts";

/** Groups of the menu, in its order. */
export const GROUPS = [
  { id: "hall", name: { zh: "大厅", en: "Hall" } },
  { id: "attendance", name: { zh: "考勤", en: "Attendance" } },
  { id: "checks", name: { zh: "查岗与通报", en: "Checks and bulletin" } },
  { id: "assessment", name: { zh: "考核", en: "Assessment" } },
  { id: "voices", name: { zh: "群众评价", en: "The public's voice" } },
  { id: "system", name: { zh: "系统", en: "System" } },
] as const;

interface Entry {
  /** Its address after the hash. */
  id: string;
  group: (typeof GROUPS)[number]["id"];
  /** Place within the group, smallest first; no two sections of a group have the same. */
  order: number;
  name: Words;
  /** Roles that see it; without them everybody whom the office lets in. */
  roles?: readonly NonNullable<Session["role"]>[];
}

export interface Section extends Entry {
  page: () => Promise<{ default: Component }>;
  /** The values in its address, which are properties of the page: `/:week?`. */
  route?: string;
  /** Properties that the office hands in: the live state of today, whether an administrator looks. */
  given?: readonly ("state" | "admin")[];
}

/** An entry of the menu that opens a page of its own, in a tab of its own. */
export interface PageLink extends Entry {
  href: string;
}
