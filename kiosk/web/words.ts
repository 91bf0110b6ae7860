// Every word of the kiosk's pages that does not come from the server.
import { dictionary, lang } from "@web/i18n.ts";
import type { ItemRef, LimitUnit, MissedNumber } from "@web/wire.gen.ts";

export const t = dictionary({
  kiosk: { zh: "{name} 号自助取号机", en: "Ticket kiosk {name}" },
  back: { zh: "返回", en: "Back" },
  home: { zh: "首页", en: "Home" },
  elderOn: { zh: "大字版", en: "Large text" },
  elderOff: { zh: "普通版", en: "Normal text" },
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
  popular: { zh: "常办事项", en: "Most requested" },
  units: { zh: "请选择部门", en: "Choose a department" },
  groups: { zh: "请选择办事主题", en: "Choose a topic" },
  itemsOf: { zh: "{name}——请选择事项", en: "{name}: choose a service" },
  people: { zh: "等候 {n} 人", en: "{n} waiting" },
  nobody: { zh: "无人等候", en: "Nobody waiting" },
  withdrawn: { zh: "已撤出本大厅", en: "Not in this hall" },
  elsewhere: { zh: "在其他地点办理", en: "At another location" },
  consultOnly: { zh: "仅咨询", en: "Enquiries only" },
  consultTitle: { zh: "本大厅仅咨询，不能办理", en: "Enquiries only: applications are not accepted in this hall" },
  consultWindows: { zh: "咨询窗口", en: "Windows for enquiries" },
  consultMark: { zh: "咨询号", en: "Enquiry number" },
  takeConsult: { zh: "取咨询号", en: "Take an enquiry number" },
  takeConsultFirst: { zh: "优先取咨询号", en: "Take a priority enquiry number" },
  page: { zh: "第 {n} 页，共 {all} 页", en: "Page {n} of {all}" },
  earlier: { zh: "上一页", en: "Previous" },
  later: { zh: "下一页", en: "Next" },
  noItems: { zh: "暂无可办事项，请到咨询台询问。", en: "There is nothing here. Please ask at the information desk." },
  searchTitle: { zh: "搜索要办的事情", en: "Search" },
  searchLabel: { zh: "输入拼音、首字母或汉字", en: "Pinyin, initials or a word" },
  searchHint: { zh: "例如：身份证可以输入 sfz", en: "For example: passport" },
  found: { zh: "找到 {n} 项", en: "{n} found" },
  foundNone: {
    zh: "没有找到“{q}”。换个词试试，或到咨询台询问。",
    en: "Nothing found for “{q}”. Try another word, or ask at the information desk.",
  },
  wholeGroup: { zh: "看这个主题的全部事项", en: "See everything on this topic" },
  erase: { zh: "删除", en: "Delete" },
  clear: { zh: "清空", en: "Clear" },
  space: { zh: "空格", en: "Space" },
  takeFirst: { zh: "优先取号", en: "Take a priority number" },
  take: { zh: "取号", en: "Take a number" },
  taking: { zh: "正在取号，请稍候……", en: "Taking your number …" },
  otherDoor: { zh: "请到{place}办理", en: "Please go to: {place}" },
  cannotTake: { zh: "暂时不能取号", en: "Not available now" },
  chooseFirst: { zh: "请先选择要办的事情", en: "Choose what you need first" },
  chooseHere: { zh: "请选择一项", en: "Choose one" },
  printNotice: { zh: "打印一次性告知单", en: "Print document checklist" },
  noticePrinting: { zh: "正在打印告知单", en: "Printing the list" },
  noticePrinted: { zh: "告知单已打印，请取走", en: "Printed, please take it" },
  noticeFailed: { zh: "告知单未能打印，请到咨询台领取", en: "It did not print. Please ask at the information desk" },
  windows: { zh: "办理窗口", en: "Windows" },
  window: { zh: "{n} 号", en: "{n}" },
  moreWindows: { zh: "等 {n} 个窗口", en: "{n} windows in all" },
  waiting: { zh: "正在等候", en: "Waiting now" },
  persons: { zh: "{n} 人", en: "{n}" },
  wait: { zh: "预计等候", en: "Expected wait" },
  range: { zh: "{low}至{high}分钟", en: "{low}–{high} min" },
  atOnce: { zh: "基本不用等", en: "No wait" },
  materials: { zh: "要带的材料", en: "What to bring" },
  inChinese: { zh: "", en: "Details are in Chinese; ask at the information desk." },
  moreBelow: { zh: "下面还有，点这里往下看", en: "More below: tap here" },
  bringProof: { zh: "凭{proof}", en: "show {proof}" },
  noMaterials: { zh: "不需要材料。", en: "Nothing is needed." },
  bySharing: { zh: "由窗口取得，不用带", en: "need not be brought" },
  optional: { zh: "视情况提供", en: "if it applies" },
  guide: { zh: "扫码看办事指南", en: "Scan for the full guide" },
  guideVersion: { zh: "第 {n} 版", en: "version {n}" },
  basis: { zh: "办理依据", en: "Legal basis" },
  promised: { zh: "承诺时限", en: "Promised within" },
  legal: { zh: "法定时限", en: "Legal limit" },
  days: { zh: "{n} 个工作日", en: "{n} working day(s)" },
  calendarDays: { zh: "{n} 个自然日", en: "{n} calendar day(s)" },
  sameDay: { zh: "当场办结", en: "Done at once" },
  promisedElsewhere: { zh: "以受理部门公布的为准", en: "Ask the office that accepts it" },
  noLimit: { zh: "法律未规定", en: "Not set by law" },
  fee: { zh: "收费", en: "Fee" },
  applicant: { zh: "办理人群", en: "Applicant" },
  change: { zh: "更改", en: "Change" },
  priorityHint: { zh: "老年人、残疾人、孕妇等可优先办理", en: "Priority for seniors, people with disabilities, pregnant women and others" },
  proof: { zh: "办理时请出示：{proof}", en: "Please show at the window: {proof}" },
  chooseClass: { zh: "您属于下列优先人群吗？", en: "Do you belong to one of these priority groups?" },
  noProof: { zh: "无须出示证件", en: "Nothing to show" },
  close: { zh: "返回", en: "Back" },
  goThere: { zh: "电话：{phone}", en: "Telephone: {phone}" },
  yourNumber: { zh: "您的号码", en: "Your number" },
  goTo: { zh: "请等候叫号，叫到后请到", en: "Wait to be called, then go to window" },
  anyOf: { zh: "请等候叫号，叫到后请到所叫的窗口，可能是", en: "Wait to be called. One of these windows will call you:" },
  ahead: { zh: "前面还有", en: "Ahead of you" },
  scan: { zh: "手机扫一扫，随时查看排队进度", en: "Scan to check your place in the queue" },
  qr: { zh: "查看排队进度的二维码", en: "QR code to check your place in the queue" },
  slipPrinting: { zh: "正在打印小票，请稍候……", en: "Printing your slip …" },
  slipPrinted: { zh: "小票已打印，请取走。", en: "Your slip is printed. Please take it." },
  slipFailed: {
    zh: "小票未能打印：{why}。",
    en: "Your slip did not print: {why}.",
  },
  slipUnknown: { zh: "小票可能没有打印完整。", en: "Your slip may not be complete." },
  slipNone: { zh: "本机不打印小票。", en: "This kiosk prints no slips." },
  stillValid: {
    zh: "您的号码是 {number}，一样有效。请记下号码或用手机扫码，也可以到咨询台补打。",
    en: "Your number is {number} and stays valid. Note it or scan the code, or ask at the information desk for a slip.",
  },
  slipSoon: { zh: "正在打印小票……", en: "Printing your slip …" },
  noteFirst: { zh: "请先记下号码", en: "Note your number first" },
  done: { zh: "完成", en: "Done" },
  another: { zh: "再办一件", en: "One more errand" },
  anotherMore: { zh: "再取一个号，两个号不会同时叫", en: "A second number, never called at the same time" },
  anotherChoose: { zh: "已取 {number} 号。请选择另一件要办的事情", en: "You have {number}. Choose your other errand" },
  anotherHave: { zh: "已取 {number} 号；不再办理的，请按“首页”。", en: "You have {number}. Nothing more? Press “Home”." },
  otherNumber: { zh: "您的另一个号", en: "Your other number" },
  otherAhead: { zh: "前面还有 {n} 人", en: "{n} ahead" },
  otherNext: { zh: "下一位就可能叫到", en: "may be next" },
  otherCalled: { zh: "请到 {n} 号窗口", en: "go to window {n}" },
  otherRule: { zh: "办完一个，再叫另一个。", en: "One is called after the other is finished." },
  scanBoth: { zh: "手机扫码，几个号一起看", en: "Scan to see all your numbers" },
  again: { zh: "您刚取过本事项的号 {number}，是要再取一个吗？", en: "{number} was just taken for this. Do you want another number?" },
  againNote: { zh: "不是您取的，请直接按“再取一个号”。", en: "If somebody else took it, press “Take another number”." },
  againPrint: { zh: "重打 {number} 的小票", en: "Print the slip of {number} again" },
  againTake: { zh: "再取一个号", en: "Take another number" },
  againClose: { zh: "不取了", en: "No, thank you" },
  againFailed: {
    zh: "小票未能打印。{number} 号一样有效，请记下号码，或到咨询台补打。",
    en: "The slip did not print. {number} stays valid: note it, or ask at the information desk.",
  },
  bring: { zh: "请准备好", en: "Have ready" },
  missed: { zh: "我过号了", en: "I missed my number" },
  missedMore: { zh: "叫号时不在的，在这里重新排队", en: "You were away when called? Queue again here" },
  voices: { zh: "评价、投诉、建议", en: "Rate, complain, suggest" },
  voicesMore: { zh: "对办理评价，或反映问题", en: "Rate a service, or tell us what is wrong" },
  booked: { zh: "预约、远程号签到", en: "I have a code" },
  bookedMore: { zh: "凭预约码或签到码", en: "Check in: appointment, number from afar" },
  bookedTitle: { zh: "预约、远程号签到", en: "Check in" },
  bookedHow: { zh: "请扫手机上的二维码，或输入手机上的预约码、签到码", en: "Scan the code on your phone, or enter the eight characters" },
  bookedTyped: { zh: "输入的预约码或签到码", en: "Code entered" },
  bookedKeys: { zh: "预约码的字母和数字", en: "Letters and digits of the code" },
  bookedGo: { zh: "签到取号", en: "Check in" },
  missedAway: { zh: "网络中断，请到窗口或咨询台", en: "Offline: please go to a window or the information desk" },
  missedTitle: { zh: "过号后重新排队", en: "Queue again after a missed call" },
  missedHow: { zh: "请扫小票上的二维码，或输入小票上的号码", en: "Scan the code on your slip, or enter its number" },
  missedTyped: { zh: "输入的号码", en: "Number entered" },
  missedLetters: { zh: "号码的字母", en: "Letter of the number" },
  missedDigits: { zh: "号码的数字", en: "Digits of the number" },
  missedLook: { zh: "查询", en: "Look up" },
  missedLooking: { zh: "正在查询……", en: "Looking it up …" },
  missedReturn: { zh: "重新排队", en: "Queue again" },
  missedReturning: { zh: "请稍候……", en: "One moment …" },
  missedOther: { zh: "换一个号码", en: "Another number" },
  missedAhead: { zh: "您前面大约还有 {n} 人", en: "People ahead of you: about {n}" },
  missedNext: { zh: "下一位就可能叫到您", en: "You may be called next" },
  missedAsk: { zh: "现在重新排队吗？", en: "Queue again now?" },
  missedDone: { zh: "已重新排队，请等候叫号", en: "You are back in the queue. Please wait to be called" },
  missedLeft: { zh: "再次过号，还可以重新排队 {n} 次。", en: "If you miss the call again, you may come back {n} more time(s)." },
  missedNoneLeft: { zh: "请留意叫号：再次过号，须重新取号。", en: "Please listen for your number: after another miss you need a new one." },
  missedNoSlip: { zh: "没有认出这张小票，请输入小票上的号码。", en: "This code is not on a slip of this hall. Please enter the number." },
  standbyTitle: { zh: "网络暂时中断，仍可取号。", en: "The system is offline. You can still take a number." },
  standbyOrder: {
    zh: "网络中断，暂时无法显示等候人数；仍按取号先后叫号。",
    en: "Queue length is not available now. Numbers are called in the order they were taken.",
  },
  standbyScan: { zh: "网络恢复后，手机扫码查看排队进度", en: "Scan to check the queue when the system is back online" },
  offlineTitle: { zh: "取号系统暂停使用，请稍候", en: "Ticketing has paused, please wait" },
  offlineWhat: {
    zh: "网络暂时中断，恢复后本机自动继续，请稍候。",
    en: "The connection is being restored. This page goes on by itself.",
  },
  offlineSafe: {
    zh: "已经取到的号码不受影响。急需办理的，请到咨询台。",
    en: "Numbers already taken stay valid. The information desk can help you meanwhile.",
  },
  offlineSince: { zh: "{time} 中断", en: "since {time}" },
  unsure: {
    zh: "正在确认您的号码，请稍候，不要离开。不会重复取号。",
    en: "Confirming your number; please stay. You will get one number only.",
  },
  gaveUp: {
    zh: "暂时无法取号，请稍后再试，或到咨询台人工取号。",
    en: "Numbers cannot be given now. Please try again later, or ask at the information desk.",
  },
  preparing: { zh: "正在准备，请稍候……", en: "Getting ready …" },
  closedLook: { zh: "事项和材料仍可查看。", en: "You can still look up services and documents." },
  paperOut: {
    zh: "小票纸已用完：取号后请记下号码，或用手机扫码。",
    en: "The printer is out of paper: note your number or scan the code.",
  },
  printerDown: {
    zh: "打印机暂时无法使用：取号后请记下号码，或用手机扫码。",
    en: "The printer is not working: note your number or scan the code.",
  },
  sayHome: { zh: "您好，请选择要办的事情。", en: "Hello. Please choose what you need." },
  sayItem: { zh: "{name}。", en: "{name}. Please check the documents you need. " },
  sayPress: { zh: "需要办理的，请按屏幕下方的“取号”按钮。", en: "Then press the button below. " },
  sayPapers: { zh: "要带的材料有：{papers}。", en: "" },
  sayElder: { zh: "{klass}，请按“优先取号”。", en: "{klass}: press the priority button." },
  sayUnits: { zh: "请选择部门。", en: "Choose a department." },
  sayGroups: { zh: "请选择办事主题。", en: "Choose a topic." },
  sayItems: { zh: "请选择事项。", en: "Choose a service." },
  saySearch: { zh: "请输入要办的事情，拼音首字母也可以。", en: "Type what you need." },
  sayVoices: { zh: "请选择评价、投诉或建议。", en: "Please choose: rate, complain or suggest." },
  sayBooked: { zh: "请扫手机上的预约二维码，或输入预约码。", en: "Scan the code on your phone, or enter it." },
  sayMissed: { zh: "请扫小票上的二维码，或输入小票上的号码。", en: "Scan the code on your slip, or enter its number." },
  sayResult: { zh: "您的号码是 {number}。{ahead}请等候叫号。", en: "Your number is {number}. {ahead}Please wait to be called." },
  sayAhead: { zh: "前面还有 {n} 人。", en: "{n} ahead of you. " },
  priorityMark: { zh: "优先", en: "Priority" },
  ifMissed: { zh: "过号了怎么办", en: "If you miss your call" },
  ifMissedHow: {
    zh: "到自助机点“我过号了”，或到窗口、咨询台。",
    en: "Press “I missed my number” at a kiosk, or go to a window or the information desk.",
  },
  ifMissedBehind: { zh: "重新排在 {n} 人之后，本号当日有效。", en: "You wait behind {n} people; the number is valid today." },
  ifMissedValid: { zh: "本号当日有效。", en: "The number is valid today." },
  ifMissedNone: { zh: "过号作废，须重新取号。", en: "A missed number is no longer valid. Please take a new one." },
  sayKeepIt: { zh: "小票未能打印，请记下您的号码。", en: "The slip did not print. Please note your number." },
});

