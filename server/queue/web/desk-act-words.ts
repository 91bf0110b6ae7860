// Why acts of desks without the server do not fit the record, and the states of a ticket there.
import type { Words } from "@web/i18n.ts";

export const DOUBTS = {
  unknown_ticket: { zh: "系统里没有这个号。", en: "There is no such ticket." },
  not_shared: { zh: "断网前没有把这个号分给这个窗口。", en: "This ticket was not given to this window before the cut." },
  was_connected: { zh: "那时这个窗口与服务器连着。", en: "The window was connected to the server at that time." },
  in_the_future: { zh: "操作时间比现在还晚。", en: "The time has not come yet." },
  other_day: { zh: "操作时间不在取号当天。", en: "The time is not of the ticket's day." },
  out_of_order: { zh: "时间或叫号顺序前后不符。", en: "Times, or the order of calls, do not fit together." },
  not_its_work: { zh: "这个窗口不办理这个事项。", en: "The window does not serve this item." },
  unfit: { zh: "这个号在断网期间已有别的操作。", en: "Something else was done to this ticket meanwhile." },
} satisfies Record<string, Words>;

export const STATES = {
  waiting: { zh: "等候中", en: "waiting" },
  called: { zh: "已呼叫", en: "called" },
  serving: { zh: "办理中", en: "being served" },
  held: { zh: "已挂起", en: "on hold" },
  missed: { zh: "已过号", en: "missed" },
  finished: { zh: "已结束办理", en: "finished" },
  cancelled: { zh: "已取消", en: "cancelled" },
  expired: { zh: "当日未办理，已作废", en: "expired" },
} satisfies Record<string, Words>;
