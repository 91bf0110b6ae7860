// Section of the office: the people whom it calls back.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "call-backs",
    group: "voices",
    order: 15,
    name: { zh: "评价回访", en: "Call backs" },
    page: () => import("./CallBacksSection.vue"),
    route: "/:week?",
  },
] satisfies Section[];