/** Sentences for a number's standing, for the person who asks to come back. */
export const standingWords = dictionary({
  may_return: { zh: "已过号，可以重新排队", en: "You missed your call and may queue again" },
  waiting: { zh: "还没有叫到，请继续等候。", en: "Not called yet. Please keep waiting." },
  called: { zh: "正在叫号，请到 {window} 号窗口。", en: "Being called now. Please go to window {window}." },
  serving: { zh: "正在 {window} 号窗口办理。", en: "Being served at window {window}." },
  held: { zh: "已暂时保留，请到 {window} 号窗口。", en: "On hold. Please go to window {window}." },
  no_returns: {
    zh: "过号已达规定次数，请重新取号，或到咨询台。",
    en: "Missed too many times. Please take a new number or ask at the information desk.",
  },
  over: {
    zh: "已经办理结束或已取消。如需办理，请重新取号。",
    en: "Finished or cancelled. To be served, please take a new number.",
  },
  other_day: {
    zh: "不是今天的号码，已经失效，请重新取号。",
    en: "Not a number of today. It is no longer valid; please take a new one.",
  },
  unknown: {
    zh: "今天没有这个号码，请核对。以前的小票已失效，请重新取号。",
    en: "There is no such number today. Please check it; slips of other days are no longer valid.",
  },
} satisfies Record<MissedNumber["standing"], { zh: string; en: string }>);

