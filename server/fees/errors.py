"""Error codes of fees, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class FeeCode(ErrorCode):
    """Error codes of fees."""

    FEE_UNKNOWN = "fee_unknown"
    FEE_NUMBER = "fee_number"
    FEE_NONE = "fee_none"
    FEE_STANDARD = "fee_standard"
    FEE_CASE = "fee_case"
    FEE_STATE = "fee_state"
    FEE_POST = "fee_post"
    FEE_CASHIER = "fee_cashier"
    FEE_OWN = "fee_own"
    FEE_SECOND = "fee_second"
    FEE_WORDS = "fee_words"
    FEE_REFERENCE = "fee_reference"
    FEE_RECEIPT_USED = "fee_receipt_used"
    FEE_BANK_LINE = "fee_bank_line"
    FEE_FILE_FORM = "fee_file_form"
    FEE_FILE_LINES = "fee_file_lines"
    FEE_FILE_CHANGED = "fee_file_changed"


REFUSALS: dict[ErrorCode, Refusal] = {
    FeeCode.FEE_UNKNOWN: Refusal(
        404,
        "没有这份缴款通知书，请核对编号。",
        "There is no such payment notice. Please check its number.",
    ),
    FeeCode.FEE_NUMBER: Refusal(
        400,
        "缴款通知书编号有误，请对照纸面重新输入或扫码。",
        "The number of the payment notice has a wrong digit. Please scan or type it again.",
    ),
    FeeCode.FEE_NONE: Refusal(
        409,
        "这个事项没有收费标准，不得收费。",
        "The item has no fee standard, so nothing can be charged.",
    ),
    FeeCode.FEE_STANDARD: Refusal(
        400,
        "请从这个事项的收费标准中选择。",
        "Please choose one of the item's fee standards.",
    ),
    FeeCode.FEE_CASE: Refusal(
        409,
        "办件受理以后、没有终止的，才能开具缴款通知书。",
        "A payment notice can be made once the case is accepted, and while it has not ended.",
    ),
    FeeCode.FEE_STATE: Refusal(
        409,
        "这笔收费现在不能这样处理，请看一下它进行到哪一步。",
        "The due is not at this step. Please look at it again.",
    ),
    FeeCode.FEE_POST: Refusal(
        403,
        "这一步由办件的受理、经办人员或收费人员办理。",
        "This step is taken by whoever accepts or handles the case, or by the cashier.",
    ),
    FeeCode.FEE_CASHIER: Refusal(
        403,
        "收款和退款由收费人员确认。",
        "Receipts and refunds are confirmed by the cashier.",
    ),
    FeeCode.FEE_OWN: Refusal(
        403,
        "受理办件或开具通知书的人，不能确认这笔款项，也不能批准免收，请由另一个人办理。",
        "Whoever accepted the case or made the notice cannot confirm or waive its money.",
    ),
    FeeCode.FEE_SECOND: Refusal(
        403,
        "申请的人不能自己确认，请由另一个人办理。",
        "Whoever requested it cannot confirm it. Somebody else must.",
    ),
    FeeCode.FEE_WORDS: Refusal(400, "请写明依据或理由。", "Please write the basis or the reason."),
    FeeCode.FEE_REFERENCE: Refusal(
        400,
        "请填写银行流水号（4至40位字母、数字或连字符）。",
        "Please enter the bank's reference: 4 to 40 letters, digits or hyphens.",
    ),
    FeeCode.FEE_RECEIPT_USED: Refusal(
        409,
        "这个银行流水号已经确认过缴款通知书 {number}，同一笔款只能确认一次。",
        "This reference has confirmed payment notice {number}. Money counts once.",
    ),
    FeeCode.FEE_BANK_LINE: Refusal(
        409,
        "银行文件中这个流水号是另一份通知书或另一个金额（{number}，{amount}元），请核对。",
        "In the bank's file this reference is of another notice or amount ({number}, {amount}).",
    ),
    FeeCode.FEE_FILE_FORM: Refusal(
        400,
        "读不出银行文件，一行也没有导入。须是CSV文件（UTF-8或GB18030），第1行是表头："
        "交易日期、银行流水号、缴款通知书编号、金额；不超过20000行。",
        "The bank's file cannot be read and nothing of it was imported. It has to be a CSV file "
        "(UTF-8 or GB18030) whose first row has 交易日期, 银行流水号, 缴款通知书编号, 金额; "
        "20,000 rows at most.",
    ),
    FeeCode.FEE_FILE_LINES: Refusal(
        400,
        "银行文件第{lines}行有误，一行也没有导入。每行须有不晚于今天的日期（如2026-03-02）、"
        "不重复的流水号（4至40位字母、数字或连字符）和金额（元，大于0，最多两位小数）。",
        "Rows {lines} of the bank's file are wrong and nothing of it was imported. Each row needs "
        "a day up to today (2026-03-02), a reference of its own (4 to 40 letters, digits or "
        "hyphens) and an amount in yuan above 0 with at most two decimals.",
    ),
    FeeCode.FEE_FILE_CHANGED: Refusal(
        409,
        "银行文件第{lines}行的流水号以前导入过，但日期、通知书编号或金额不同，一行也没有导入。"
        "请向银行核实。",
        "Rows {lines} have references of an earlier file with another day, notice or amount. "
        "Nothing was imported. Please ask the bank.",
    ),
}
