"""Error codes of branch servers, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class BranchCode(ErrorCode):
    """Error codes of branch servers."""

    BRANCH_UNKNOWN = "branch_unknown"
    BRANCH_RUNS = "branch_runs"
    BRANCH_SITE = "branch_site"
    BRANCH_BLOCK = "branch_block"
    BRANCH_VERSION = "branch_version"
    BRANCH_BROKEN = "branch_broken"
    BRANCH_ROW = "branch_row"


REFUSALS: dict[ErrorCode, Refusal] = {
    BranchCode.BRANCH_UNKNOWN: Refusal(
        404, "没有这个分中心，或已经停用。", "There is no such branch, or it has ended."
    ),
    BranchCode.BRANCH_RUNS: Refusal(
        409,
        "这个办公地点已有自己的服务器。",
        "This building already has a server of its own.",
    ),
    BranchCode.BRANCH_SITE: Refusal(
        409,
        "请选择主楼以外的办公地点。",
        "Please choose a building other than the main one.",
    ),
    BranchCode.BRANCH_BLOCK: Refusal(
        409,
        "号段不合适：须在 {low}–999 之间，至少 {size} 个号，不与其他分中心重叠。",
        "These numbers do not fit: from {low} to 999, at least {size}, none of another branch.",
    ),
    BranchCode.BRANCH_VERSION: Refusal(
        409,
        "两边的软件版本不同，请先升级到同一版本；升级前各自照常工作。",
        "The two servers run different versions. Upgrade both; until then each goes on working.",
    ),
    BranchCode.BRANCH_BROKEN: Refusal(
        409,
        "分中心送来的记录和主厅已收的接不上（可能恢复过旧备份），请重新加入。",
        "The branch's records do not continue those received here (an old backup?). Join again.",
    ),
    BranchCode.BRANCH_ROW: Refusal(
        409,
        "分中心送来了不归它管的记录，已全部退回。",
        "The branch sent a record that is not its own; the whole delivery was refused.",
    ),
}
