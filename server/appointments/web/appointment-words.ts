// Words of appointments.
import { dictionary, lang } from "@web/i18n.ts";
import type { AppointmentView } from "@web/wire.gen.ts";

export const stateWords = dictionary({
  booked: { zh: "已预约", en: "Booked" },
  arrived: { zh: "已到", en: "Arrived" },
  served: { zh: "已办理", en: "Served" },
  missed: { zh: "爽约", en: "Missed" },
  cancelled: { zh: "本人取消", en: "Cancelled" },
  late_cancelled: { zh: "本人逾时取消", en: "Cancelled late" },
  hall_cancelled: { zh: "大厅取消", en: "Cancelled by the hall" },
});
export const reasonWords = dictionary({
  window: { zh: "窗口无人", en: "Nobody at the window" },
  closed: { zh: "不对外办公", en: "Closed" },
  outage: { zh: "停电、断网或系统故障", en: "Outage" },
  other: { zh: "其他", en: "Other" },
});
export const REASONS = ["window", "closed", "outage", "other"] as const;
export const unsureWords = dictionary({
  closed: { zh: "当天大厅没有开门", en: "The hall did not open" },
  silent: { zh: "当时没有取号叫号记录", en: "Nothing happened in the queue then" },
  refused: { zh: "本人到过，当时不能取号", en: "The person came; no number could be issued" },
});
export const arrivalWords = dictionary({
  early: { zh: "早到", en: "Early" },
  on_time: { zh: "按时", en: "On time" },
  late: { zh: "晚到", en: "Late" },
});
export const moveWords = dictionary({
  book: { zh: "预约", en: "Booked" },
  change: { zh: "改期", en: "Moved" },
  arrive: { zh: "签到", en: "Arrived" },
  serve: { zh: "办理结束", en: "Served" },
  miss: { zh: "认定爽约", en: "Missed" },
  excuse: { zh: "核销爽约", en: "Excused" },
  cancel: { zh: "取消", en: "Cancelled" },
  hall_cancel: { zh: "大厅取消", en: "Cancelled by the hall" },
});

/** Return the state with what explains it: late, excused, the hall's reason. */
export function stateOf(row: AppointmentView): string {
  const more: string[] = [];
  if (row.arrival) more.push(arrivalWords(row.arrival));
  if (row.reason) more.push(reasonWords(row.reason));
  if (row.excused) more.push(lang.value === "en" ? "excused" : "已核销");
  if (row.unsure && row.state === "booked") more.push(lang.value === "en" ? "to be decided" : "待认定");
  return more.length > 0 ? `${stateWords(row.state)}（${more.join("，")}）` : stateWords(row.state);
}
