"""Words of gaps and contradictions, in Chinese and English."""

from __future__ import annotations

from server.disclosure.rules import Gap, OpenFinding

_WORDS: dict[Gap, tuple[str, str]] = {
    Gap.BASIS_WITHOUT_LAW: (
        "办理依据没有写明法律法规或文件的名称",
        "the basis names no law or document",
    ),
    Gap.BASIS_WITHOUT_ARTICLE: (
        "办理依据没有写明第几条、第几项或文号",
        "the basis names no article and no number of the document",
    ),
    Gap.PROMISE_OVER_LEGAL: (
        "承诺时限 {value} 个工作日，超过法定时限 {other} 个工作日",
        "promised {value} working days exceed the legal {other}",
    ),
    Gap.PROMISE_OVER_CALENDAR: (
        "承诺时限 {value} 个工作日，超过法定时限 {other} 个自然日",
        "promised {value} working days exceed the legal {other} calendar days",
    ),
    Gap.DIRECT_WITH_LIMIT: (
        "直接办理的事项，承诺时限却有 {value} 个工作日（当场办结的填0）",
        "the item is handled on the spot, yet {value} working days are promised",
    ),
    Gap.PROMISED_WITHOUT_LIMIT: (
        "承诺办理的事项，承诺时限却是0",
        "the item is handled within a promised limit, yet none is promised",
    ),
    Gap.UNIT_WITHOUT_LIMIT: (
        "法定时限单位是自然日，却没有填法定时限",
        "the legal limit counts calendar days, yet there is no legal limit",
    ),
    Gap.FEE_VAGUE: (
        "收费写的是“{value}”，应写明金额或计算方法",
        "the fee says “{value}” and no amount",
    ),
    Gap.FEE_WITHOUT_BASIS: ("收费但没有写收费依据", "a fee is charged without a basis"),
    Gap.SERVICE_OBJECT_MISSING: ("没有写服务对象", "who may apply is missing"),
    Gap.CONDITIONS_MISSING: ("没有写办理条件", "the conditions are missing"),
    Gap.QUOTA_MISSING: (
        "没有写数量限制（没有限制的写“无数量限制”）",
        "the limit of numbers is missing; without one say so",
    ),
    Gap.RESULT_MISSING: ("没有写办理结果的名称", "the result is missing"),
    Gap.VALIDITY_MISSING: (
        "没有写结果的有效期（没有的写“不适用”或“长期有效”）",
        "the validity of the result is missing",
    ),
    Gap.OFFICE_MISSING: ("没有写承办机构", "the office in charge is missing"),
    Gap.NETWORK_SCOPE_MISSING: ("没有选通办范围", "the area whose halls accept it is missing"),
    Gap.WAYS_MISSING: ("没有写办理形式", "the ways to apply are missing"),
    Gap.VISITS_MISSING: ("没有写到现场次数", "the number of visits is missing"),
    Gap.CONSULT_PHONE_MISSING: (
        "没有咨询电话，单位也没有电话",
        "there is no telephone for questions",
    ),
    Gap.COMPLAINT_PHONE_MISSING: (
        "没有投诉电话，单位也没有投诉电话",
        "there is no telephone for complaints",
    ),
    Gap.REMEDIES_MISSING: ("没有写救济途径", "the remedies are missing"),
    Gap.MATERIALS_MISSING: ("没有列出材料", "no materials are listed"),
    Gap.CATCH_ALL_MATERIAL: (
        "材料“{subject}”是兜底条款，应逐项写明",
        "the material “{subject}” is a catch-all",
    ),
    Gap.FORM_VAGUE: (
        "材料“{subject}”没有写明原件或复印件、几份",
        "the material “{subject}” does not say how many originals or copies",
    ),
    Gap.ISSUER_MISSING: (
        "材料“{subject}”没有写出具单位（自备的写“申请人自备”）",
        "the material “{subject}” does not say who issues it",
    ),
    Gap.CASE_MISSING: (
        "材料“{subject}”视情况提供，但没有写什么情况下提供",
        "the material “{subject}” is optional without saying when it is needed",
    ),
    Gap.TOLERABLE_OPTIONAL: (
        "材料“{subject}”可容缺，却不是必须提供的",
        "the material “{subject}” may follow later though it is optional",
    ),
    Gap.SHARED_ORIGINAL: (
        "材料“{subject}”由数据共享取得，却还要求原件",
        "the material “{subject}” is obtained by sharing, yet an original is asked for",
    ),
    Gap.FLOW_MISSING: ("没有列出办理流程", "the stages are missing"),
    Gap.FLOW_DAYS: (
        "流程各环节计入的时限共 {value} 个工作日，与承诺时限 {other} 个工作日不一致",
        "the stages take {value} working days, promised are {other}",
    ),
}


def words_of(finding: OpenFinding) -> tuple[str, str]:
    """Return the sentence of a finding in Chinese and in English."""
    zh, en = _WORDS[finding.code]
    data = {"subject": finding.subject, "value": finding.value, "other": finding.other}
    return zh.format(**data), en.format(**data)
