// Section of the office: open joint cases with their parts, meetings and what is late.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "joint-reviews",
    group: "voices",
    order: 46,
    name: { zh: "并联审批", en: "Joint review" },
    page: () => import("./JointSection.vue"),
    route: "/:week?/:unit?",
  },
] satisfies Section[];
