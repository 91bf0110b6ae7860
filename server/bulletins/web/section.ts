// Sections of the office: bulletins, the tickets behind their figures.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "bulletins",
    group: "checks",
    order: 30,
    name: { zh: "每周通报", en: "Weekly bulletins" },
    page: () => import("./BulletinsSection.vue"),
    route: "/:chosen?",
  },
  {
    id: "tickets",
    group: "checks",
    order: 40,
    name: { zh: "取号明细", en: "Tickets" },
    page: () => import("./TicketsSection.vue"),
    route: "/:code?/:week?",
  },
] satisfies Section[];
