// Section of the office: what is missing in the guides of the items.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "disclosure",
    group: "hall",
    order: 40,
    name: { zh: "公开检查", en: "Disclosure" },
    page: () => import("./DisclosureSection.vue"),
    route: "/:unit?",
  },
] satisfies Section[];
