// Words of fees: states, steps, differences, and amounts in yuan.
import { dictionary } from "@web/i18n.ts";
import type { FeeMove, FeeState } from "@web/wire.gen.ts";

export const feeStateWords = dictionary({
  due: { zh: "待缴", en: "Unpaid" },
  waive_asked: { zh: "申请免收，待批准", en: "Waiver requested" },
  waived: { zh: "已免收", en: "Waived" },
  confirmed: { zh: "已缴", en: "Paid" },
  correction_asked: { zh: "申请更正收款，待批准", en: "Correction requested" },
  refund_asked: { zh: "申请退款，待确认", en: "Refund requested" },
  refunded: { zh: "已退款", en: "Refunded" },
  cancelled: { zh: "已撤销", en: "Cancelled" },
});

/** Steps as buttons name them. */
export const feeMoveLabels = dictionary({
  make: { zh: "开具通知书", en: "Make a notice" },
  confirm: { zh: "确认收款", en: "Confirm payment" },
  ask_waive: { zh: "申请免收", en: "Request a waiver" },
  grant_waive: { zh: "批准免收", en: "Grant the waiver" },
  deny_waive: { zh: "不批准免收", en: "Refuse the waiver" },
  ask_refund: { zh: "申请退款", en: "Request a refund" },
  confirm_refund: { zh: "确认退款", en: "Confirm the refund" },
  deny_refund: { zh: "不予退款", en: "Refuse the refund" },
  ask_correction: { zh: "申请更正收款", en: "Request a correction" },
  correct: { zh: "批准更正，撤销收款", en: "Correct: take the receipt back" },
  deny_correction: { zh: "不更正", en: "Refuse the correction" },
  cancel: { zh: "撤销通知书", en: "Cancel the notice" },
});

/** Steps that were taken. */
export const feeFactWords = dictionary({
  make: { zh: "开具通知书", en: "Notice made" },
  confirm: { zh: "确认收款", en: "Payment confirmed" },
  ask_waive: { zh: "申请免收", en: "Waiver requested" },
  grant_waive: { zh: "批准免收", en: "Waiver granted" },
  deny_waive: { zh: "不批准免收", en: "Waiver refused" },
  ask_refund: { zh: "申请退款", en: "Refund requested" },
  confirm_refund: { zh: "确认退款", en: "Refund confirmed" },
  deny_refund: { zh: "不予退款", en: "Refund refused" },
  ask_correction: { zh: "申请更正收款", en: "Correction requested" },
  correct: { zh: "撤销收款", en: "Receipt taken back" },
  deny_correction: { zh: "不更正", en: "Correction refused" },
  cancel: { zh: "通知书撤销", en: "Notice cancelled" },
});

export const askFeeWords = dictionary({
  ask_waive: { zh: "免收的依据（必填，由另一人批准）", en: "Basis of the waiver (required; granted by somebody else)" },
  grant_waive: { zh: "批准的依据（必填）", en: "Basis (required)" },
  deny_waive: { zh: "理由（必填）", en: "Why (required)" },
  ask_refund: { zh: "退款的理由（必填，由另一位收费人员确认）", en: "Why (required; confirmed by another cashier)" },
  deny_refund: { zh: "理由（必填）", en: "Why (required)" },
  ask_correction: { zh: "哪里确认错了（必填，由另一人批准）", en: "What is wrong with the confirmation (required; decided by somebody else)" },
  correct: { zh: "核对结果（必填）", en: "What was found (required)" },
  deny_correction: { zh: "核对结果（必填）", en: "What was found (required)" },
  cancel: { zh: "为什么撤销（必填，例如开错了标准）", en: "Why it is cancelled (required, such as a wrong standard)" },
});

export const differenceWords = dictionary({
  unknown_notice: { zh: "没有这份通知书", en: "No such notice" },
  wrong_amount: { zh: "金额不符", en: "Wrong amount" },
  paid_twice: { zh: "重复缴款", en: "Paid twice" },
  not_booked: { zh: "银行已收，未确认", en: "At the bank, not confirmed" },
  other_notice: { zh: "流水号确认到另一份通知书", en: "Confirmed for another notice" },
  other_day: { zh: "日期不符", en: "Other day" },
  no_file: { zh: "银行文件还没有到", en: "The bank's file has not come" },
  missing: { zh: "已确认，银行文件中没有", en: "Confirmed, not in the bank's file" },
  refund_unbooked: { zh: "银行已退，未确认", en: "Returned by the bank, not confirmed" },
});

/** Steps that need the bank's reference instead of words. */
export const needsReference = (move: FeeMove): boolean => move === "confirm" || move === "confirm_refund";

const TONES: Record<FeeState, "success" | "warning" | "info" | "danger"> = {
  due: "warning",
  waive_asked: "danger",
  waived: "info",
  confirmed: "success",
  correction_asked: "danger",
  refund_asked: "danger",
  refunded: "info",
  cancelled: "info",
};
export const toneOf = (state: FeeState): (typeof TONES)[FeeState] => TONES[state];

/** Fen of an amount in yuan as a person types it; NaN for none. */
export function fen(text: string): number {
  const match = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : NaN;
}

/** Yuan with two decimals: 8000 fen are 80.00. */
export function yuan(fen: number): string {
  const whole = Math.floor(Math.abs(fen) / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "−" : ""}${whole}.${(Math.abs(fen) % 100).toString().padStart(2, "0")}`;
}
