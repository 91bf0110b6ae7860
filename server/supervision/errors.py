"""Error codes of electronic supervision, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class SupervisionCode(ErrorCode):
    """Error codes of electronic supervision."""

    EXPLAIN_CHIEF = "explain_chief"
    EXPLAIN_DIGEST = "explain_digest"


REFUSALS: dict[ErrorCode, Refusal] = {
    SupervisionCode.EXPLAIN_CHIEF: Refusal(
        403,
        "只有单位的首席代表可以说明情况。",
        "Only a unit's chief representative can explain.",
    ),
    SupervisionCode.EXPLAIN_DIGEST: Refusal(
        400,
        "批量导入须写明导入文件的校验码。",
        "A batch import needs the digest of the imported file.",
    ),
}
