// Sections of the office: the devices.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "devices",
    group: "system",
    order: 10,
    name: { zh: "设备", en: "Devices" },
    page: () => import("./DevicesSection.vue"),
    given: ["state", "admin"],
  },
] satisfies Section[];
