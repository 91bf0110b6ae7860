// Section of the office: cases, their due days and posts, and lists that units hand in.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "cases",
    group: "voices",
    order: 45,
    name: { zh: "办件", en: "Cases" },
    page: () => import("./CasesSection.vue"),
    route: "/:id?/:of?",
  },
] satisfies Section[];
