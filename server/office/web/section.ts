// Sections of the office: today and the settings.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "today",
    group: "hall",
    order: 10,
    name: { zh: "今日概况", en: "Today" },
    page: () => import("./TodaySection.vue"),
    given: ["state"],
  },
  {
    id: "settings",
    group: "system",
    order: 40,
    name: { zh: "设置", en: "Settings" },
    page: () => import("./SettingsSection.vue"),
    given: ["admin"],
  },
] satisfies Section[];
