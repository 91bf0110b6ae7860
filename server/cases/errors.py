"""Error codes of cases, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class CaseCode(ErrorCode):
    """Error codes of cases."""

    CASE_UNKNOWN = "case_unknown"
    CASE_NUMBER = "case_number"
    CASE_ITEM = "case_item"
    CASE_TICKET = "case_ticket"
    CASE_TAKEN = "case_taken"
    CASE_ID_NUMBER = "case_id_number"
    CASE_STATE = "case_state"
    CASE_POST = "case_post"
    CASE_OFFICE = "case_office"
    CASE_SECOND = "case_second"
    CASE_HANDS = "case_hands"
    CASE_STAGES = "case_stages"
    CASE_MATERIALS = "case_materials"
    CASE_TOLERANCE = "case_tolerance"
    CASE_PLEDGE = "case_pledge"
    CASE_WORDS = "case_words"
    CASE_OUTCOME = "case_outcome"
    CASE_BASIS = "case_basis"
    CASE_DAYS = "case_days"
    CASE_EXTENDED = "case_extended"
    CASE_SERVED = "case_served"
    CASE_COVER = "case_cover"


REFUSALS: dict[ErrorCode, Refusal] = {
    CaseCode.CASE_UNKNOWN: Refusal(
        404,
        "没有这个办件，或手机号后四位不对，请对照受理通知书核对。",
        "There is no such case, or the last four digits of the telephone are wrong.",
    ),
    CaseCode.CASE_NUMBER: Refusal(
        400,
        "办件编号有误，请对照受理通知书重新输入。",
        "The case number has a wrong digit. Please compare it with your notice.",
    ),
    CaseCode.CASE_ITEM: Refusal(
        409,
        "这个事项本厅仅咨询，不能登记办件。",
        "The hall only advises on this item. No case can be opened.",
    ),
    CaseCode.CASE_TICKET: Refusal(
        409,
        "请先叫号并开始办理，再登记这个号码的办件。",
        "Please call the number and start the service first.",
    ),
    CaseCode.CASE_TAKEN: Refusal(
        409,
        "这个外部编号已经登记过，办件编号 {number}。",
        "This number of the other system is registered already, as case {number}.",
    ),
    CaseCode.CASE_ID_NUMBER: Refusal(
        400, "证件号码有误，请核对证件。", "The ID number is wrong. Please compare the document."
    ),
    CaseCode.CASE_STATE: Refusal(
        409,
        "办件现在不能这样处理，请看一下它进行到哪一步。",
        "The case is not at this step. Please look at it again.",
    ),
    CaseCode.CASE_POST: Refusal(
        403,
        "这一步由担任相应审批岗位的人办理。",
        "This step is taken by whoever holds the post for it.",
    ),
    CaseCode.CASE_OFFICE: Refusal(
        403, "这一步由中心管理人员办理。", "This step is taken by the hall's office."
    ),
    CaseCode.CASE_SECOND: Refusal(
        403,
        "申请的人不能自己批准，请由另一个人批准。",
        "Whoever requested it cannot grant it. Somebody else must.",
    ),
    CaseCode.CASE_HANDS: Refusal(
        403,
        "这个事项的受理、审核、审批须由三个人分别办理。",
        "For this item three different people handle, review and approve.",
    ),
    CaseCode.CASE_STAGES: Refusal(
        409,
        "这个事项须经审核和审批，不能当场决定。",
        "This item has to be reviewed and approved. It cannot be decided on the spot.",
    ),
    CaseCode.CASE_MATERIALS: Refusal(
        409,
        "材料还没有登记，或还有需要补正的材料，请先登记材料。",
        "The materials are not recorded, or some are still faulty. Please record them first.",
    ),
    CaseCode.CASE_TOLERANCE: Refusal(
        409,
        "缺少的材料里有不能容缺的，或材料已经齐全、已经作过承诺，请一次告知补正或直接受理。",
        "Some missing material cannot follow later, or nothing is missing or was pledged before.",
    ),
    CaseCode.CASE_PLEDGE: Refusal(
        409,
        "申请人承诺容缺补交的材料还没有补齐，不能作出决定。",
        "The materials that the applicant pledged have not come. It cannot be decided yet.",
    ),
    CaseCode.CASE_WORDS: Refusal(400, "请写明意见或理由。", "Please write the opinion or reason."),
    CaseCode.CASE_OUTCOME: Refusal(
        400, "请选择决定：准予或不予。", "Please choose the decision: granted or refused."
    ),
    CaseCode.CASE_BASIS: Refusal(
        400,
        "请选择中止的事由：听证、检验检测、勘验或专家评审。",
        "Please choose why the time stops: hearing, test, inspection or expert review.",
    ),
    CaseCode.CASE_DAYS: Refusal(
        400, "请写明所需的工作日数。", "Please state the number of working days."
    ),
    CaseCode.CASE_EXTENDED: Refusal(409, "只能延期一次。", "The time can be extended only once."),
    CaseCode.CASE_SERVED: Refusal(
        409, "这份文书已经登记送达。", "The service of this paper is recorded already."
    ),
    CaseCode.CASE_COVER: Refusal(
        403,
        "只有指定的代岗人（B 角），或中心管理人员，才能接办这些办件。",
        "Only the cover named in the business data, or a manager, can take over these cases.",
    ),
}
