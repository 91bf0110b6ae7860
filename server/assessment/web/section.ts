// Sections of the office: the assessment of a period, its score sheets, marks by hand and disputes.
import type { Section } from "@web/section.ts";

export default [
  {
    id: "assessment",
    group: "assessment",
    order: 10,
    name: { zh: "百分考核", en: "Assessment" },
    page: () => import("./AssessmentSection.vue"),
    route: "/:period?/:subject?/:code?",
  },
  {
    id: "assessment-marks",
    group: "assessment",
    order: 20,
    name: { zh: "人工记分与申诉", en: "Marks and disputes" },
    page: () => import("./MarksSection.vue"),
    route: "/:mark?",
  },
  {
    id: "assessment-sheets",
    group: "assessment",
    order: 30,
    name: { zh: "评分表", en: "Score sheets" },
    page: () => import("./ScoreSheetsSection.vue"),
    route: "/:sheet?",
  },
] satisfies Section[];
