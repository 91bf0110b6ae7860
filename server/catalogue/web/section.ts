// Sections of the office: the working calendar, the workbook.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "calendar",
    group: "attendance",
    order: 80,
    name: { zh: "工作日历", en: "Working calendar" },
    page: () => import("./CalendarSection.vue"),
  },
  {
    id: "workbook",
    group: "system",
    order: 50,
    name: { zh: "工作簿与版本", en: "Workbook and versions" },
    page: () => import("./WorkbookSection.vue"),
    given: ["admin"],
  },
] satisfies Section[];
