// Sections of the office: changes of the past.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "past",
    group: "attendance",
    order: 60,
    name: { zh: "更正确认", en: "Changes of the past" },
    page: () => import("./PastSection.vue"),
  },
] satisfies Section[];
