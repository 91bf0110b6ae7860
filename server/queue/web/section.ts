// Sections of the office: the windows.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "windows",
    group: "hall",
    order: 20,
    name: { zh: "窗口", en: "Windows" },
    page: () => import("./WindowsSection.vue"),
    given: ["state"],
  },
] satisfies Section[];
