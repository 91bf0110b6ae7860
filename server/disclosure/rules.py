"""Rules of disclosure: gaps and contradictions in what the public is told of an item.

They look at one version of the business data and name every field that is empty or does not fit
another, each with a stable code. Words for people are in `words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from server.catalogue.model import (
    CaseMode,
    Catalogue,
    Handling,
    Item,
    LimitUnit,
    Material,
    NetworkScope,
    Unit,
)


class Gap(StrEnum):
    """Stable code of a gap or a contradiction."""

    BASIS_WITHOUT_LAW = "basis_without_law"
    BASIS_WITHOUT_ARTICLE = "basis_without_article"
    PROMISE_OVER_LEGAL = "promise_over_legal"
    PROMISE_OVER_CALENDAR = "promise_over_calendar"
    DIRECT_WITH_LIMIT = "direct_with_limit"
    PROMISED_WITHOUT_LIMIT = "promised_without_limit"
    UNIT_WITHOUT_LIMIT = "unit_without_limit"
    FEE_VAGUE = "fee_vague"
    FEE_WITHOUT_BASIS = "fee_without_basis"
    SERVICE_OBJECT_MISSING = "service_object_missing"
    CONDITIONS_MISSING = "conditions_missing"
    QUOTA_MISSING = "quota_missing"
    RESULT_MISSING = "result_missing"
    VALIDITY_MISSING = "validity_missing"
    OFFICE_MISSING = "office_missing"
    NETWORK_SCOPE_MISSING = "network_scope_missing"
    WAYS_MISSING = "ways_missing"
    VISITS_MISSING = "visits_missing"
    CONSULT_PHONE_MISSING = "consult_phone_missing"
    COMPLAINT_PHONE_MISSING = "complaint_phone_missing"
    REMEDIES_MISSING = "remedies_missing"
    MATERIALS_MISSING = "materials_missing"
    CATCH_ALL_MATERIAL = "catch_all_material"
    FORM_VAGUE = "form_vague"
    ISSUER_MISSING = "issuer_missing"
    CASE_MISSING = "case_missing"
    TOLERABLE_OPTIONAL = "tolerable_optional"
    SHARED_ORIGINAL = "shared_original"
    FLOW_MISSING = "flow_missing"
    FLOW_DAYS = "flow_days"


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """Gap of an item.

    `field` is one of the item, or of its paper `subject`. `value` and `other` are for its words.
    """

    item: str
    code: Gap
    field: str
    subject: str = ""
    value: str = ""
    other: str = ""


# A place in a regulation: an article, an item of an annex, or the number of the document.
_PLACE = re.compile(r"第[一二三四五六七八九十百千零〇\d]+[条项款]|〔\d{4}〕\d+号|令\S*第\s*\d+号")
_LAW = re.compile(r"《[^《》]+》")
_VAGUE = re.compile(r"按(照)?(有关|相关|国家)?(规定|标准)")
_FREE = re.compile(r"不收费|免费|免收")
_AMOUNT = re.compile(r"\d+(\.\d+)?\s*元")
_CATCH_ALL = re.compile(
    r"其他(有关|相关|必要)?的?(材料|资料|文件|证明)|(需要|要求)(提供|提交)的其他|^(有关|相关)(材料|资料|文件|证明)"
)
_COUNT = re.compile(r"\d+\s*(份|张|本|套)|核验")
_CASE = re.compile(r"（[^（）]*(时|时交验|的)）")

_REQUIRED_TEXTS = (
    ("service_object", Gap.SERVICE_OBJECT_MISSING),
    ("conditions", Gap.CONDITIONS_MISSING),
    ("quota", Gap.QUOTA_MISSING),
    ("result", Gap.RESULT_MISSING),
    ("result_validity", Gap.VALIDITY_MISSING),
    ("office", Gap.OFFICE_MISSING),
    ("ways", Gap.WAYS_MISSING),
    ("remedies", Gap.REMEDIES_MISSING),
)


def findings(catalogue: Catalogue) -> Iterator[OpenFinding]:
    """Yield all findings, in the order of the items."""
    for item in catalogue.items:
        yield from findings_of(item, catalogue.unit_by[item.unit])


def findings_of(item: Item, unit: Unit) -> Iterator[OpenFinding]:
    """Yield the findings of one item; where it names no telephone, its unit's counts."""
    yield from _law_and_time(item)
    yield from _fee(item)
    for field, code in _REQUIRED_TEXTS:
        if not getattr(item, field):
            yield OpenFinding(item.code, code, field)
    accepted = item.handling is Handling.ACCEPTED
    if accepted and item.network_scope is NetworkScope.UNSTATED:
        yield OpenFinding(item.code, Gap.NETWORK_SCOPE_MISSING, "network_scope")
    if item.visits is None:
        yield OpenFinding(item.code, Gap.VISITS_MISSING, "visits")
    if not (item.consult_phone or unit.phone):
        yield OpenFinding(item.code, Gap.CONSULT_PHONE_MISSING, "consult_phone")
    if not (item.complaint_phone or unit.complaint_phone):
        yield OpenFinding(item.code, Gap.COMPLAINT_PHONE_MISSING, "complaint_phone")
    if not item.materials:
        yield OpenFinding(item.code, Gap.MATERIALS_MISSING, "materials")
    for material in item.materials:
        yield from _material(item, material)
    yield from _flow(item)


