"""Error codes of the issuing window, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class LicenceCode(ErrorCode):
    """Error codes of the issuing window."""

    LICENCE_UNKNOWN = "licence_unknown"
    LICENCE_STATE = "licence_state"
    LICENCE_POST = "licence_post"
    LICENCE_SECOND = "licence_second"
    LICENCE_WORDS = "licence_words"
    LICENCE_CASE = "licence_case"
    LICENCE_OPEN = "licence_open"
    LICENCE_LEFT = "licence_left"
    LICENCE_TAKEN = "licence_taken"
    LICENCE_SHELF = "licence_shelf"
    LICENCE_DUES = "licence_dues"
    LICENCE_IDENTITY = "licence_identity"
    LICENCE_RECEIVER = "licence_receiver"
    LICENCE_ENTERED = "licence_entered"
    LICENCE_COUNT = "licence_count"
    WAYBILL_TAKEN = "waybill_taken"
    ROLL_FILE = "roll_file"
    ROLL_TAKEN = "roll_taken"


REFUSALS: dict[ErrorCode, Refusal] = {
    LicenceCode.LICENCE_UNKNOWN: Refusal(
        404,
        "没有这本证照、这份清单或这个邮件，请核对编号。",
        "There is no such licence, list or parcel. Please compare its number.",
    ),
    LicenceCode.LICENCE_STATE: Refusal(
        409,
        "证照已不在原来的位置，不能这样处理，请看一下它现在在哪里。",
        "The licence is no longer at that place. Please look where it is now.",
    ),
    LicenceCode.LICENCE_POST: Refusal(
        403,
        "这一步由出件岗办理；登记和交接由颁发单位办理。",
        "This step is taken by the issuer; registering and handing over by the unit.",
    ),
    LicenceCode.LICENCE_SECOND: Refusal(
        403,
        "交出或提出的人不能自己清点或同意，请由另一个人办理。",
        "Whoever gave or requested it cannot count or grant it. Somebody else must.",
    ),
    LicenceCode.LICENCE_WORDS: Refusal(
        400, "请写明原因或差异。", "Please write the reason or the difference."
    ),
    LicenceCode.LICENCE_CASE: Refusal(
        409,
        "办件还没有作出准予决定，或决定已作废，不能登记、发放证照。",
        "The case is not granted, or its decision is void. No licence can be issued.",
    ),
    LicenceCode.LICENCE_OPEN: Refusal(
        409,
        "办件还没有办结，办结后才能归档和交换。",
        "The case has not ended. It is archived and exchanged afterwards.",
    ),
    LicenceCode.LICENCE_LEFT: Refusal(
        409,
        "办件还有未作废的证照，请先收回、作废证照，再作废办件。",
        "The case still has licences. Call them back and make them void before the case.",
    ),
    LicenceCode.LICENCE_TAKEN: Refusal(
        409,
        "这个证照编号（含正副本）已经登记过，请核对。",
        "This licence number, with its copy, is registered already. Please compare it.",
    ),
    LicenceCode.LICENCE_SHELF: Refusal(400, "请写明架位。", "Please state the place on the shelf."),
    LicenceCode.LICENCE_DUES: Refusal(
        409,
        "应缴费用还没有确认到账或批准减免，不能发放证照。",
        "Dues of the case are neither confirmed nor waived. The licence cannot be issued.",
    ),
    LicenceCode.LICENCE_IDENTITY: Refusal(
        409,
        "出示的证件与申请人的不符，请核对证件类型和号码。",
        "The document is not the applicant's. Please compare its kind and number.",
    ),
    LicenceCode.LICENCE_RECEIVER: Refusal(
        400,
        "请选择签收方式；代领的须写明代领人并留存授权委托书。",
        "Choose how it was signed for. An agent needs a name and an authorisation.",
    ),
    LicenceCode.LICENCE_ENTERED: Refusal(
        409,
        "不是电子证照，或已经登记归集。",
        "It is no electronic licence, or its entry is recorded already.",
    ),
    LicenceCode.LICENCE_COUNT: Refusal(
        400,
        "清点的本数与勾选的不一致，请重新清点。",
        "The number counted differs from those ticked. Please count again.",
    ),
    LicenceCode.WAYBILL_TAKEN: Refusal(
        409, "这个邮件号码已经用过，请核对。", "This waybill is registered already."
    ),
    LicenceCode.ROLL_FILE: Refusal(
        400,
        "无法识别这份清单：须为 CSV，依次为证照编号、名称、发证日期。出错在第 {line} 行。",
        "The list cannot be read: CSV with number, name and day of issue. Error in line {line}.",
    ),
    LicenceCode.ROLL_TAKEN: Refusal(409, "这份文件已经交过。", "This file was handed in already."),
}
