"""Error codes of complaints, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class ComplaintCode(ErrorCode):
    """Error codes of complaints."""

    COMPLAINT_UNKNOWN = "complaint_unknown"
    COMPLAINT_NUMBER = "complaint_number"
    COMPLAINT_ABOUT = "complaint_about"
    COMPLAINT_EMPTY = "complaint_empty"
    COMPLAINT_OWN = "complaint_own"
    COMPLAINT_TAKEN = "complaint_taken"
    COMPLAINT_STATE = "complaint_state"
    COMPLAINT_OFFICE = "complaint_office"
    COMPLAINT_SECOND = "complaint_second"
    COMPLAINT_WORDS = "complaint_words"
    COMPLAINT_OUTCOME = "complaint_outcome"
    COMPLAINT_EXTENDED = "complaint_extended"


REFUSALS: dict[ErrorCode, Refusal] = {
    ComplaintCode.COMPLAINT_UNKNOWN: Refusal(
        404,
        "没有这条投诉，或查询码不对，请核对回执上的编号和查询码。",
        "There is no such complaint, or the code is wrong. Please compare both with your receipt.",
    ),
    ComplaintCode.COMPLAINT_NUMBER: Refusal(
        400,
        "编号有误，请对照回执重新输入。",
        "The number has a wrong digit. Please compare it with your receipt.",
    ),
    ComplaintCode.COMPLAINT_ABOUT: Refusal(
        400,
        "请选择投诉的对象：部门、窗口、人员或某一次办理。",
        "Please choose the unit, window, person or visit that it is about.",
    ),
    ComplaintCode.COMPLAINT_EMPTY: Refusal(
        400, "请选择或写明投诉的内容。", "Please choose or write what it is about."
    ),
    ComplaintCode.COMPLAINT_OWN: Refusal(
        403,
        "被投诉的人不能登记对自己的投诉，请由他人登记。",
        "Whoever is complained of cannot enter the complaint. Somebody else can.",
    ),
    ComplaintCode.COMPLAINT_TAKEN: Refusal(
        409,
        "这个来源编号已经登记过，编号 {number}。",
        "This number of the sender is registered already as {number}.",
    ),
    ComplaintCode.COMPLAINT_STATE: Refusal(
        409,
        "这条投诉现在不能这样处理，请看一下它进行到哪一步。",
        "The complaint is not at this step. Please look at it again.",
    ),
    ComplaintCode.COMPLAINT_OFFICE: Refusal(
        403,
        "这一步由中心管理人员办理。",
        "This step is taken by the hall's office.",
    ),
    ComplaintCode.COMPLAINT_SECOND: Refusal(
        403,
        "申请延期的人不能批准延期，请由另一位管理人员批准。",
        "Whoever requested more time cannot grant it. Another manager must.",
    ),
    ComplaintCode.COMPLAINT_WORDS: Refusal(
        400, "请写明理由或答复内容。", "Please write the reason or the answer."
    ),
    ComplaintCode.COMPLAINT_OUTCOME: Refusal(
        400,
        "请选择调查结论：属实、部分属实或不属实。",
        "Please choose the outcome: proven, partly proven or not proven.",
    ),
    ComplaintCode.COMPLAINT_EXTENDED: Refusal(
        409, "只能延期一次。", "The time can be extended only once."
    ),
}
