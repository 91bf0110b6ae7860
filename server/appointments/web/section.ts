// Section of the office: appointments and their plans.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "appointments",
    group: "hall",
    order: 25,
    name: { zh: "预约", en: "Appointments" },
    page: () => import("./AppointmentsSection.vue"),
    route: "/:leaf?/:day?",
  },
] satisfies Section[];
