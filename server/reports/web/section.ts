// Section of the office: reports of a day, week or month.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "reports",
    group: "hall",
    order: 50,
    name: { zh: "报表", en: "Reports" },
    page: () => import("./ReportsSection.vue"),
    route: "/:period?/:by?",
  },
] satisfies Section[];
