// Section of the office: the red flag window, vetoes, the year's end, the allowance.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "honours",
    group: "assessment",
    order: 40,
    name: { zh: "红旗与荣誉", en: "Flag and honours" },
    page: () => import("./HonoursSection.vue"),
    route: "/:part?/:chosen?",
  },
] satisfies Section[];
