"""Error codes of disclosure, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class DisclosureCode(ErrorCode):
    """Error codes of disclosure."""

    UNIT_UNKNOWN = "unit_unknown"


REFUSALS: dict[ErrorCode, Refusal] = {
    DisclosureCode.UNIT_UNKNOWN: Refusal(404, "没有这个单位。", "There is no such unit."),
}
