// The journal of one ticket in words: what was done, by whom, how a service ended, what became of paper.
import type { Words } from "@web/i18n.ts";

/** Acts that have a ticket as their subject. */
export const ACTS = {
  "ticket.issue": { zh: "取号", en: "Number taken" },
  "ticket.call": { zh: "呼叫", en: "Called" },
  "ticket.recall": { zh: "重呼", en: "Called again" },
  "ticket.start": { zh: "开始办理", en: "Service begun" },
  "ticket.finish": { zh: "结束办理", en: "Finished" },
  "ticket.no_show": { zh: "过号", en: "Did not come" },
  "ticket.hold": { zh: "挂起", en: "Put on hold" },
  "ticket.resume": { zh: "叫回", en: "Called back" },
  "ticket.return": { zh: "重新排队", en: "Back in the queue" },
  "ticket.transfer": { zh: "转移", en: "Transferred" },
  "ticket.check_in": { zh: "到厅签到", en: "Checked in" },
  "ticket.pass_over": { zh: "轮到时未签到，号码保留", en: "Turn came before the check-in; the number stays" },
  "ticket.redirect": { zh: "改派", en: "Redirected" },
  "ticket.cancel": { zh: "取消", en: "Cancelled" },
  "ticket.correct": { zh: "更正", en: "Corrected" },
  "ticket.undo_start": { zh: "撤销“开始办理”", en: "Start undone" },
  "ticket.undo_finish": { zh: "撤销“结束办理”", en: "Finish undone" },
  "ticket.undo_no_show": { zh: "撤销“过号”", en: "No-show undone" },
  "ticket.expire": { zh: "当日未办，失效", en: "Expired at close" },
  "ticket.conflict": { zh: "号码重复，已报警", en: "Number given twice; alarm raised" },
  "call.spoken": { zh: "已语音播报", en: "Announced" },
  "call.unspoken": { zh: "未能语音播报", en: "Not announced" },
  "call.by_mouth": { zh: "已口头叫号", en: "Called out by the clerk" },
  "slip.reprint": { zh: "补打小票", en: "Slip printed again" },
  "slip.sent": { zh: "小票已送打印机", en: "Slip sent to the printer" },
  "slip.printed": { zh: "小票已打印", en: "Slip printed" },
  "slip.failed": { zh: "小票未能打印", en: "Slip not printed" },
  "slip.unknown": { zh: "小票可能没有打印完整", en: "Slip may not be complete" },
  "counter.put_aside": { zh: "断网时的操作与记录不符，交办公室核对", en: "Done without the server, put aside for the office" },
  "counter.settle": { zh: "办公室核对了断网时的操作", en: "The office settled what was done without the server" },
  "counter.unfit": { zh: "断网时的操作未能补录", en: "An act without the server did not fit" },
} satisfies Record<string, Words>;

/** Actors; {name} is a staff number or a kiosk's. */
export const ACTORS = {
  clerk: { zh: "工号 {name}", en: "staff {name}" },
  manager: { zh: "工号 {name}", en: "staff {name}" },
  administrator: { zh: "工号 {name}", en: "staff {name}" },
  kiosk: { zh: "{name} 号取号机", en: "kiosk {name}" },
  phone: { zh: "群众手机", en: "phone" },
  agent: { zh: "设备程序", en: "device program" },
  board: { zh: "大屏", en: "board" },
  tablet: { zh: "评价平板 {name}", en: "rating tablet {name}" },
  branch: { zh: "分中心 {name}", en: "branch {name}" },
  system: { zh: "系统", en: "system" },
} satisfies Record<string, Words>;

/** Why a call was made without a choice of the hall's rules. */
export const OTHER_WHYS = {
  offline: { zh: "断网时呼叫，事后补录", en: "Called without the server, handed in later" },
} satisfies Record<string, Words>;
