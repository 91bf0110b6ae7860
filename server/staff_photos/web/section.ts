// Section of the office: photos of the people who serve.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "staff-photos",
    group: "hall",
    order: 60,
    name: { zh: "人员照片", en: "Staff photos" },
    page: () => import("./StaffPhotosSection.vue"),
  },
] satisfies Section[];
