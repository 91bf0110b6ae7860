// Section of the office: buildings with a server of their own, and the line between the servers.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "branches",
    group: "system",
    order: 35,
    name: { zh: "分中心", en: "Branches" },
    page: () => import("./BranchesSection.vue"),
  },
] satisfies Section[];
