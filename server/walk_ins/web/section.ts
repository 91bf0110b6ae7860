// Section of the office: what appointments cost people without one, against the published bound.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "appointment-price",
    group: "hall",
    order: 26,
    name: { zh: "预约的承诺", en: "Appointment promises" },
    page: () => import("./PriceSection.vue"),
  },
] satisfies Section[];