def _law_and_time(item: Item) -> Iterator[OpenFinding]:
    if not _LAW.search(item.legal_basis):
        yield OpenFinding(item.code, Gap.BASIS_WITHOUT_LAW, "legal_basis")
    elif not _PLACE.search(_LAW.sub("", item.legal_basis)):
        yield OpenFinding(item.code, Gap.BASIS_WITHOUT_ARTICLE, "legal_basis")
    in_calendar_days = item.legal_unit is LimitUnit.CALENDAR
    if item.promise_exceeds_law:
        code = Gap.PROMISE_OVER_CALENDAR if in_calendar_days else Gap.PROMISE_OVER_LEGAL
        days = str(item.promised_days), str(item.legal_days)
        yield OpenFinding(item.code, code, "promised_days", "", *days)
    if in_calendar_days and not item.legal_days:
        yield OpenFinding(item.code, Gap.UNIT_WITHOUT_LIMIT, "legal_unit")
    if item.mode is CaseMode.DIRECT and item.promised_days:
        days_promised = str(item.promised_days)
        yield OpenFinding(item.code, Gap.DIRECT_WITH_LIMIT, "mode", value=days_promised)
    if item.mode is CaseMode.PROMISED and not item.promised_days:
        yield OpenFinding(item.code, Gap.PROMISED_WITHOUT_LIMIT, "mode")


def is_free(fee: str) -> bool:
    """Return True if the words of a fee say that nothing is charged in any case."""
    return bool(_FREE.search(fee)) and not _AMOUNT.search(fee) and "；" not in fee


def _fee(item: Item) -> Iterator[OpenFinding]:
    if _VAGUE.search(item.fee):
        yield OpenFinding(item.code, Gap.FEE_VAGUE, "fee", value=item.fee)
    if not is_free(item.fee) and not item.fee_basis:
        yield OpenFinding(item.code, Gap.FEE_WITHOUT_BASIS, "fee_basis", value=item.fee)


def _material(item: Item, material: Material) -> Iterator[OpenFinding]:
    def of_paper(code: Gap, field: str) -> OpenFinding:
        return OpenFinding(item.code, code, field, material.name)

    if _CATCH_ALL.search(material.name):
        yield of_paper(Gap.CATCH_ALL_MATERIAL, "name")
    if not _COUNT.search(material.form):
        yield of_paper(Gap.FORM_VAGUE, "form")
    if not material.issuer:
        yield of_paper(Gap.ISSUER_MISSING, "issuer")
    if not material.required and not (material.when_needed or _CASE.search(material.name)):
        yield of_paper(Gap.CASE_MISSING, "when_needed")
    if material.tolerable and not material.required:
        yield of_paper(Gap.TOLERABLE_OPTIONAL, "tolerable")
    if material.by_sharing and "原件" in material.form:
        yield of_paper(Gap.SHARED_ORIGINAL, "by_sharing")


def _flow(item: Item) -> Iterator[OpenFinding]:
    if not item.flow:
        yield OpenFinding(item.code, Gap.FLOW_MISSING, "flow")
        return
    days = round(sum(stage.days for stage in item.flow if stage.counted), 1)
    if days != item.promised_days:
        figures = f"{days:g}", str(item.promised_days)
        yield OpenFinding(item.code, Gap.FLOW_DAYS, "flow", "", *figures)
