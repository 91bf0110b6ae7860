// Sections of the office: attendance and its shift rules.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "attendance",
    group: "attendance",
    order: 10,
    name: { zh: "今日考勤", en: "Attendance today" },
    page: () => import("./AttendanceSection.vue"),
  },
  {
    id: "month",
    group: "attendance",
    order: 20,
    name: { zh: "月考勤", en: "Month sheets" },
    page: () => import("./MonthSection.vue"),
    route: "/:subject?/:period?/:kind?/:day?",
  },
  {
    id: "exceptions",
    group: "attendance",
    order: 30,
    name: { zh: "考勤异常", en: "Exceptions" },
    page: () => import("./ExceptionsSection.vue"),
  },
  {
    id: "rules",
    group: "attendance",
    order: 40,
    name: { zh: "班次规则", en: "Shift rules" },
    page: () => import("./RulesSection.vue"),
  },
] satisfies Section[];
