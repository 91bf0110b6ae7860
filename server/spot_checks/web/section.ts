// Sections of the office: spot checks and their findings.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "checks",
    group: "checks",
    order: 10,
    name: { zh: "查岗", en: "Spot checks" },
    page: () => import("./ChecksSection.vue"),
    route: "/:place?",
  },
  {
    id: "findings",
    group: "checks",
    order: 20,
    name: { zh: "查岗问题", en: "Findings" },
    page: () => import("./FindingsSection.vue"),
    route: "/:place?",
  },
] satisfies Section[];
