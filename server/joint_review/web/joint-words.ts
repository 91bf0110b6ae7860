// Words of joint review: states, opinions, steps and due days of parts and meetings.
import { dayWords } from "@web/case-words.ts";
import { dictionary } from "@web/i18n.ts";
import type { MeetingMove, Opinion, PartDueView, PartKind, PartMove, PartState } from "@web/wire.gen.ts";

const states = dictionary({
  sent: { zh: "待签收", en: "Not signed for" },
  signed: { zh: "待答复", en: "To answer" },
  owed: { zh: "待上报", en: "To send upward" },
  above: { zh: "已上报", en: "Lies above" },
  back: { zh: "待转达", en: "To pass on" },
  answered: { zh: "已答复", en: "Answered" },
  passed: { zh: "已转达", en: "Passed on" },
  recalled: { zh: "已撤回征求", en: "Recalled" },
  dropped: { zh: "办件终止，不再答复", en: "The case ended" },
});
const elsewhere = dictionary({
  sent: { zh: "已移交，待签收", en: "Handed on" },
  signed: { zh: "对方已签收，待结果", en: "Signed for" },
  answered: { zh: "结果已返回", en: "Result is back" },
});
export const opinionWords = dictionary({
  agree: { zh: "同意", en: "Agree" },
  disagree: { zh: "不同意", en: "Disagree" },
  upward: { zh: "同意，须上报", en: "Agree, must go upward" },
});
const moves = dictionary({
  send: { zh: "征求意见", en: "Sent" },
  sign: { zh: "签收", en: "Sign for it" },
  answer: { zh: "答复", en: "Answer" },
  take_back: { zh: "收回答复", en: "Take the answer back" },
  recall: { zh: "撤回征求", en: "Recall" },
  send_up: { zh: "上报", en: "Send upward" },
  hear: { zh: "登记上级答复", en: "Record the answer" },
  pass_on: { zh: "转达答复", en: "Pass the answer on" },
  result: { zh: "登记返回结果", en: "Record the result" },
  drop: { zh: "办件终止", en: "Ended with the case" },
});
const onward = dictionary({
  send: { zh: "移交", en: "Handed on" },
  sign: { zh: "登记对方签收", en: "Record the receipt" },
  recall: { zh: "撤回移交", en: "Recall" },
});
export const askWords = dictionary({
  send: { zh: "说明", en: "Words" },
  sign: { zh: "说明（选填）", en: "Words (optional)" },
  answer: { zh: "理由（不同意的必填，写入结果告知书，申请人能看到）", en: "Why (required to disagree; printed on the notice, the applicant sees it)" },
  take_back: { zh: "收回的理由（必填）", en: "Why (required)" },
  recall: { zh: "撤回的理由（必填）", en: "Why (required)" },
  send_up: { zh: "说明（选填）", en: "Words (optional)" },
  hear: { zh: "答复内容（不同意的必填）", en: "What it says (required to disagree)" },
  pass_on: { zh: "说明（选填）", en: "Words (optional)" },
  result: { zh: "结果说明（不同意的必填）", en: "What it says (required to disagree)" },
  drop: { zh: "说明", en: "Words" },
});
export const meetingMoves = dictionary({
  call: { zh: "召集", en: "Called" },
  record: { zh: "登记签到", en: "Record attendance" },
  correct: { zh: "更正签到", en: "Correct attendance" },
  request: { zh: "申请更正", en: "Request a correction" },
  confirm: { zh: "确认更正", en: "Confirm" },
  reject: { zh: "不予更正", en: "Reject" },
  cancel: { zh: "取消会议", en: "Cancel" },
});
export const meetingKinds = dictionary({
  meeting: { zh: "联审会", en: "Meeting" },
  site_visit: { zh: "联合踏勘", en: "Joint site visit" },
});
const dues = dictionary({
  answer: { zh: "{day}前答复", en: "answer by {day}" },
  send_up: { zh: "{day}前上报", en: "send up by {day}" },
  pass_on: { zh: "{day}前转达", en: "pass on by {day}" },
  late: { zh: "逾期 {n} 个工作日", en: "{n} working day(s) late" },
  today: { zh: "今天到期", en: "due today" },
  left: { zh: "还有 {n} 个工作日", en: "{n} working day(s) left" },
});
const late = dictionary({
  answer: { zh: "曾逾期答复", en: "answered late" },
  send_up: { zh: "曾逾期上报", en: "sent up late" },
  pass_on: { zh: "曾逾期转达", en: "passed on late" },
});

export const servedHow = dictionary({
  handed: { zh: "直接送达", en: "Handed over" },
  post: { zh: "邮寄送达", en: "By post" },
  left: { zh: "留置送达", en: "Left there" },
  public: { zh: "公告送达", en: "Published" },
  electronic: { zh: "电子送达", en: "Electronically" },
});
export const servedTo = dictionary({
  applicant: { zh: "申请人本人", en: "the applicant" },
  agent: { zh: "代理人", en: "the agent" },
  family: { zh: "同住成年家属", en: "an adult of the household" },
  reception: { zh: "单位收发人员", en: "the body's mail room" },
  nobody: { zh: "无人签收", en: "nobody signed" },
});
export const lateWords = late;

/** State of a part in words; a case handed to another hall has words of its own. */
export function partState(kind: PartKind, state: PartState): string {
  if (kind === "elsewhere" && (state === "sent" || state === "signed" || state === "answered")) return elsewhere(state);
  return states(state);
}

/** Words of a step's button. */
export function moveWords(kind: PartKind, move: PartMove): string {
  if (kind === "elsewhere" && (move === "send" || move === "sign" || move === "recall")) return onward(move);
  return moves(move);
}

/** Steps without a reason that is always needed. */
const WORDLESS: readonly PartMove[] = ["sign", "send_up", "pass_on"];

/** Return true if a step is refused without words. */
export function needsWords(move: PartMove, opinion: Opinion | ""): boolean {
  if (move === "answer" || move === "hear" || move === "result") return opinion === "disagree";
  return !WORDLESS.includes(move);
}

/** Opinions that a step can state; none for most. */
export function opinionsOf(move: PartMove | ""): readonly Opinion[] {
  if (move === "answer") return ["agree", "disagree", "upward"];
  return move === "hear" || move === "result" ? ["agree", "disagree"] : [];
}

/** Return true if a meeting's step states who came. */
export const statesAttendance = (move: MeetingMove | ""): boolean => move === "record" || move === "correct" || move === "request";

/** Time left of a part. */
export function leftWords(due: PartDueView): string {
  if (due.days_left < 0) return dues("late", { n: -due.days_left });
  return due.days_left === 0 ? dues("today") : dues("left", { n: due.days_left });
}

/** Due day of a part with its clock. */
export const dueWords = (due: PartDueView): string => dues(due.clock, { day: dayWords(due.day) });

/** Steps of the week's figures come first where the bulletin's link names a unit. */
export const shownFirst = <R extends { cells: readonly { unit: string }[] }>(rows: readonly R[], unit: string): R[] =>
  unit ? rows.filter((row) => row.cells.some((cell) => cell.unit === unit)) : [...rows];
