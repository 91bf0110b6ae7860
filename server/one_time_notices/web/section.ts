// Section of the office: the hand-ins and one-time notices of a week.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "notices",
    group: "voices",
    order: 40,
    name: { zh: "一次性告知", en: "One-time notices" },
    page: () => import("./NoticesSection.vue"),
    route: "/:week?/:unit?",
  },
] satisfies Section[];
