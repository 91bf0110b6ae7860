// Sections of the office: the time clocks.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "readers",
    group: "attendance",
    order: 90,
    name: { zh: "打卡机", en: "Time clocks" },
    page: () => import("./TimeClocksSection.vue"),
    given: ["admin"],
  },
] satisfies Section[];
