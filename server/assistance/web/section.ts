// Section of the office: questions of the first asked, jobs of helpers, the green channel.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "assistance",
    group: "voices",
    order: 54,
    name: { zh: "首问帮办", en: "Assistance" },
    page: () => import("./AssistanceSection.vue"),
    route: "/:part?/:job?",
  },
] satisfies Section[];
