// Sections of the office: what the public says of finished services.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "ratings",
    group: "voices",
    order: 10,
    name: { zh: "群众评价", en: "Ratings" },
    page: () => import("./RatingsSection.vue"),
    route: "/:week?",
  },
  {
    id: "redresses",
    group: "voices",
    order: 20,
    name: { zh: "差评整改", en: "Redress" },
    page: () => import("./RedressesSection.vue"),
    route: "/:rating?",
  },
] satisfies Section[];
