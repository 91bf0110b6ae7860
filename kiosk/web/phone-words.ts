// Every word of the phone's page that does not come from the server.
import { dictionary } from "@web/i18n.ts";
import type { TicketView } from "@web/wire.gen.ts";

/** Outcomes of a finished ticket; `unrecorded` where nobody ended the service that day. */
export type OutcomeCode = "accepted" | "done" | "consulted" | "notice_given" | "refused" | "unrecorded";

export const t = dictionary({
  title: { zh: "排队进度", en: "Your ticket" },
  other: { zh: "English", en: "中文" },
  loading: { zh: "正在查询……", en: "Looking it up …" },
  unknown: { zh: "没有查到这个号码", en: "No such ticket" },
  unknownWhat: {
    zh: "号码可能不是今天的，或者网址不完整。请重新扫描小票上的二维码，或到咨询台询问。",
    en: "It may be from another day, or the address is incomplete. Scan the slip again or ask at the information desk.",
  },
  lost: {
    zh: "网络中断，正在重新连接。排队情况可能不是最新的，请留意大厅叫号。",
    en: "Connection lost, reconnecting. What you see may be out of date; please listen for your number.",
  },
  number: { zh: "您的号码", en: "Your number" },
  consult: { zh: "咨询号 · 本大厅仅咨询", en: "Enquiry number · enquiries only" },
  ahead: { zh: "前面还有 {n} 人", en: "{n} ahead of you" },
  next: { zh: "下一位就是您", en: "You are next" },
  paused: { zh: "大厅暂停服务", en: "Service is paused" },
  pausedUntil: { zh: "大厅暂停服务，约 {time} 恢复", en: "Service is paused until about {time}" },
  pausedStays: {
    zh: "号码和位置保留，前面有 {n} 人，恢复后按顺序叫号。",
    en: "You keep your number and place, {n} ahead of you. Calls go on in order after that.",
  },
  numbers: { zh: "您的几个号码", en: "Your numbers" },
  after: { zh: "{number} 办完后叫本号", en: "Called after {number} is finished" },
  afterOther: { zh: "等另一个办完", en: "After the other one" },
  priorityAhead: { zh: "其中优先办理 {n} 人", en: "{n} of them with priority" },
  slot: { zh: "预约时间 {time}", en: "Appointment at {time}" },
  away: { zh: "到大厅后请签到", en: "Check in when you are in the hall" },
  awayWhat: {
    zh: "前面还有 {n} 人。签到前窗口不叫您的号；轮到时还没签到，号码保留，签到后一般排在 {places} 人之后。",
    en: "{n} ahead of you. You are not called before you check in; if your turn comes first, the number stays and you wait behind {places} people after checking in.",
  },
  checkIn: { zh: "我到了，签到", en: "I am here: check in" },
  checkInCode: { zh: "厅内显示的签到码", en: "Code shown in the hall" },
  checkInHere: { zh: "连着大厅网络的不用填", en: "Not needed in the hall's network" },
  checkInKiosk: { zh: "也可在自助机“预约、远程号签到”输入下面的码，或到咨询台", en: "Or enter this code at a kiosk (I have a code), or ask at the information desk" },
  passed: { zh: "已轮到您，请到大厅签到", en: "Your turn came: check in at the hall" },
  passedWhat: {
    zh: "号码保留，今天有效。签到后一般排在 {places} 人之后。",
    en: "The number stays valid today. After checking in you wait behind {places} people.",
  },
  sent: { zh: "已转到 {n} 号窗口", en: "Sent on to window {n}" },
  called: { zh: "请到 {n} 号窗口", en: "Go to window {n}" },
  calledAt: { zh: "{time} 叫号", en: "Called at {time}" },
  calls: { zh: "已叫 {n} 次", en: "called {n} time(s)" },
  serving: { zh: "正在 {n} 号窗口办理", en: "At window {n}" },
  back: { zh: "重新排队", en: "Queue again" },
  busy: { zh: "请稍候……", en: "One moment …" },
  missedWhat: {
    zh: "回到大厅后请按“重新排队”，一般排在 {n} 人之后；也可到自助机点“我过号了”，或到窗口、咨询台。",
    en: "When you are back in the hall, press “Queue again”: you wait behind {n} people. Or press “I missed my number” at a kiosk, or go to a window or the information desk.",
  },
  missedOver: {
    zh: "过号已达规定次数，请重新取号，或到咨询台。",
    en: "You have missed your turn too many times. Please take a new number or ask at the information desk.",
  },
  heldWhat: {
    zh: "您的号码已暂时保留，窗口稍后会再叫您，请不要走远。",
    en: "Your number is on hold. You will be called again; please stay nearby.",
  },
  againWhat: { zh: "如需办理，请到大厅重新取号。", en: "To be served, please take a new number in the hall." },
  reason: { zh: "原因：{reason}", en: "Reason: {reason}" },
  wait: { zh: "预计等候", en: "Expected wait" },
  range: { zh: "{low}至{high}分钟", en: "{low}–{high} min" },
  soon: { zh: "基本不用等", en: "No wait" },
  windows: { zh: "可能叫您的窗口", en: "Windows that may call you" },
  building: { zh: "办理地点", en: "Building" },
  no: { zh: " 号", en: "" },
  noWindow: { zh: "暂无窗口开放，请稍候", en: "None open at the moment, please wait" },
  remind: { zh: "到号提醒我", en: "Remind me" },
  reminding: {
    zh: "提醒已开启，快到号和叫号时会响铃、振动。请调大音量，不要关闭本页面，不要锁屏。",
    en: "The phone rings and shakes shortly before your turn and at the call. Turn up the volume, keep this page open and the screen on.",
  },
  soonYours: { zh: "快到您了，请回到大厅等候叫号。", en: "It is nearly your turn: please be in the hall." },
  guide: { zh: "查看完整的办事指南", en: "Full guide of this service" },
  materials: { zh: "要带的材料", en: "Documents to bring" },
  bySharing: { zh: "由窗口取得，不用带", en: "need not be brought" },
  optional: { zh: "视情况提供", en: "if it applies" },
  complain: { zh: "投诉或建议", en: "Complaint or suggestion" },
  cancel: { zh: "不办了，取消号码", en: "Cancel this number" },
  sure: { zh: "取消后号码作废，确定取消吗？", en: "The number will no longer be valid. Cancel it?" },
  yes: { zh: "确定取消", en: "Yes, cancel" },
  keep: { zh: "继续等候", en: "Keep waiting" },
  taken: { zh: "{time} 取号", en: "Taken at {time}" },
  issued: { zh: "{time} 取号，当日有效", en: "Taken at {time}, valid today" },
});

