// Sections of the office: accounts and the enrolment of devices.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "accounts",
    group: "system",
    order: 20,
    name: { zh: "账号", en: "Accounts" },
    page: () => import("./AccountsSection.vue"),
    roles: ["administrator"],
  },
  {
    id: "enrol",
    group: "system",
    order: 30,
    name: { zh: "设备登记", en: "Enrolment" },
    page: () => import("./EnrolSection.vue"),
    roles: ["administrator"],
  },
] satisfies Section[];