/** Why a slip did not print, as the printer's driver tells it. */
const REASONS: Record<string, { zh: string; en: string }> = {
  paper_out: { zh: "打印机缺纸", en: "the printer is out of paper" },
  cover_open: { zh: "打印机盖子未关好", en: "the printer's cover is open" },
  cutter: { zh: "切纸刀卡住", en: "the cutter is stuck" },
  offline: { zh: "打印机未开机", en: "the printer is off" },
  unreachable: { zh: "打印机无法连接", en: "the printer cannot be reached" },
  no_printer: { zh: "本机没有打印机", en: "this kiosk has no printer" },
};

export function whyNot(reason = ""): string {
  const words = REASONS[reason] ?? { zh: "打印机故障", en: "the printer has a problem" };
  return words[lang.value];
}

/** A name in the language shown; Chinese where there is no other. */
export function named(entry: { name: string; name_en: string }): string {
  return lang.value === "en" && entry.name_en ? entry.name_en : entry.name;
}

export function waitWords(low: number, high: number): string {
  return high <= 2 ? t("atOnce") : t("range", { low, high });
}

/** Return what to do after a missed call; `places`: people before a number that comes back. */
export function ifMissedWords(limit: number, places: number): string[] {
  if (limit === 0) return [t("ifMissedNone")];
  return [t("ifMissedHow"), places > 0 ? t("ifMissedBehind", { n: places }) : t("ifMissedValid")];
}

/** Words for the promised limit; the hall promises nothing where it only advises. */
export function promiseWords(handling: ItemRef["handling"], days: number): string {
  if (handling === "consult") return t("promisedElsewhere");
  return days > 0 ? t("days", { n: days }) : t("sameDay");
}

/** Words for the legal limit. A page that an older server computed has no unit: working days. */
export function legalWords(days: number, unit?: LimitUnit): string {
  if (days === 0) return t("noLimit");
  return t(unit === "calendar" ? "calendarDays" : "days", { n: days });
}
