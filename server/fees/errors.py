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
    FEE_AMOUNT = "fee_amount"
    FEE_REFUNDED = "fee_refunded"
    FEE_RECEIPT_USED = "fee_receipt_used"
    FEE_BANK_LINE = "fee_bank_line"
    FEE_FILE_FORM = "fee_file_form"
    FEE_FILE_LINES = "fee_file_lines"
    FEE_FILE_CHANGED = "fee_file_changed"
    FEE_FILE_DAYS = "fee_file_days"


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
        "受理办件或开具通知书的人，不能确认这笔款项，也不能批准免收或撤销通知书，请由另一个人办理。",
        "Whoever accepted the case or made the notice cannot confirm, waive or cancel its money.",
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
        "这个银行流水号已经用于缴款通知书 {number}，同一笔款只能确认一次。",
        "This reference was used for payment notice {number}. Money counts once.",
    ),
    FeeCode.FEE_AMOUNT: Refusal(
        409,
        "退款须大于0，且不超过还没有退的 {amount} 元。",
        "A refund is above 0 and at most the {amount} yuan that were not refunded yet.",
    ),
    FeeCode.FEE_REFUNDED: Refusal(
        409,
        "已经退过一部分的收款不能更正，其余部分请办理退款。",
        "A payment of which a part was refunded cannot be corrected. Please refund the rest.",
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
        "不重复的流水号（4至40位字母、数字或连字符）和金额（元，不为0，退款为负数，最多两位小数）。",
        "Rows {lines} of the bank's file are wrong and nothing of it was imported. Each row needs "
        "a day up to today (2026-03-02), a reference of its own (4 to 40 letters, digits or "
        "hyphens) and an amount in yuan with at most two decimals, negative for a refund.",
    ),
    FeeCode.FEE_FILE_CHANGED: Refusal(
        409,
        "银行文件第{lines}行的流水号以前导入过，但日期、通知书编号或金额不同，一行也没有导入。"
        "请向银行核实。",
        "Rows {lines} have references of an earlier file with another day, notice or amount. "
        "Nothing was imported. Please ask the bank.",
    ),
    FeeCode.FEE_FILE_DAYS: Refusal(
        400,
        "请填写银行文件从哪天到哪天，不晚于今天，并包括每一行的日期；没有明细的文件必须填写。",
        "Please enter the days of the bank's file, up to today and with the day of every row; a "
        "file without rows needs them.",
    ),
}
