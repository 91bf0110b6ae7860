// Words of honours that the office and one's own page share.
import { dictionary, lang } from "@web/i18n.ts";
import type { FlagMove, VetoMove } from "@web/wire.gen.ts";

export const vetoKinds = dictionary({
  sanction: { zh: "党纪政务处分", en: "Sanction" },
  bribery: { zh: "吃拿卡要", en: "Taking gifts" },
  fees: { zh: "违规收费", en: "Unlawful fees" },
  false_figures: { zh: "弄虚作假", en: "False figures" },
  quarrel: { zh: "与群众争吵", en: "Quarrel with a person served" },
  exposed: { zh: "媒体曝光或上级通报", en: "Criticised in public" },
  repeated: { zh: "多次考核靠后", en: "Poor again and again" },
});
export const KINDS = ["sanction", "bribery", "fees", "false_figures", "quarrel", "exposed", "repeated"] as const;

export const vetoStates = dictionary({
  proposed: { zh: "待认定", en: "Waits for confirmation" },
  dismissed: { zh: "不予认定", en: "Not confirmed" },
  confirmed: { zh: "已认定", en: "Confirmed" },
  disputed: { zh: "申诉中", en: "Disputed" },
  upheld: { zh: "维持认定", en: "Upheld" },
  withdrawn: { zh: "已撤销", en: "Withdrawn" },
});

export const vetoMoves = dictionary({
  propose: { zh: "提出", en: "Proposed" },
  confirm: { zh: "认定", en: "Confirm" },
  dismiss: { zh: "不予认定", en: "Do not confirm" },
  dispute: { zh: "申诉", en: "Dispute" },
  uphold: { zh: "维持认定", en: "Uphold" },
  withdraw: { zh: "撤销", en: "Withdraw" },
});

export const askVeto = dictionary({
  propose: { zh: "事由", en: "Reason" },
  confirm: { zh: "说明（选填）", en: "Words (optional)" },
  dismiss: { zh: "理由（必填）", en: "Why (required)" },
  dispute: { zh: "申诉的事实和理由（必填）", en: "Facts and reasons of the dispute (required)" },
  uphold: { zh: "维持的理由（必填，当事人能看到）", en: "Why (required; whom it concerns sees it)" },
  withdraw: { zh: "撤销的理由（必填，当事人能看到）", en: "Why (required; whom it concerns sees it)" },
});
export const vetoNeedsWords = (move: VetoMove): boolean => move !== "confirm";

export const subjects = dictionary({
  person: { zh: "人员", en: "Person" },
  window: { zh: "窗口", en: "Window" },
  unit: { zh: "单位", en: "Unit" },
});

export const flagStates = dictionary({
  proposed: { zh: "待第二人决定", en: "Waits for the second person" },
  decided: { zh: "已决定", en: "Decided" },
  rejected: { zh: "未通过", en: "Rejected" },
  revoking: { zh: "有人申请撤销", en: "Revocation requested" },
  revoked: { zh: "已撤销", en: "Revoked" },
});

export const flagMoves = dictionary({
  propose: { zh: "提名", en: "Proposed" },
  decide: { zh: "决定授旗", en: "Decide" },
  reject: { zh: "不同意", en: "Reject" },
  ask_revoke: { zh: "申请撤销", en: "Ask to revoke" },
  revoke: { zh: "同意撤销", en: "Revoke" },
  uphold: { zh: "维持决定", en: "Uphold" },
});

export const askFlag = dictionary({
  propose: { zh: "理由", en: "Reason" },
  decide: { zh: "说明（选填）", en: "Words (optional)" },
  reject: { zh: "理由（必填）", en: "Why (required)" },
  ask_revoke: { zh: "撤销的理由（必填，由另一位管理人员决定）", en: "Why (required; another manager decides)" },
  revoke: { zh: "说明（选填）", en: "Words (optional)" },
  uphold: { zh: "维持的理由（必填）", en: "Why (required)" },
});
export const flagNeedsWords = (move: FlagMove): boolean => move !== "decide" && move !== "revoke";

export const bars = dictionary({
  veto: { zh: "一票否决", en: "Veto" },
  complaint: { zh: "投诉查实", en: "Proven complaint" },
  rating: { zh: "差评认定", en: "Confirmed bad rating" },
  finding: { zh: "查岗问题", en: "Finding" },
});

export const causes = dictionary({
  award: { zh: "季度评定", en: "Decided for the quarter" },
  revoked: { zh: "决定撤销", en: "Decision revoked" },
  veto: { zh: "一票否决，收回", en: "Taken back by a veto" },
  veto_withdrawn: { zh: "一票否决撤销，归还", en: "Given back: veto withdrawn" },
});

export const interviewStates = dictionary({
  due: { zh: "应约谈", en: "Due" },
  proposed: { zh: "已提出", en: "Proposed" },
  held: { zh: "已约谈", en: "Held" },
  dropped: { zh: "已取消", en: "Dropped" },
});
export const interviewMoves = dictionary({
  propose: { zh: "提出约谈", en: "Propose" },
  hold: { zh: "登记约谈情况", en: "Note as held" },
  drop: { zh: "取消约谈", en: "Drop" },
});

/** A quarter in words: 2026-Q3 is 2026年第3季度. */
export function quarterWords(id: string, lang: string): string {
  const [year, place] = id.split("-Q");
  return lang === "en" ? `quarter ${place} of ${year}` : `${year}年第${place}季度`;
}

/** A rank with its range where something was not measured. */
export function rankWords(entry: { rank: number; rank_best: number; rank_worst: number }): string {
  if (entry.rank_best === entry.rank_worst) return `${entry.rank}`;
  return lang.value === "en" ? `${entry.rank} (${entry.rank_best}–${entry.rank_worst})` : `${entry.rank}（${entry.rank_best}～${entry.rank_worst}）`;
}
