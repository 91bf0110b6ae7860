// Sections of the office: requests to decide, leave.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "requests",
    group: "attendance",
    order: 50,
    name: { zh: "待办审批", en: "To decide" },
    page: () => import("./RequestsSection.vue"),
  },
  {
    id: "leaves",
    group: "attendance",
    order: 70,
    name: { zh: "请假与外出", en: "Leave and outings" },
    page: () => import("./LeaveSection.vue"),
  },
] satisfies Section[];