/** The sentence of a state that needs no facts. Every state of the wire has one. */
export const stateWords = dictionary({
  waiting: { zh: "请等候叫号", en: "Please wait to be called" },
  called: { zh: "请到窗口", en: "Please go to the window" },
  serving: { zh: "正在办理", en: "Being served" },
  held: { zh: "请您稍候", en: "Please stay nearby" },
  missed: { zh: "已过号", en: "You missed your call" },
  finished: { zh: "本次办理已结束", en: "Your visit is finished" },
  cancelled: { zh: "号码已取消", en: "Number cancelled" },
  expired: { zh: "当日未办，号码已失效", en: "Not served that day; the number is no longer valid" },
} satisfies Record<TicketView["state"], { zh: string; en: string }>);

/** Words for an outcome, for the applicant. */
export const outcomeWords = dictionary({
  accepted: { zh: "您的申请已受理", en: "Your application was accepted" },
  done: { zh: "您的事项已当场办结", en: "Your matter is completed" },
  consulted: { zh: "您的咨询已答复", en: "Your enquiry was answered" },
  notice_given: { zh: "材料需要补齐", en: "More documents are needed" },
  refused: { zh: "不予受理", en: "Not accepted" },
  unrecorded: { zh: "本次办理已结束", en: "Your visit is finished" },
} satisfies Record<OutcomeCode, { zh: string; en: string }>);

/** Words for the next step after an outcome. */
export const nextWords = dictionary({
  accepted: {
    zh: "请保管好受理凭证，办理进展以窗口告知的为准。",
    en: "Keep the receipt you were given; the window told you what comes next.",
  },
  done: { zh: "请带好证件和办理结果。", en: "Please take your documents and the result with you." },
  consulted: {
    zh: "如需办理，请备齐材料后到大厅重新取号。",
    en: "To apply, bring the documents and take a new number in the hall.",
  },
  notice_given: {
    zh: "请按窗口给您的一次性告知单备齐材料，再到大厅重新取号。",
    en: "Please prepare the documents on the notice you were given, then take a new number in the hall.",
  },
  refused: {
    zh: "可向窗口要求出具书面凭证；有疑问请到咨询台。",
    en: "You may ask the window for a written statement. Questions: please ask at the information desk.",
  },
  unrecorded: {
    zh: "办理结果以窗口告知的为准；有疑问请到咨询台。",
    en: "What the window told you counts. Questions: please ask at the information desk.",
  },
} satisfies Record<OutcomeCode, { zh: string; en: string }>);
