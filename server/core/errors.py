"""Refusals of the hall as stable error codes, with their HTTP status and their texts.

Rules raise `HallError` with a code and the data that an explanation needs. Each room declares its
own codes in `errors.py`: a subclass of `ErrorCode`, and `REFUSALS` with a `Refusal` for each of
them. `server.core.problems` makes the answer. A code never changes its meaning; new codes are
added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Pair = tuple[str, str]
"""Text in Chinese and English."""


class ErrorCode(StrEnum):
    """Base of the rooms' error codes; a code is unique among all rooms."""


class HallError(Exception):
    """Refusal with its code and the facts (`data`, JSON values) that explain it."""

    def __init__(self, code: ErrorCode, **data: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.data = data

    def __repr__(self) -> str:
        return f"HallError({self.code.value!r}, {self.data!r})"


@dataclass(frozen=True, slots=True)
class Refusal:
    """HTTP status and texts of an error code: the event, and the next step for its reader.

    `{name}` inserts a fact of the error's data; "—" if it is missing.
    """

    status: int
    zh: str
    en: str
    by: str = ""
    """Fact that decides the sentence; the general one is used for values without a case."""
    cases: Mapping[str, Pair] = field(default_factory=dict)
    sentences: Callable[[Mapping[str, Any]], Pair | None] | None = None
    """Returns the sentences where no single fact decides; None: the general ones."""
    facts: Callable[[Mapping[str, Any], int], Mapping[str, Any]] | None = None
    """Returns facts in words for the data and a language: 0 Chinese, 1 English."""

    def texts(self, data: Mapping[str, Any]) -> Pair:
        """Return the sentences for the data, with their braces."""
        chosen = self.sentences(data) if self.sentences else None
        if chosen is None and self.by:
            chosen = self.cases.get(str(data.get(self.by)))
        return chosen or (self.zh, self.en)


class CommonCode(ErrorCode):
    """Error codes that several rooms raise, of commands, sign-in and retroactive changes."""

    REASON_REQUIRED = "reason_required"
    PASSWORD_MUST_CHANGE = "password_must_change"
    NOT_SIGNED_IN = "not_signed_in"
    FORBIDDEN = "forbidden"
    CSRF = "csrf"
    ORIGIN = "origin"
    OWN_CASE = "own_case"
    DEVICE_UNKNOWN = "device_unknown"
    TOKEN_REVOKED = "token_revoked"
    PAST_REASON = "past_reason"
    PAST_ASKED = "past_asked"
    PAST_SECOND = "past_second"
    PAST_STATE = "past_state"
    PAST_STALE = "past_stale"
    PAST_UNKNOWN = "past_unknown"
    PAST_CLOSED = "past_closed"
    INVALID = "invalid"
    KEY_REQUIRED = "key_required"
    KEY_REUSED = "key_reused"
    TOO_MANY = "too_many"
    CHANGED_MEANWHILE = "changed_meanwhile"
    TOO_LARGE = "too_large"
    MEDIA_TYPE = "media_type"
    NOT_FOUND = "not_found"
    HALL_UNKNOWN = "hall_unknown"
    METHOD = "method"
    SETTING_INVALID = "setting_invalid"
    NOT_IN_WORKBOOK = "not_in_workbook"
    AT_MAIN_SERVER = "at_main_server"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


REFUSALS: dict[ErrorCode, Refusal] = {
    CommonCode.REASON_REQUIRED: Refusal(
        400,
        "请写明原因。",
        "Please give a reason.",
        by="outcome",
        cases={"refused": ("请写明不予受理的原因。", "Please say why it was refused.")},
    ),
    CommonCode.PASSWORD_MUST_CHANGE: Refusal(
        403, "请先修改一次性密码。", "Please change the one-time password first."
    ),
    CommonCode.NOT_SIGNED_IN: Refusal(401, "请先登录。", "Please sign in."),
    CommonCode.FORBIDDEN: Refusal(403, "您没有这个权限。", "You may not do this."),
    CommonCode.CSRF: Refusal(
        403, "页面已过期，请刷新后再试。", "The page is out of date. Please reload and try again."
    ),
    CommonCode.ORIGIN: Refusal(
        403,
        "请从大厅自己的网址打开页面再操作。",
        "Please open the page at the hall's own address and try again.",
    ),
    CommonCode.OWN_CASE: Refusal(
        403,
        "本人的申请或由本人提出的申请，须由他人审批。",
        "Your own case has to be decided by somebody else.",
    ),
    CommonCode.DEVICE_UNKNOWN: Refusal(404, "没有这个设备。", "There is no such device."),
    CommonCode.TOKEN_REVOKED: Refusal(
        401,
        "这台设备的登记已撤销，请重新登记。",
        "This device's enrolment was withdrawn. Please enrol it again.",
    ),
    CommonCode.PAST_REASON: Refusal(
        409,
        "这项操作会改动已经过去的日子（{count} 处），须写明理由，并由另一人确认。",
        "This moves {count} values of days that are over. Give a reason; a second person confirms.",
    ),
    CommonCode.PAST_ASKED: Refusal(
        409,
        "已提交更正（{count} 处）。由另一人在“更正确认”中确认后生效，现在没有任何改动。",
        "{count} values wait for a second person (“Changes of the past”). Nothing is changed yet.",
    ),
    CommonCode.PAST_SECOND: Refusal(
        403,
        "须由另一人确认：不能是提出的人，也不能是涉及的人。",
        "Somebody else must confirm it: not who asked, and not a person concerned.",
    ),
    CommonCode.PAST_STATE: Refusal(
        409,
        "这项更正已经处理过，请刷新页面查看。",
        "This change was dealt with already. Please look at it again.",
    ),
    CommonCode.PAST_STALE: Refusal(
        409,
        "提出以后情况已有变化，这项更正作废，请重新提出。",
        "The books have changed since this was asked for. Please ask for it anew.",
    ),
    CommonCode.PAST_UNKNOWN: Refusal(404, "没有这项更正。", "There is no such change."),
    CommonCode.PAST_CLOSED: Refusal(
        409,
        "这项操作会改动已经过去的日子，不能办理。",
        "This would change days that are over, and cannot be done.",
    ),
    CommonCode.INVALID: Refusal(
        400, "“{field}”填写有误，请检查。", "“{field}” is not right; please check it."
    ),
    CommonCode.KEY_REQUIRED: Refusal(
        400,
        "请求不完整，请刷新页面后重试。",
        "The request is not complete (no Idempotency-Key). Please reload and try again.",
    ),
    CommonCode.KEY_REUSED: Refusal(
        422,
        "操作编号重复，请刷新页面后重试。",
        "The number of this command (Idempotency-Key) was used for another one. Please reload.",
    ),
    CommonCode.TOO_MANY: Refusal(
        429, "操作过于频繁，请稍后再试。", "Too many requests. Please wait a moment."
    ),
    CommonCode.CHANGED_MEANWHILE: Refusal(
        409,
        "其他人刚刚修改过此处，您的修改没有保存。请查看新内容后再改。",
        "Somebody has changed this meanwhile; yours was not saved. Please look again.",
    ),
    CommonCode.TOO_LARGE: Refusal(
        413, "内容超过大小限制，请减小后再提交。", "The request is too large. Please send less."
    ),
    CommonCode.MEDIA_TYPE: Refusal(
        415,
        "提交内容的格式不对，请刷新页面后重试。",
        "The request is in a form that is not taken here. Please reload and try again.",
    ),
    CommonCode.NOT_FOUND: Refusal(
        404, "页面不存在，请检查网址。", "There is nothing at this address."
    ),
    CommonCode.HALL_UNKNOWN: Refusal(404, "没有这个大厅。", "There is no hall of this name here."),
    CommonCode.METHOD: Refusal(
        405, "这个地址不支持这种请求。", "This address does not take such requests."
    ),
    CommonCode.SETTING_INVALID: Refusal(
        400, "没有这项设置，没有保存任何内容。", "There is no such setting; nothing was saved."
    ),
    CommonCode.NOT_IN_WORKBOOK: Refusal(
        409,
        "工作簿中没有编码 {codes}，没有保存任何内容，请核对。",
        "The workbook has no {codes}; nothing was saved. Please check the code.",
        by="kind",
        cases={
            "item": (
                "事项编码 {codes} 不在工作簿中，或其单位不在本大厅。没有保存任何内容，请核对。",
                "No item of a unit in this hall has the code {codes}; nothing was saved.",
            ),
            "priority": (
                "人群编码 {codes} 不在工作簿中，或不是优先人群。没有保存任何内容，请核对。",
                "No group of people with priority has the code {codes}; nothing was saved.",
            ),
            "site": (
                "工作簿中没有编码为 {codes} 的办公地点。没有保存任何内容，请核对。",
                "The workbook has no building {codes}; nothing was saved. Please check the code.",
            ),
            "staff": (
                "工号 {codes} 不在工作簿的人员表中。没有保存任何内容，请核对。",
                "The staff list has no number {codes}; nothing was saved. Please check it.",
            ),
            "zone": (
                "工作簿中没有编码为 {codes} 的区域，请核对。主屏的名称是 main。",
                "The workbook has no zone {codes}. The main board's name is main.",
            ),
        },
        facts=lambda data, language: {
            "codes": ("、", ", ")[language].join(data.get("codes", ())) or "—"
        },
    ),
    CommonCode.AT_MAIN_SERVER: Refusal(
        409,
        "分中心的服务器不办这件事，请打开主厅的页面。",
        "A branch server does not do this. Please open the pages of the main hall.",
    ),
    CommonCode.UNAVAILABLE: Refusal(
        503,
        "系统暂时无法使用，请稍后再试。",
        "The system is not available now. Please try again later.",
    ),
    CommonCode.INTERNAL: Refusal(
        500,
        "系统出错，已自动记录。请再试一次，仍不行请联系系统管理员。",
        "Something went wrong and was recorded. Please try again, then ask a system administrator.",
    ),
}
