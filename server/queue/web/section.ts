// Sections of the office: the windows, and the way to the reception desk.
import type { PageLink, Section } from "@web/section.ts";

export default [
  {
    id: "windows",
    group: "hall",
    order: 20,
    name: { zh: "窗口", en: "Windows" },
    page: () => import("./WindowsSection.vue"),
    given: ["state"],
  },
  {
    id: "reception",
    group: "hall",
    order: 30,
    name: { zh: "咨询导办台", en: "Reception desk" },
    href: "/reception",
  },
] satisfies (Section | PageLink)[];
