"""Error codes of desk actions without the server, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class OfflineCode(ErrorCode):
    """Error codes of desk actions without the server."""

    ACTS_UNKNOWN = "acts_unknown"
    ACTS_SETTLED = "acts_settled"


REFUSALS: dict[ErrorCode, Refusal] = {
    OfflineCode.ACTS_UNKNOWN: Refusal(
        404, "没有这条待核对的操作。", "No such act waits to be looked at."
    ),
    OfflineCode.ACTS_SETTLED: Refusal(
        409, "这条操作已经核对过了。", "Somebody has settled this already."
    ),
}
