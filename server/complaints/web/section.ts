// Section of the office: complaints and suggestions of the public.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "complaints",
    group: "voices",
    order: 30,
    name: { zh: "投诉建议", en: "Complaints" },
    page: () => import("./ComplaintsSection.vue"),
    route: "/:complaint?/:unit?",
  },
] satisfies Section[];
