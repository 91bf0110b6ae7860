// Words of call backs.
import { dictionary } from "@web/i18n.ts";
import type { CallAnswer } from "@web/wire.gen.ts";

export const stateWords = dictionary({
  open: { zh: "待回访", en: "To be called" },
  rated: { zh: "已评价", en: "Rated" },
  declined: { zh: "不愿评价", en: "Declined" },
  unreached: { zh: "三次未接通", en: "Not reached" },
  wrong_number: { zh: "号码有误", en: "Wrong number" },
  self_rated: { zh: "已自行评价", en: "Rated without a call" },
});

export const answerWords = dictionary({
  rated: { zh: "作出评价", en: "Rated" },
  declined: { zh: "不愿评价", en: "Declined" },
  not_reached: { zh: "没有接通", en: "Not reached" },
  wrong_number: { zh: "号码有误", en: "Wrong number" },
});
export const ANSWERS = ["rated", "declined", "not_reached", "wrong_number"] as const satisfies readonly CallAnswer[];
