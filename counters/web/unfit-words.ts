// Why an act of a desk without its server did not fit into the books afterwards.
import type { Words } from "@web/i18n.ts";

export const REASONS = {
  move_not_allowed: { zh: "这个号已被叫走、取消或办理完毕", en: "called elsewhere, cancelled or done" },
  not_the_holder: { zh: "这个号在别的窗口", en: "it is at another window" },
  ticket_unknown: { zh: "没有这个号", en: "there is no such ticket" },
  window_busy: { zh: "窗口上还有别的号", en: "the window had somebody else" },
  window_taken: { zh: "别人已登录这个窗口", en: "somebody else is at the window" },
  window_not_signed_in: { zh: "已不在这个窗口", en: "not at the window any more" },
  window_idle: { zh: "窗口上没有号", en: "nobody was at the window" },
  window_paused: { zh: "窗口正在暂停服务", en: "the window was paused" },
  reason_required: { zh: "没有写明不予受理的原因", en: "the reason of the refusal was missing" },
  act_put_aside: { zh: "与系统记录不符，已交办公室核对", en: "it does not fit the record; the office looks at it" },
  forbidden: { zh: "没有这项权限", en: "it was not allowed" },
  no_show_too_early: { zh: "呼叫次数或时间不够", en: "too few calls or too early" },
} satisfies Record<string, Words>;
