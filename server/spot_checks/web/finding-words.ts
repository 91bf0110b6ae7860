// Words of spot checks and findings that the office, the checkers' phone and a clerk's page share.
import { dictionary } from "@web/i18n.ts";
import type { CheckView, FindingView, KnownNow, MarkView, NoticePair } from "@web/wire.gen.ts";
import { stamp } from "@web/words.ts";

export const markWords = dictionary({
  at_post: { zh: "在岗", en: "At post" },
  serving: { zh: "办理中", en: "Serving" },
  away: { zh: "离岗", en: "Away" },
  empty: { zh: "空岗", en: "Empty" },
  undone: { zh: "撤销", en: "Undone" },
});
export const reasonWords = dictionary({
  materials: { zh: "取送材料", en: "Fetching papers" },
  toilet: { zh: "上洗手间", en: "Washroom" },
  meeting: { zh: "开会", en: "Meeting" },
  leave: { zh: "请假", en: "On leave" },
  guiding: { zh: "引导帮办", en: "Helping in the hall" },
  unknown: { zh: "去向不明", en: "Nobody knows" },
  other: { zh: "其他（写明）", en: "Other (say what)" },
});
export const REASONS = ["materials", "toilet", "meeting", "leave", "guiding", "unknown", "other"] as const;
export type Reason = (typeof REASONS)[number];

export const kindWords = dictionary({
  empty: { zh: "空岗", en: "Empty window" },
  away: { zh: "离岗去向不明", en: "Away, no reason" },
  conduct: { zh: "工作纪律问题", en: "Conduct" },
  no_call: { zh: "有人等候不叫号", en: "No call while people wait" },
  no_punch: { zh: "在岗无打卡", en: "At work without a punch" },
  self_rated: { zh: "评价疑似代评", en: "Ratings that look like the window's own" },
  complaint: { zh: "投诉查实", en: "Proven complaint" },
  not_told_once: { zh: "未一次性告知", en: "Not told once" },
  case_overdue: { zh: "办件超时", en: "Case past its due day" },
  part_overdue: { zh: "并联审批、上报超时", en: "Part of a case past its due day" },
  extension_late: { zh: "延期申请过期", en: "Extension requested too late" },
  consent_moved: { zh: "超时默许日期变动", en: "Day of an approval by silence moved" },
  outside: { zh: "疑似体外循环", en: "Case that looks handled outside the hall" },
});
export const KINDS = ["empty", "away", "conduct", "no_call", "no_punch", "self_rated", "complaint", "not_told_once", "case_overdue", "part_overdue", "extension_late", "consent_moved", "outside"] as const;

export const stateWords = dictionary({
  proposed: { zh: "待核实", en: "To be judged" },
  dismissed: { zh: "不成立", en: "Dismissed" },
  confirmed: { zh: "已认定", en: "Told" },
  disputed: { zh: "申诉中", en: "Disputed" },
  upheld: { zh: "维持认定", en: "Upheld" },
  withdrawn: { zh: "已撤销", en: "Withdrawn" },
});
export const TONES = {
  proposed: "warning",
  dismissed: "info",
  confirmed: "primary",
  disputed: "warning",
  upheld: "danger",
  withdrawn: "info",
} as const;

export const stepWords = dictionary({
  "": { zh: "—", en: "—" },
  notice: { zh: "通知单位", en: "Unit notified" },
  replacement: { zh: "建议调换人员", en: "Replacement asked" },
  interview: { zh: "约谈", en: "Interview" },
});

const lineWords = dictionary({
  proposed: { zh: "系统提出疑点", en: "Proposed by the system" },
  dismissed: { zh: "核实：问题不成立", en: "Judged: nothing in it" },
  confirmed: { zh: "确认", en: "Confirmed" },
  told: { zh: "已告知本人和首席代表", en: "Told to the person and the chief representative" },
  disputed: { zh: "申诉", en: "Disputed" },
  upheld: { zh: "裁定：维持认定", en: "Settled: upheld" },
  withdrawn: { zh: "撤销", en: "Withdrawn" },
  rectified: { zh: "整改", en: "Put right" },
  step: { zh: "处理步骤", en: "Step" },
  mark_undone: { zh: "查岗人撤销了这条记录", en: "The checker took the mark back" },
  system: { zh: "系统", en: "the system" },
});

/** One line of a finding's history: what happened, and the words that were said. */
export function historyWords(line: FindingView["history"][number]): { what: string; who: string; words: string } {
  const what = lineWords(line.state as Parameters<typeof lineWords>[0]);
  const who = line.by_name || line.by || lineWords("system");
  if (line.state === "step") return { what, who, words: stepWords(line.words as FindingView["step"]) };
  return { what, who, words: line.words === "mark_undone" ? lineWords("mark_undone") : line.words };
}

