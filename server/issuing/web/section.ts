// Section of the office: the issuing window, its lists, shelf and parcels, and electronic licences.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "issuing",
    group: "voices",
    order: 48,
    name: { zh: "统一出件", en: "Issuing" },
    page: () => import("./IssuingSection.vue"),
    route: "/:leaf?",
  },
] satisfies Section[];
