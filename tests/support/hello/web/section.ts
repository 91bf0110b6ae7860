// Section of the office: greetings.
import type { Section } from "@web/section.ts";

export default [
  { id: "hello", group: "hall", order: 990, name: { zh: "问候大厅", en: "Greet the hall" }, page: () => import("./HelloSection.vue") },
] satisfies Section[];
