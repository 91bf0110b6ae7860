"""Gaps of disclosure: each field that is empty or contradicts another is named by its code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.catalogue.model import (
    CaseMode,
    FlowStage,
    Handling,
    Item,
    ItemKind,
    LimitUnit,
    Material,
    NetworkScope,
    Presence,
    Unit,
)
from server.catalogue.reference import load
from server.disclosure.rules import Gap, OpenFinding, findings, findings_of, is_free
from server.disclosure.words import words_of

UNIT = Unit("tax", "税务局", "Tax", "税务", "E", Presence.HALL, 20, "", "", "000-1", "000-2")
WHOLE = Item(
    code="tax-1",
    unit="tax",
    group="shop",
    name="延期申报核准",
    name_en="Late filing",
    kind=ItemKind.APPROVAL,
    handling=Handling.ACCEPTED,
    materials=(Material("申请表", "原件1份", issuer="申请人自备"),),
    legal_basis="《中华人民共和国税收征收管理法》第二十七条",
    promised_days=5,
    legal_days=10,
    fee="不收费",
    service_minutes=10,
    service_object="企业法人",
    conditions="不能按期申报",
    quota="无数量限制",
    result="核准决定书",
    result_validity="不适用",
    office="办税服务厅",
    network_scope=NetworkScope.HALL,
    ways="窗口办理",
    visits=0,
    remedies="60日内申请行政复议",
    flow=(
        FlowStage("受理", "窗口人员", 0.5, "受理凭证"),
        FlowStage("鉴定", "专家", 9, "鉴定意见", counted=False),
        FlowStage("决定", "负责人", 4.5, "核准决定书"),
    ),
)


def codes(item: Item, unit: Unit = UNIT) -> list[Gap]:
    return [finding.code for finding in findings_of(item, unit)]


def test_a_whole_item_has_no_finding() -> None:
    assert codes(WHOLE) == []


@pytest.mark.parametrize(
    ("field", "value", "gap"),
    [
        ("legal_basis", "税收征收管理法第二十七条", Gap.BASIS_WITHOUT_LAW),
        ("legal_basis", "《税收征收管理法》", Gap.BASIS_WITHOUT_ARTICLE),
        ("legal_basis", "《关于第二十七条的决定》", Gap.BASIS_WITHOUT_ARTICLE),
        ("service_object", "", Gap.SERVICE_OBJECT_MISSING),
        ("conditions", "", Gap.CONDITIONS_MISSING),
        ("quota", "", Gap.QUOTA_MISSING),
        ("result", "", Gap.RESULT_MISSING),
        ("result_validity", "", Gap.VALIDITY_MISSING),
        ("office", "", Gap.OFFICE_MISSING),
        ("network_scope", NetworkScope.UNSTATED, Gap.NETWORK_SCOPE_MISSING),
        ("ways", "", Gap.WAYS_MISSING),
        ("visits", None, Gap.VISITS_MISSING),
        ("remedies", "", Gap.REMEDIES_MISSING),
        ("materials", (), Gap.MATERIALS_MISSING),
        ("flow", (), Gap.FLOW_MISSING),
    ],
)
def test_each_empty_or_contradictory_field_is_named(field: str, value: object, gap: Gap) -> None:
    spoilt: dict[str, Any] = {field: value}
    assert list(findings_of(replace(WHOLE, **spoilt), UNIT)) == [OpenFinding("tax-1", gap, field)]


def test_an_item_for_consultation_is_accepted_in_no_network() -> None:
    advice = replace(WHOLE, handling=Handling.CONSULT, network_scope=NetworkScope.UNSTATED)
    assert codes(advice) == []


def test_a_place_in_a_regulation_is_an_article_an_annex_or_a_number() -> None:
    for basis in (
        "《民法典》第一千零四十六条",
        "《决定》附件第37项",
        "《通知》（财税〔2019〕45号）",
        "《办法》（公安部令第78号）",
    ):
        assert codes(replace(WHOLE, legal_basis=basis)) == []


def test_a_promise_is_never_longer_than_the_law_allows() -> None:
    late = replace(WHOLE, legal_days=4)
    assert list(findings_of(late, UNIT)) == [
        OpenFinding("tax-1", Gap.PROMISE_OVER_LEGAL, "promised_days", "", "5", "4")
    ]
    assert codes(replace(WHOLE, legal_days=5)) == []
    assert codes(replace(WHOLE, legal_days=0)) == [], "the law names no limit"


def test_a_limit_of_calendar_days_holds_fewer_working_days() -> None:
    calendar = replace(WHOLE, legal_days=6, legal_unit=LimitUnit.CALENDAR)
    assert list(findings_of(calendar, UNIT)) == [
        OpenFinding("tax-1", Gap.PROMISE_OVER_CALENDAR, "promised_days", "", "5", "6")
    ]
    assert codes(replace(calendar, legal_days=7)) == []
    assert list(findings_of(replace(calendar, legal_days=0), UNIT)) == [
        OpenFinding("tax-1", Gap.UNIT_WITHOUT_LIMIT, "legal_unit")
    ]


def test_the_stated_mode_fits_the_promise() -> None:
    at_once = replace(WHOLE, promised_days=0, flow=(FlowStage("办理", "窗口人员", 0, "决定书"),))
    assert list(findings_of(replace(WHOLE, mode=CaseMode.DIRECT), UNIT)) == [
        OpenFinding("tax-1", Gap.DIRECT_WITH_LIMIT, "mode", value="5")
    ]
    assert list(findings_of(replace(at_once, mode=CaseMode.PROMISED), UNIT)) == [
        OpenFinding("tax-1", Gap.PROMISED_WITHOUT_LIMIT, "mode")
    ]
    others = set(CaseMode) - {CaseMode.DIRECT, CaseMode.PROMISED}
    assert [codes(replace(item, mode=m)) for m in others for item in (WHOLE, at_once)] == [
        [] for _ in range(2 * len(others))
    ]
    assert codes(replace(WHOLE, mode=CaseMode.PROMISED)) == []
    assert codes(replace(at_once, mode=CaseMode.DIRECT)) == []


def test_an_unstated_mode_follows_from_the_promise() -> None:
    assert WHOLE.case_mode is CaseMode.PROMISED
    assert replace(WHOLE, promised_days=0).case_mode is CaseMode.DIRECT
    assert replace(WHOLE, promised_days=0, mode=CaseMode.REPLY).case_mode is CaseMode.REPLY


@pytest.mark.parametrize("fee", ["每本10元", "每本 2.5 元", "首次不收费；补领的按件收取"])
def test_a_fee_needs_a_basis(fee: str) -> None:
    charged = replace(WHOLE, fee=fee)
    missing = OpenFinding("tax-1", Gap.FEE_WITHOUT_BASIS, "fee_basis", value=fee)
    assert list(findings_of(charged, UNIT)) == [missing]
    assert codes(replace(charged, fee_basis="《办法》第二条")) == []


@pytest.mark.parametrize(
    "fee", ["按规定收取工本费", "按照有关规定收取", "按国家标准收取", "按相关规定收取"]
)
def test_a_fee_says_how_much(fee: str) -> None:
    vague = replace(WHOLE, fee=fee, fee_basis="《办法》第二条")
    expected = OpenFinding("tax-1", Gap.FEE_VAGUE, "fee", value=fee)
    assert list(findings_of(vague, UNIT)) == [expected]


@pytest.mark.parametrize("fee", ["不收费", "免费", "免收登记费", "不收费（依法预缴税款）"])
def test_nothing_charged_needs_no_basis(fee: str) -> None:
    assert is_free(fee)
    assert codes(replace(WHOLE, fee=fee)) == []
    assert not is_free(f"{fee}，补领10元")


def test_telephones_of_the_unit_count_where_the_item_names_none() -> None:
    silent = replace(UNIT, phone="", complaint_phone="")
    assert list(findings_of(WHOLE, silent)) == [
        OpenFinding("tax-1", Gap.CONSULT_PHONE_MISSING, "consult_phone"),
        OpenFinding("tax-1", Gap.COMPLAINT_PHONE_MISSING, "complaint_phone"),
    ]
    own = replace(WHOLE, consult_phone="1", complaint_phone="2")
    assert codes(own, silent) == []


@pytest.mark.parametrize(
    ("material", "gap", "field"),
    [
        (Material("其他材料", "原件1份", issuer="自备"), Gap.CATCH_ALL_MATERIAL, "name"),
        (Material("法律规定的其他相关文件", "1份", issuer="自备"), Gap.CATCH_ALL_MATERIAL, "name"),
        (Material("有关材料", "1份", issuer="自备"), Gap.CATCH_ALL_MATERIAL, "name"),
        (Material("申请表", "", issuer="自备"), Gap.FORM_VAGUE, "form"),
        (Material("身份证", "原件核验", issuer="公安机关"), None, ""),
        (Material("照片", "2张"), Gap.ISSUER_MISSING, "issuer"),
        (Material("照片", "2张", required=False, issuer="自备"), Gap.CASE_MISSING, "when_needed"),
        (Material("照片（换领时）", "2张", required=False, issuer="自备"), None, ""),
        (Material("照片", "2张", required=False, issuer="自备", when_needed="换领时"), None, ""),
        (
            Material("照片（换领时）", "2张", False, "自备", tolerable=True),
            Gap.TOLERABLE_OPTIONAL,
            "tolerable",
        ),
        (Material("照片", "2张", issuer="自备", tolerable=True), None, ""),
        (
            Material("营业执照", "原件1份", issuer="登记机关", by_sharing=True),
            Gap.SHARED_ORIGINAL,
            "by_sharing",
        ),
        (Material("营业执照", "电子件1份", issuer="登记机关", by_sharing=True), None, ""),
    ],
)
def test_each_paper_is_complete(material: Material, gap: Gap | None, field: str) -> None:
    named = list(findings_of(replace(WHOLE, materials=(material,)), UNIT))
    expected = OpenFinding("tax-1", gap, field, material.name) if gap else None
    assert named == ([expected] if expected else [])


def test_the_stages_take_the_promised_time() -> None:
    longer = replace(WHOLE, promised_days=6)
    assert list(findings_of(longer, UNIT)) == [
        OpenFinding("tax-1", Gap.FLOW_DAYS, "flow", "", "5", "6")
    ]
    slower = replace(WHOLE, flow=(FlowStage("审查", "经办人", 5.4, "意见"),))
    assert list(findings_of(slower, UNIT)) == [
        OpenFinding("tax-1", Gap.FLOW_DAYS, "flow", "", "5.4", "5")
    ]
    tenths = tuple(FlowStage("审查", "经办人", 0.1, "意见") for _ in range(30))
    assert codes(replace(WHOLE, promised_days=3, flow=tenths)) == []


def test_every_finding_has_a_sentence_in_both_languages() -> None:
    for code in Gap:
        zh, en = words_of(OpenFinding("x", code, "f", "照片", "1", "2"))
        assert "{" not in zh + en
        assert zh != en


def test_the_reference_hall_has_nothing_open() -> None:
    hall = load()
    assert len(hall.items) == 169
    assert list(findings(hall)) == []


def test_findings_come_in_the_order_of_the_items() -> None:
    hall = load()
    spoilt = tuple(replace(item, result="", quota="") for item in hall.items)
    named = [finding.item for finding in findings(replace(hall, items=spoilt))]
    assert named == [item.code for item in hall.items for _ in range(2)]
