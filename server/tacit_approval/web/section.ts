// Section of the office: schemes of approval by silence, and the cases that silence granted.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "tacit-approval",
    group: "voices",
    order: 52,
    name: { zh: "超时默许", en: "Approval by silence" },
    page: () => import("./TacitSection.vue"),
    route: "",
  },
] satisfies Section[];
