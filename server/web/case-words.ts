// Words of cases that the desks, the office and the applicant's phone share.
import { dictionary, lang } from "./i18n.ts";
import type { DueView } from "./wire.gen.ts";

export const stateWords = dictionary({
  filed: { zh: "收件待审", en: "Papers received" },
  supplementing: { zh: "待补正", en: "Supplements owed" },
  not_accepted: { zh: "不予受理", en: "Not accepted" },
  handling: { zh: "承办中", en: "Being handled" },
  reviewing: { zh: "审核中", en: "Being reviewed" },
  approving: { zh: "审批中", en: "Awaiting approval" },
  suspended: { zh: "特别程序", en: "Special procedure" },
  decided: { zh: "已办结", en: "Decided" },
  withdrawn: { zh: "已撤回", en: "Withdrawn" },
  void: { zh: "已作废", en: "Void" },
});

/** Steps that were taken, as the chain and the strip name them. */
export const factWords = dictionary({
  file: { zh: "收件", en: "Papers received" },
  tell: { zh: "一次告知补正", en: "Told what to supplement" },
  pledge: { zh: "容缺承诺", en: "Materials pledged" },
  supply: { zh: "容缺材料补齐", en: "Pledged materials came" },
  lapse: { zh: "逾期未补齐，视为撤回", en: "Pledge lapsed: counts as withdrawn" },
  complete: { zh: "补正齐全，受理", en: "Supplements complete, accepted" },
  accept: { zh: "受理", en: "Accepted" },
  deem: { zh: "逾期未告知，视为受理", en: "Accepted, as nothing was told in time" },
  not_accept: { zh: "不予受理", en: "Not accepted" },
  pass: { zh: "通过", en: "Passed" },
  return: { zh: "退回", en: "Returned" },
  suspend: { zh: "进入特别程序", en: "Special procedure begins" },
  resume: { zh: "恢复计时", en: "Time runs again" },
  ask_time: { zh: "申请延期", en: "Extension requested" },
  grant_time: { zh: "批准延期", en: "Extension granted" },
  deny_time: { zh: "不批准延期", en: "Extension refused" },
  decide: { zh: "作出决定", en: "Decided" },
  tacit: { zh: "超时默许", en: "Granted by silence" },
  withdraw: { zh: "申请人撤回", en: "Withdrawn by the applicant" },
  ask_void: { zh: "申请作废", en: "Cancellation requested" },
  make_void: { zh: "作废", en: "Made void" },
  take_over: { zh: "B 角接办", en: "Taken over by the cover" },
});

/** Flags that stand beside a case in lists and on its card. */
export const flagWords = dictionary({
  green: { zh: "绿色通道", en: "Green channel" },
  helped: { zh: "帮办代办", en: "Helper" },
});

export const outcomeWords = dictionary({
  granted: { zh: "准予", en: "Granted" },
  refused: { zh: "不予", en: "Refused" },
});

export const basisWords = dictionary({
  hearing: { zh: "听证", en: "Hearing" },
  test: { zh: "检验、检测、检疫", en: "Inspection, testing or quarantine" },
  inspection: { zh: "现场勘验", en: "Survey on the spot" },
  expert: { zh: "专家评审", en: "Expert review" },
});

export const idKindWords = dictionary({
  id_card: { zh: "居民身份证", en: "ID card" },
  credit_code: { zh: "统一社会信用代码", en: "Unified social credit code" },
  other: { zh: "其他证件", en: "Other document" },
});

const dates = dictionary({
  day: { zh: "{m}月{d}日", en: "{d} {name}" },
  late: { zh: "逾期 {n} 个工作日", en: "{n} working day(s) overdue" },
  today: { zh: "今天到期", en: "Due today" },
  left: { zh: "还有 {n} 个工作日", en: "{n} working day(s) left" },
  still: { zh: "暂停计时", en: "Time stands still" },
  minutes: { zh: "还有 {n} 分钟", en: "{n} minute(s) left" },
  minutesLate: { zh: "超时 {n} 分钟", en: "{n} minute(s) over" },
  passed: { zh: "已超时", en: "Over" },
});
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Month and day of an ISO day; empty for none. */
export function dayWords(day: string): string {
  const [, month, date] = day.split("-").map(Number);
  if (!month || !date) return "";
  return dates("day", { m: month, d: date, name: MONTHS[month - 1] ?? "" });
}

const WEEKDAYS = {
  zh: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};

/** Day of the week of an ISO day, 0 for Sunday. */
export const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();

/** Name of a day of the week, 0 for Sunday. */
export const weekdayName = (place: number): string => WEEKDAYS[lang.value][place] ?? "";

/** Minutes left in words; negative: over. `late`: over, if only by minutes in which the hall is closed. */
export function minuteWords(minutes: number, late: boolean): string {
  if (!late) return dates("minutes", { n: Math.max(0, minutes) });
  return minutes < 0 ? dates("minutesLate", { n: -minutes }) : dates("passed");
}

/** Minutes of opening hours left of a case on the spot at a time in ms; negative: over. */
export function minutesLeft({ minutes_left, counting }: Pick<DueView, "minutes_left" | "counting">, now: number): number {
  const passed = counting.reduce((sum, { begins, ends }) => sum + Math.max(0, Math.min(now, ends) - begins), 0);
  return (minutes_left ?? 0) - Math.floor(passed / 60_000);
}

/** Time left of a clock, in words; empty without one. `now`: time in ms up to which minutes have run since they were read. */
export function leftWords(due: DueView | undefined, now = 0): string {
  if (!due) return "";
  if (due.minutes_left !== null) {
    const minutes = minutesLeft(due, now);
    return minuteWords(minutes, due.late || minutes < 0);
  }
  if (due.days_left === null) return dates("still");
  if (due.days_left < 0) return dates("late", { n: -due.days_left });
  return due.days_left === 0 ? dates("today") : dates("left", { n: due.days_left });
}
