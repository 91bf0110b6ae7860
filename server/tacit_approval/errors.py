"""Error codes of approval by silence, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class TacitCode(ErrorCode):
    """Error codes of approval by silence."""

    TACIT_UNKNOWN = "tacit_unknown"
    TACIT_STATE = "tacit_state"
    TACIT_SECOND = "tacit_second"
    TACIT_WORDS = "tacit_words"
    TACIT_BARRED = "tacit_barred"
    TACIT_LIMIT = "tacit_limit"


REFUSALS: dict[ErrorCode, Refusal] = {
    TacitCode.TACIT_UNKNOWN: Refusal(
        404, "没有这个超时默许方案。", "There is no such scheme of approval by silence."
    ),
    TacitCode.TACIT_STATE: Refusal(
        409,
        "这个方案已经生效或已经停用，请看一下它现在的状态。",
        "This scheme is in force or withdrawn already. Please look at it again.",
    ),
    TacitCode.TACIT_SECOND: Refusal(
        403,
        "提出方案的人不能自己签署，请由另一个人签署。",
        "Whoever proposed the scheme cannot sign it as well. Somebody else must.",
    ),
    TacitCode.TACIT_WORDS: Refusal(
        400, "请写明停用的理由。", "Please write why the scheme is withdrawn."
    ),
    TacitCode.TACIT_BARRED: Refusal(
        409,
        "这些事项涉及安全风险或他人权益，不适用超时默许：{items}。",
        "Silence never decides on these items, which touch hazards or rights of others: {items}.",
    ),
    TacitCode.TACIT_LIMIT: Refusal(
        409,
        "这些事项没有这个时限，不能按它默许：{items}。",
        "These items have no such limit after which silence could count: {items}.",
    ),
}