export const checkWords = dictionary({
  due: { zh: "待开始", en: "Due" },
  started: { zh: "进行中", en: "Running" },
  done: { zh: "已完成", en: "Done" },
  missed: { zh: "未按时开展", en: "Missed" },
  unfinished: { zh: "未查完", en: "Not ended" },
  unconfirmed: { zh: "一人查岗，未经第二检查人确认", en: "Walked by one, not confirmed" },
  not_started: { zh: "规定时间内没有开始", en: "not started in time" },
  server_down: { zh: "服务器当时没有运行", en: "the server was not running" },
  drawn: { zh: "第 {n} 次", en: "No. {n}" },
  extra: { zh: "临时 {n}", en: "By hand {n}" },
});

/** "第 1 次" or "临时 1". */
export function checkName(check: CheckView): string {
  return checkWords(check.kind, { n: check.n });
}

const seen = dictionary({
  nobody: { zh: "没有人登录", en: "Nobody signed in" },
  since: { zh: "{name} {time} 登录", en: "{name} signed in {time}" },
  paused: { zh: "{time} 起暂停（{reason}）", en: "paused since {time} ({reason})" },
  serving: { zh: "{number} 号，{minutes} 分钟", en: "{number} for {minutes} min" },
  call: { zh: "最近叫号 {time}", en: "last call {time}" },
  noCall: { zh: "尚未叫号", en: "no call yet" },
  waiting: { zh: "等候 {n} 人", en: "{n} waiting" },
  onLeave: { zh: "已批请假", en: "on approved leave" },
  punch: { zh: "打卡 {time}", en: "punch {time}" },
  noPunch: { zh: "今天没有打卡", en: "no punch today" },
  materials: { zh: "整理材料", en: "papers" },
  meeting: { zh: "会议", en: "meeting" },
  rest: { zh: "休息", en: "rest" },
  equipment: { zh: "设备", en: "equipment" },
  leave: { zh: "临时离开", en: "leave" },
  other: { zh: "其他", en: "other" },
  hall: { zh: "大厅统一暂停", en: "by the office" },
});

/** Return the recorded state of that minute in short phrases. */
export function knownWords(record: KnownNow, time: (at: number) => string): string[] {
  const phrases = [record.since ? seen("since", { name: record.staff_name, time: time(record.since) }) : seen("nobody")];
  if (record.paused_at) {
    const reason = seen((record.pause_reason || "other") as Parameters<typeof seen>[0]);
    phrases.push(seen("paused", { time: time(record.paused_at), reason }));
  }
  if (record.number) {
    const minutes = Math.max(0, Math.floor((record.as_of - (record.number_since ?? record.as_of)) / 60_000));
    phrases.push(seen("serving", { number: record.number, minutes }));
  } else if (record.since) {
    phrases.push(record.last_call_at ? seen("call", { time: time(record.last_call_at) }) : seen("noCall"));
  }
  if (record.leave) phrases.push(seen("onLeave"));
  if (record.waiting) phrases.push(seen("waiting", { n: record.waiting }));
  return phrases;
}

/** The last punch, or that there is none. */
export function punchWords(at: number | null, time: (at: number) => string): string {
  return at ? seen("punch", { time: time(at) }) : seen("noPunch");
}

const and = dictionary({ comma: { zh: "、", en: ", " }, minutes: { zh: "{n} 分钟", en: "{n} min" } });

/** A mark in one line: 在岗 · 玩手机、闲聊. */
export function markLine(mark: Pick<MarkView, "mark" | "reason" | "faults">): string {
  const parts = [markWords(mark.mark)];
  if (mark.reason) parts.push(reasonWords(mark.reason as Reason));
  if (mark.faults.length) parts.push(mark.faults.join(and("comma")));
  return parts.join(" · ");
}

/** Return a finding in one line. */
export function findingLine(result: FindingView): string {
  if (result.kind === "conduct") return result.faults.join(and("comma"));
  const parts = [kindWords(result.kind), ...result.faults];
  if (result.minutes) parts.push(and("minutes", { n: result.minutes }));
  return parts.join(" · ");
}

const toldWords = dictionary({
  untold: {
    zh: "“{item}”首次告知没有列出：{untold}。材料没有更换，公布的要求没有变，{time}再次告知才列出。",
    en: "“{item}”: the first notice left out: {untold}. Same paper, same published requirements, named only at {time}.",
  },
  first: { zh: "首次告知单", en: "First notice" },
  later: { zh: "再次告知单", en: "Later notice" },
});

/** The sentence of a finding that something was not told at once. */
export function untoldWords(pair: NoticePair): string {
  return toldWords("untold", { item: pair.item_name, untold: pair.untold, time: stamp(pair.later_at) });
}

/** The two notices that the machine compared: their names and numbers. */
export function noticesOf(pair: NoticePair): [name: string, number: string][] {
  return [
    [toldWords("first"), pair.first],
    [toldWords("later"), pair.later],
  ];
}
