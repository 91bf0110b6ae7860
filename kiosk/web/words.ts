// Every word of the kiosk's pages that does not come from the server.
import { dictionary, lang } from "@web/i18n.ts";

export const t = dictionary({
  kiosk: { zh: "自助取号 {name} 号机", en: "Ticket kiosk {name}" },
  back: { zh: "返回", en: "Back" },
  home: { zh: "首页", en: "Home" },
  elderOn: { zh: "大字版", en: "Large type" },
  elderOff: { zh: "普通版", en: "Normal type" },
  otherLang: { zh: "English", en: "中文" },
  seconds: { zh: "{n} 秒", en: "{n} s" },
  leaving: { zh: "{n} 秒后返回首页", en: "Back to start in {n} seconds" },
  choose: { zh: "请选择要办的事情", en: "What would you like to do?" },
  byUnit: { zh: "按部门找", en: "By department" },
  byUnitMore: { zh: "{n} 个部门", en: "{n} departments" },
  byGroup: { zh: "按事情找", en: "By errand" },
  byGroupMore: { zh: "开店、社保、户口……", en: "Business, insurance, ID …" },
  bySearch: { zh: "搜索", en: "Search" },
  bySearchMore: { zh: "拼音首字母也可以", en: "Type a word" },
  popular: { zh: "大家常办", en: "Asked for most" },
  units: { zh: "请选择部门", en: "Choose a department" },
  groups: { zh: "请选择事情的种类", en: "Choose a kind of errand" },
  itemsOf: { zh: "{name}：请选择事项", en: "{name}: choose an item" },
  people: { zh: "等候 {n} 人", en: "{n} waiting" },
  nobody: { zh: "无人等候", en: "Nobody waiting" },
  withdrawn: { zh: "已不在本大厅", en: "Not in this hall" },
  elsewhere: { zh: "在别处办公", en: "In another building" },
  consultOnly: { zh: "只能咨询", en: "Advice only" },
  page: { zh: "第 {n} 页，共 {all} 页", en: "Page {n} of {all}" },
  earlier: { zh: "上一页", en: "Previous" },
  later: { zh: "下一页", en: "Next" },
  noItems: { zh: "这里暂时没有事项，请到咨询台询问。", en: "There is nothing here. Please ask at the desk." },
  searchTitle: { zh: "搜索要办的事情", en: "Search" },
  searchLabel: { zh: "输入拼音、首字母或汉字", en: "Pinyin, initials or a word" },
  searchHint: { zh: "例如：身份证可以输入 sfz", en: "For example: passport" },
  found: { zh: "找到 {n} 项", en: "{n} found" },
  foundNone: {
    zh: "没有找到“{q}”。换个词试试，或到咨询台询问。",
    en: "Nothing found for “{q}”. Try another word, or ask at the desk.",
  },
  erase: { zh: "删除", en: "Delete" },
  clear: { zh: "清空", en: "Clear" },
  space: { zh: "空格", en: "Space" },
  take: { zh: "取号", en: "Take a number" },
  takeAs: { zh: "取号（{name}）", en: "Take a number ({name})" },
  taking: { zh: "正在取号，请稍候……", en: "Taking your number …" },
  cannotTake: { zh: "现在不能取号", en: "No numbers for this now" },
  chooseFirst: { zh: "请先选择要办的事情", en: "Choose what you need first" },
  chooseHere: { zh: "请选择一项", en: "Choose one" },
  printNotice: { zh: "打印一次性告知单", en: "Print list of papers" },
  noticePrinting: { zh: "正在打印告知单", en: "Printing the list" },
  noticePrinted: { zh: "告知单已打印，请取走", en: "Printed, please take it" },
  noticeFailed: { zh: "告知单没有打出来，请到咨询台领取", en: "It did not print. Please ask at the desk" },
  windows: { zh: "办理窗口", en: "Windows" },
  window: { zh: "{n} 号", en: "{n}" },
  moreWindows: { zh: "等 {n} 个窗口", en: "{n} windows in all" },
  waiting: { zh: "正在等候", en: "Waiting now" },
  persons: { zh: "{n} 人", en: "{n}" },
  wait: { zh: "预计等候", en: "Expected wait" },
  range: { zh: "{low}–{high} 分钟", en: "{low}–{high} min" },
  atOnce: { zh: "马上可以办", en: "No wait" },
  materials: { zh: "要带的材料", en: "What to bring" },
  noMaterials: { zh: "不需要材料。", en: "Nothing is needed." },
  optional: { zh: "需要时带", en: "if it applies" },
  basis: { zh: "办理依据", en: "Legal basis" },
  promised: { zh: "承诺时限", en: "Promised within" },
  legal: { zh: "法定时限", en: "Legal limit" },
  days: { zh: "{n} 个工作日", en: "{n} working days" },
  sameDay: { zh: "当场办结", en: "Done at once" },
  noLimit: { zh: "无", en: "None" },
  fee: { zh: "收费", en: "Fee" },
  applicant: { zh: "取号人", en: "Applicant" },
  change: { zh: "更改", en: "Change" },
  priorityHint: { zh: "老年人、残疾人、孕妇等可优先办理", en: "Some people may go first" },
  proof: { zh: "办理时请出示：{proof}", en: "Please show at the window: {proof}" },
  chooseClass: { zh: "您是哪一类取号人？", en: "Which of these are you?" },
  noProof: { zh: "不用出示证件", en: "Nothing to show" },
  close: { zh: "不改了", en: "Keep it" },
  goThere: { zh: "电话：{phone}", en: "Telephone: {phone}" },
  yourNumber: { zh: "您的号码", en: "Your number" },
  goTo: { zh: "请到", en: "Go to" },
  anyOf: { zh: "听到叫号后，请到以下任一窗口", en: "When called, one of these windows" },
  ahead: { zh: "前面还有", en: "Ahead of you" },
  scan: { zh: "手机扫一扫，随时看进度", en: "Scan to follow on your phone" },
  qr: { zh: "看进度的二维码", en: "QR code to follow the number" },
  slipPrinting: { zh: "正在打印小票，请稍候……", en: "Printing your slip …" },
  slipPrinted: { zh: "小票已打印，请取走。", en: "Your slip is printed. Please take it." },
  slipFailed: {
    zh: "小票没有打出来：{why}。",
    en: "Your slip did not print: {why}.",
  },
  slipUnknown: { zh: "小票可能没有打完整。", en: "Your slip may not be complete." },
  slipNone: { zh: "本机不打印小票。", en: "This kiosk prints no slips." },
  stillValid: {
    zh: "您的号码是 {number}，一样有效。请记下号码或用手机扫码，也可以到咨询台补打。",
    en: "Your number is {number} and stays valid. Note it or scan the code, or ask at the desk for a slip.",
  },
  done: { zh: "好了，返回首页", en: "Done" },
  bring: { zh: "请准备好", en: "Have ready" },
  standbyTitle: { zh: "系统暂时断线，仍可取号。", en: "The system is away; numbers are still given." },
  standbyWhat: { zh: "取到的号一样有效，请听工作人员叫号。", en: "They count as usual. Please listen for the staff." },
  standbyOrder: {
    zh: "系统断线中，暂时看不到等候人数；按取号时间排队。",
    en: "How many are waiting cannot be seen just now. Your place goes by the time of your number.",
  },
  standbyScan: { zh: "系统恢复后，手机扫码看进度", en: "Scan to follow, once the system is back" },
  offlineTitle: { zh: "取号系统正在恢复", en: "Just a moment" },
  offlineWhat: {
    zh: "与服务器的连接暂时断开，恢复后会自动继续，请稍候。",
    en: "The connection is being restored. This page goes on by itself.",
  },
  offlineSafe: {
    zh: "已经取到的号码不受影响。着急请到咨询台。",
    en: "Numbers already taken stay valid. The desk can help you meanwhile.",
  },
  offlineSince: { zh: "{time} 断开", en: "since {time}" },
  unsure: {
    zh: "正在向服务器确认您的号码，请不要离开。同一次操作只会取一个号。",
    en: "Asking the server for your number; please stay. You will get one number only.",
  },
  gaveUp: {
    zh: "系统一直没有回应。请稍后再取号，或到咨询台。",
    en: "There is no answer from the system. Please try again later, or go to the desk.",
  },
  preparing: { zh: "正在准备，请稍候……", en: "Getting ready …" },
  closed: { zh: "现在不在取号时间", en: "No numbers at this hour" },
  closedUntil: { zh: "{day} {time} 开始取号", en: "Numbers again from {time}, {day}" },
  closedLook: { zh: "事项和材料仍可查看。", en: "You can still look up items and papers." },
  paperOut: {
    zh: "打印机缺纸：取号后请记下号码或扫码。",
    en: "The printer is out of paper: note your number or scan the code.",
  },
  printerDown: {
    zh: "打印机暂时不能用：取号后请记下号码或扫码。",
    en: "The printer is not working: note your number or scan the code.",
  },
  sayHome: { zh: "您好，请选择要办的事情。", en: "Hello. Please choose what you need." },
  sayItem: { zh: "{name}。请看一看要带的材料，然后按下面的取号。", en: "{name}. Press the button below to take a number." },
  sayResult: { zh: "您的号码是 {number}。请等候叫号。", en: "Your number is {number}. Please wait to be called." },
  sayKeepIt: { zh: "小票没有打出来，请记下您的号码。", en: "The slip did not print. Please note your number." },
});

/** Why a slip did not print, as the printer's driver tells it. */
const REASONS: Record<string, { zh: string; en: string }> = {
  paper_out: { zh: "打印机缺纸", en: "the printer is out of paper" },
  cover_open: { zh: "打印机盖子没关好", en: "the printer's cover is open" },
  cutter: { zh: "切纸刀卡住了", en: "the cutter is stuck" },
  offline: { zh: "打印机没有开机", en: "the printer is off" },
  unreachable: { zh: "打印机连不上", en: "the printer cannot be reached" },
  no_printer: { zh: "本机没有打印机", en: "this kiosk has no printer" },
};

export function whyNot(reason = ""): string {
  const words = REASONS[reason] ?? { zh: "打印机出了问题", en: "the printer has a problem" };
  return words[lang.value];
}

/** A name in the language shown; Chinese where there is no other. */
export function named(one: { name: string; name_en: string }): string {
  return lang.value === "en" && one.name_en ? one.name_en : one.name;
}

export function waitWords(low: number, high: number): string {
  return high <= 2 ? t("atOnce") : t("range", { low, high });
}

export function daysWords(days: number, none: "sameDay" | "noLimit"): string {
  return days > 0 ? t("days", { n: days }) : t(none);
}
