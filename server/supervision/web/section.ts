// Section of the office: electronic supervision, the lamps of cases by unit and by case.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "supervision",
    group: "voices",
    order: 50,
    name: { zh: "电子监察", en: "Supervision" },
    page: () => import("./SupervisionSection.vue"),
    route: "/:view?",
  },
] satisfies Section[];
