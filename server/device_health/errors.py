"""Error codes of device claims, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class DeviceCode(ErrorCode):
    """Error codes of device claims."""

    DEVICE_CLAIM = "device_claim"


REFUSALS: dict[ErrorCode, Refusal] = {
    DeviceCode.DEVICE_CLAIM: Refusal(
        409,
        "这台设备的申请已经变化，请按页面上的最新内容重新核对。",
        "What this device asks for has changed. Please look at it again.",
    ),
}
