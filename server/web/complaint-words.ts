// Words of complaints that kiosk, phone, reception desk and office share.
import { dictionary } from "./i18n.ts";
import type { About, Topic } from "./wire.gen.ts";

export const TOPICS: readonly Topic[] = ["attitude", "waiting", "unclear", "refused", "fees", "absent", "facilities", "other"];
/** Topics of an opinion: nobody is complained of. */
export const OPINION_TOPICS: readonly Topic[] = ["waiting", "unclear", "facilities", "other"];

export const topicWords = dictionary({
  attitude: { zh: "服务态度", en: "Manner" },
  waiting: { zh: "等候、效率", en: "Waiting, speed" },
  unclear: { zh: "没有一次说清", en: "Not told everything at once" },
  refused: { zh: "应办不办", en: "Refused without reason" },
  fees: { zh: "收费问题", en: "Fees" },
  absent: { zh: "窗口无人", en: "Nobody at the window" },
  facilities: { zh: "环境设施", en: "The hall and its equipment" },
  other: { zh: "其他", en: "Other" },
});

export const aboutWords = dictionary({
  visit: { zh: "这次办理", en: "This visit" },
  window: { zh: "窗口", en: "A window" },
  unit: { zh: "部门", en: "A department" },
  person: { zh: "工作人员", en: "A person" },
});
export const ABOUTS: readonly About[] = ["visit", "window", "unit", "person"];

export const kindWords = dictionary({
  on_spot: { zh: "投诉", en: "Complaint" },
  opinion: { zh: "建议", en: "Suggestion" },
  handed_on: { zh: "转来的投诉", en: "Handed on" },
});

export const stateWords = dictionary({
  received: { zh: "待受理", en: "Received" },
  handed_on: { zh: "已转办", en: "Handed on" },
  refused: { zh: "不予受理", en: "Not accepted" },
  accepted: { zh: "已受理，办理中", en: "Accepted" },
  extending: { zh: "办理中，已申请延期", en: "Accepted; more time requested" },
  answered: { zh: "已答复", en: "Answered" },
  closed: { zh: "已结束", en: "Closed" },
});

export const outcomeWords = dictionary({
  proven: { zh: "属实", en: "Proven" },
  partly: { zh: "部分属实", en: "Partly proven" },
  unproven: { zh: "不属实", en: "Not proven" },
});

/** Steps as the complainant reads them. */
export const stepWords = dictionary({
  receive: { zh: "收到", en: "Received" },
  contact: { zh: "联系", en: "Contacted" },
  accept: { zh: "受理", en: "Accepted" },
  hand_on: { zh: "转办", en: "Handed on" },
  refuse: { zh: "不予受理", en: "Not accepted" },
  ask_time: { zh: "申请延期", en: "More time requested" },
  grant_time: { zh: "同意延期", en: "More time granted" },
  deny_time: { zh: "不同意延期", en: "More time refused" },
  answer: { zh: "答复", en: "Answered" },
  close: { zh: "结束", en: "Closed" },
});
