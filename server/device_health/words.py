"""Texts of refusals about devices, their bindings, and the numbers of kiosks.

Part of `problems.WORDS`: status, Chinese, English.
"""

from __future__ import annotations

from server.core.errors import Code

WORDS: dict[Code, tuple[int, str, str]] = {
    Code.KIOSK_PACE: (
        409,
        "这台取号机发放该部门号码过快，已暂停几分钟，请到咨询台取号。",
        "This kiosk is paused for this service. Please take your number at the information desk.",
    ),
    Code.NUMBERS_AT_DESK: (
        409,
        "取号机上该部门的号码已经取完，请到咨询台取号。",
        "The kiosks have no more numbers for this. Please take one at the information desk.",
    ),
    Code.DEVICE_UNKNOWN: (404, "没有这个设备。", "There is no such device."),
    Code.DEVICE_CLAIM: (
        409,
        "这台设备的申请已经变化，请按页面上的最新内容重新核对。",
        "What this device asks for has changed. Please look at it again.",
    ),
    Code.TOKEN_REVOKED: (
        401,
        "这台设备的登记已撤销，请重新登记。",
        "This device's enrolment was withdrawn. Please enrol it again.",
    ),
}
