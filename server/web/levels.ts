// Levels and aspects of a rating in words, the same on phone, kiosk, tablet and office. Level 1 is the best.
import { dictionary } from "./i18n.ts";
import type { Level } from "./wire.gen.ts";

export const LEVELS: readonly Level[] = [1, 2, 3, 4, 5];
/** Aspects that a person can name at a window. */
export const ASPECTS = ["efficiency", "skill", "attitude", "told_once"] as const;

const levels = dictionary({
  1: { zh: "非常满意", en: "Very satisfied" },
  2: { zh: "满意", en: "Satisfied" },
  3: { zh: "基本满意", en: "Basically satisfied" },
  4: { zh: "不满意", en: "Dissatisfied" },
  5: { zh: "非常不满意", en: "Very dissatisfied" },
});
export const levelWords = (level: Level): string => levels(level);

export const aspectWords = dictionary({
  efficiency: { zh: "办事效率", en: "Efficiency" },
  skill: { zh: "业务水平", en: "Knowledge" },
  attitude: { zh: "服务态度", en: "Manner" },
  told_once: { zh: "一次性告知", en: "Told everything at once" },
  guide: { zh: "指南准确", en: "Guide is right" },
  ease: { zh: "操作方便", en: "Easy to use" },
  platform: { zh: "网站运行", en: "Site works" },
});
