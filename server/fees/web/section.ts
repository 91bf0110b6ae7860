// Section of the office: dues, the cashier's desk, the bank's files, the day's agreement.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "fees",
    group: "voices",
    order: 47,
    name: { zh: "收费", en: "Fees" },
    page: () => import("./FeesSection.vue"),
    route: "/:leaf?/:day?",
  },
] satisfies Section[];
