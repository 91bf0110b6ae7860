"""Published record of an item: its digest, what changed since, and the words of a notice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace

from server.catalogue.model import (
    CaseMode,
    FlowStage,
    Handling,
    Item,
    ItemKind,
    LimitUnit,
    Material,
)
from server.catalogue.workbook.digest import item_digest
from server.one_time_notices.publication import (
    ITEM_WORDS,
    MATERIAL_WORDS,
    REMEDIES,
    UNCOMPARED,
    Change,
    MaterialHelp,
    changes,
    digest_shown,
    help_of,
    remedies_of,
    requirements,
)
from server.one_time_notices.rules import MaterialFault
from server.one_time_notices.words import day_words, fault_words, grouped

FORM, CARD, PROXY = (
    Material("申请表", "原件1份"),
    Material("身份证", "原件"),
    Material("委托书", required=False),
)
ITEM = Item(
    code="tax-1",
    unit="tax",
    group="life",
    name="登记",
    name_en="Registration",
    kind=ItemKind.APPROVAL,
    handling=Handling.ACCEPTED,
    materials=(FORM, CARD, PROXY),
    legal_basis="测试条例第一条",
    promised_days=5,
    legal_days=10,
    fee="不收费",
    service_minutes=8.0,
)


def with_materials(*materials: Material) -> Item:
    return replace(ITEM, materials=materials)


def test_the_digest_is_of_what_is_asked_for_and_of_the_law() -> None:
    same = replace(ITEM, fee="10元", keywords=("税",), promised_days=1, name="名称")
    assert requirements(same) == requirements(ITEM)
    others = [
        replace(ITEM, legal_basis="测试条例第二条"),
        with_materials(FORM, CARD),
        with_materials(CARD, FORM, PROXY),
        with_materials(FORM, replace(CARD, form="复印件"), PROXY),
        with_materials(FORM, CARD, replace(PROXY, required=True)),
    ]
    assert len({requirements(item) for item in (ITEM, *others)}) == 6


def test_the_digest_leaves_out_fields_with_their_default() -> None:
    """A field that the catalogue gains later changes no digest of an older hand-in."""
    listed = [
        {"name": "申请表", "form": "原件1份"},
        {"name": "身份证", "form": "原件"},
        {"name": "委托书", "required": False},
    ]
    text = json.dumps([listed, "测试条例第一条"], ensure_ascii=False, sort_keys=True)
    assert requirements(ITEM) == hashlib.sha256(text.encode()).hexdigest()


def test_nothing_changed() -> None:
    unseen = replace(ITEM, code="x", unit="y", group="z", keywords=("a",), service_minutes=1.0)
    assert changes(ITEM, unseen) == []


def test_changed_fields_are_named_with_both_values() -> None:
    now = replace(ITEM, fee="10元", promised_days=0, handling=Handling.CONSULT)
    assert changes(ITEM, now) == [
        Change("是否受理", "handling", "本厅受理", "本厅仅咨询"),
        Change("承诺时限（工作日）", "promised limit (working days)", "5", "0"),
        Change("收费", "fee", "不收费", "10元"),
    ]
    law = replace(ITEM, legal_days=15, legal_unit=LimitUnit.CALENDAR, mode=CaseMode.JOINT)
    assert changes(ITEM, replace(law, extension_days=0, three_hands=True)) == [
        Change("法定时限", "legal limit", "10", "15"),
        Change("办理方式", "mode of handling", "", "联合办理"),
        Change("法定时限单位", "unit of the legal limit", "工作日", "自然日"),
        Change("可延长（工作日）", "extension (working days)", "10", "0"),
    ]
    service = replace(ITEM, kind=ItemKind.SERVICE)
    assert changes(ITEM, service) == [Change("事项类型", "kind", "审批", "公共服务")]


def test_changed_materials_are_named() -> None:
    now = with_materials(
        replace(CARD, form="原件、复印件"), replace(PROXY, required=True), Material("照片")
    )
    assert changes(ITEM, now) == [
        Change("材料：取消", "material no longer asked for", "申请表", ""),
        Change("身份证：形式", "身份证: form", "原件", "原件、复印件"),
        Change("委托书：是否必须提供", "委托书: required", "否", "是"),
        Change("材料：新增", "material added", "", "照片"),
    ]


def test_two_materials_of_one_name_are_compared_in_their_order() -> None:
    two = with_materials(Material("照片", "一寸"), Material("照片", "二寸"))
    assert changes(two, with_materials(Material("照片", "一寸"), Material("照片", "三寸"))) == [
        Change("照片：形式", "照片: form", "二寸", "三寸")
    ]
    assert changes(two, with_materials(Material("照片", "一寸"))) == [
        Change("材料：取消", "material no longer asked for", "照片#2", "")
    ]


def test_every_compared_field_has_words() -> None:
    """A field that the catalogue gains needs its words here: a notice shows its change."""
    assert {f.name for f in fields(Item)} <= set(ITEM_WORDS) | UNCOMPARED
    assert {f.name for f in fields(Material)} <= set(MATERIAL_WORDS) | {"name"}


@dataclass(frozen=True, slots=True)
class FullItem(Item):
    """Item with a field that has no words."""

    fresh_field: str = ""


def test_help_is_what_the_hall_published() -> None:
    assert help_of(CARD) == MaterialHelp("原件", "", "")
    full = Material(
        "身份证", "原件", issuer="公安局", requirement="在有效期内", how_to_get="到派出所办理"
    )
    assert help_of(full) == MaterialHelp("原件；在有效期内", "公安局", "到派出所办理")
    assert help_of(replace(full, form="")).form == "在有效期内"


def test_remedies_are_those_of_the_item_or_of_every_item() -> None:
    assert remedies_of(ITEM) == REMEDIES
    assert remedies_of(replace(ITEM, remedies="")) == REMEDIES
    assert remedies_of(replace(ITEM, remedies="向上级申请复议")) == "向上级申请复议"


def test_fields_that_the_catalogue_gains_are_compared_too() -> None:
    then = FullItem(**{f.name: getattr(ITEM, f.name) for f in fields(Item)})
    card = Material("身份证", "原件")
    then = replace(then, materials=(card,))
    now = replace(
        then,
        materials=(replace(card, tolerable=True, issuer="公安局"),),
        visits=1,
        flow=(FlowStage("受理", "窗口", 0.5, "受理通知书"),),
        fresh_field="新",
    )
    assert changes(then, now) == [
        Change("到现场次数", "visits needed", "", "1"),
        Change("办理流程", "stages", "", "受理 窗口 0.5 受理通知书 是"),
        Change("其他内容", "fresh field", "", "新"),
        Change("身份证：出具部门", "身份证: issuer", "", "公安局"),
        Change("身份证：可否容缺", "身份证: may follow later", "否", "是"),
    ]
    assert requirements(then) == requirements(replace(then, visits=3))
    assert requirements(then) != requirements(now)


def test_a_notice_shows_the_beginning_of_the_guides_digest() -> None:
    assert digest_shown(ITEM) == item_digest(ITEM)[:16]


def test_faults_in_words() -> None:
    assert fault_words([MaterialFault.MISSING], "", "") == "缺"
    both = [MaterialFault.EXPIRED, MaterialFault.UNCLEAR]
    assert fault_words(both, "2026-02-08", "看不清号码") == (
        "过期（有效期至2026年2月8日）、不清晰：看不清号码"
    )
    assert fault_words(["wrong_form", "expired"], "", "") == "形式不符、过期"


def test_days_and_numbers_as_paper_writes_them() -> None:
    assert day_words("2026-11-30") == "2026年11月30日"
    assert grouped("1234567890123456") == "1234 5678 9012 3456"
    assert grouped("12345") == "1234 5"
    assert grouped("") == ""
