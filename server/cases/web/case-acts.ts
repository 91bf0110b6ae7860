// Steps of a case on its card: their words, what each needs, and the one that usually follows.
import { dictionary } from "@web/i18n.ts";
import type { CaseMove, CaseState, CaseView } from "@web/wire.gen.ts";

const labels = dictionary({
  file: { zh: "收件", en: "Receive" },
  tell: { zh: "一次告知补正", en: "Tell what to supplement" },
  pledge: { zh: "容缺承诺", en: "Pledge missing materials" },
  supply: { zh: "容缺材料已补齐", en: "Pledged materials came" },
  lapse: { zh: "视为撤回", en: "Let the pledge lapse" },
  complete: { zh: "补正齐全，受理", en: "Supplements complete: accept" },
  accept: { zh: "受理", en: "Accept" },
  deem: { zh: "视为受理", en: "Deem accepted" },
  not_accept: { zh: "不予受理", en: "Do not accept" },
  pass: { zh: "通过", en: "Pass" },
  return: { zh: "退回", en: "Return" },
  suspend: { zh: "进入特别程序", en: "Special procedure" },
  resume: { zh: "恢复计时", en: "Let time run again" },
  ask_time: { zh: "申请延期", en: "Request an extension" },
  grant_time: { zh: "批准延期", en: "Grant the extension" },
  deny_time: { zh: "不批准延期", en: "Refuse the extension" },
  decide: { zh: "作出决定", en: "Decide" },
  tacit: { zh: "超时默许", en: "Grant by silence" },
  withdraw: { zh: "申请人撤回", en: "Applicant withdraws" },
  ask_void: { zh: "申请作废", en: "Request cancellation" },
  make_void: { zh: "批准作废", en: "Make void" },
  take_over: { zh: "接办", en: "Take over" },
  decideAtOnce: { zh: "当场办结", en: "Decide at once" },
  toReview: { zh: "交后台审核", en: "Pass on to review" },
  toApproval: { zh: "通过，送审批", en: "Pass on to approval" },
});

/** Words of a step's button; some say where it leads. */
export function moveLabel(move: CaseMove, state: CaseState): string {
  if (move === "decide" && state === "handling") return labels("decideAtOnce");
  if (move === "pass") return labels(state === "handling" ? "toReview" : "toApproval");
  return labels(move);
}

export const askWords = dictionary({
  file: { zh: "说明", en: "Words" },
  tell: { zh: "补充说明（选填，申请人能看到）", en: "Further words (optional; the applicant sees them)" },
  pledge: { zh: "补充说明（选填，写入承诺和告知书）", en: "Further words (optional; printed on the pledge)" },
  supply: { zh: "说明（选填）", en: "Words (optional)" },
  lapse: { zh: "说明（选填）", en: "Words (optional)" },
  complete: { zh: "说明（选填）", en: "Words (optional)" },
  accept: { zh: "说明（选填）", en: "Words (optional)" },
  deem: { zh: "说明（选填）", en: "Words (optional)" },
  not_accept: { zh: "不予受理的理由（必填，写入通知书，申请人能看到）", en: "Why (required; printed on the notice, the applicant sees it)" },
  pass: { zh: "审查意见（必填）", en: "Opinion (required)" },
  return: { zh: "退回的理由（必填）", en: "Why it is returned (required)" },
  suspend: { zh: "需要的程序和所需时间的说明（必填，写入告知书，申请人能看到）", en: "What is needed and why (required; printed on the notice, the applicant sees it)" },
  resume: { zh: "结果说明（选填）", en: "Result (optional)" },
  ask_time: { zh: "延期的理由（必填，只能延期一次，由另一人批准）", en: "Why (required; once only, granted by somebody else)" },
  grant_time: { zh: "理由（必填，写入告知书，申请人能看到）", en: "Why (required; printed on the notice, the applicant sees it)" },
  deny_time: { zh: "理由（必填）", en: "Why (required)" },
  decide: { zh: "决定的意见或理由（必填，写入决定书，申请人能看到）", en: "Opinion or reasons (required; printed on the decision, the applicant sees them)" },
  tacit: { zh: "说明", en: "Words" },
  withdraw: { zh: "撤回的情况（必填）", en: "How it was withdrawn (required)" },
  ask_void: { zh: "作废的理由（必填，由另一位管理人员批准）", en: "Why (required; done by another manager)" },
  make_void: { zh: "理由（必填）", en: "Why (required)" },
  take_over: { zh: "说明", en: "Words" },
});

const WORDLESS: readonly CaseMove[] = ["tell", "pledge", "supply", "complete", "accept", "resume"];
/** Steps at the window; the others belong to the back office. */
const WINDOW: readonly CaseMove[] = ["complete", "accept", "pledge", "tell", "supply", "decide", "pass", "not_accept", "withdraw"];

/** Return true for a step that is refused without words. */
export const needsWords = (move: CaseMove): boolean => !WORDLESS.includes(move);

/** Return true for a step that names working days. */
export const needsDays = (move: CaseMove | ""): boolean => move === "suspend" || move === "ask_time" || move === "pledge";

type Viewed = Pick<CaseView, "state" | "moves" | "stretches" | "extension_days">;

/** Steps that the card offers; without days to grant there is no extension to request. */
export function movesOf(view: Viewed, window: boolean): CaseMove[] {
  const moves = view.extension_days > 0 ? view.moves : view.moves.filter((move) => move !== "ask_time");
  return window ? WINDOW.filter((move) => moves.includes(move)) : moves;
}

/** Return true for a case that is decided while the applicant waits: it has minutes. */
export const isDirect = (view: Viewed): boolean => view.stretches.length > 0;

/** The step that usually follows at the window; `materials`: record them; `close`: nothing more to do here. */
export function nextStep(view: Viewed): CaseMove | "materials" | "close" {
  const can = (move: CaseMove): boolean => view.moves.includes(move);
  if (view.state === "filed") return can("accept") ? "accept" : can("tell") ? "tell" : "materials";
  if (view.state === "supplementing") return can("complete") ? "complete" : "materials";
  if (view.state !== "handling") return "close";
  if (can("decide") && isDirect(view)) return "decide";
  return can("pass") ? "pass" : "close";
}
