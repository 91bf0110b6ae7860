"""Published record of an item, as notices use it: its requirements, and what has changed since.

Pure. Fields are read from the dataclasses, so a new one is compared as soon as it exists.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from server.catalogue.model import FeeStandard, Item, Material
from server.catalogue.workbook.digest import item_digest
from server.core.money import yuan_text
from server.one_time_notices.rules import material_keys

REMEDIES = (
    "对告知内容有异议的，可以当场陈述、申辩，也可以向咨询台反映。对不予受理等决定不服的，"
    "可以自知道该决定之日起六十日内申请行政复议，或者六个月内提起行政诉讼。"
)
"""Remedies of an item that names none of its own."""
DIGEST_SHOWN = 16
UNCOMPARED = frozenset(
    {"code", "unit", "group", "keywords", "service_minutes", "materials", "three_hands"}
)
"""Fields of an item that tell an applicant nothing, or are compared part by part."""
# Fields of the official guide are named even where the catalogue has no such field yet.
ITEM_WORDS = {
    "name": ("事项名称", "name"),
    "name_en": ("英文名称", "English name"),
    "kind": ("事项类型", "kind"),
    "handling": ("是否受理", "handling"),
    "legal_basis": ("办理依据", "legal basis"),
    "promised_days": ("承诺时限（工作日）", "promised limit (working days)"),
    "legal_days": ("法定时限", "legal limit"),
    "fee": ("收费", "fee"),
    "advice": ("受理地点", "place that accepts it"),
    "advice_en": ("受理地点（英文）", "place that accepts it (English)"),
    "official_code": ("事项编码", "official code"),
    "service_object": ("服务对象", "who may apply"),
    "conditions": ("办理条件", "conditions"),
    "quota": ("数量限制", "quota"),
    "limit_note": ("时限说明", "note on the limits"),
    "fees": ("收费标准", "fee standards"),
    "fee_basis": ("收费依据", "basis of the fee"),
    "fee_reductions": ("收费减免", "reductions of the fee"),
    "result": ("办理结果", "result"),
    "result_validity": ("结果有效期", "validity of the result"),
    "office": ("责任科室", "office in charge"),
    "joint_units": ("联办部门", "other bodies"),
    "intermediary": ("中介服务", "service of an outside body"),
    "network_scope": ("通办范围", "where it is accepted"),
    "ways": ("办理形式", "ways to apply"),
    "visits": ("到现场次数", "visits needed"),
    "places": ("办理地点", "places"),
    "consult_phone": ("咨询电话", "telephone for enquiries"),
    "complaint_phone": ("投诉电话", "telephone for complaints"),
    "remedies": ("救济途径", "remedies"),
    "flow": ("办理流程", "stages"),
    "mode": ("办理方式", "mode of handling"),
    "legal_unit": ("法定时限单位", "unit of the legal limit"),
    "extension_days": ("可延长（工作日）", "extension (working days)"),
}
MATERIAL_WORDS = {
    "form": ("形式", "form"),
    "required": ("是否必须提供", "required"),
    "issuer": ("出具部门", "issuer"),
    "when_needed": ("何时需要", "when it is needed"),
    "requirement": ("要求", "requirement"),
    "how_to_get": ("怎样取得", "how to get it"),
    "tolerable": ("可否容缺", "may follow later"),
    "by_sharing": ("是否共享获取", "obtained by data sharing"),
    "sample": ("样表", "sample"),
}
PLAIN = {
    True: "是", False: "否", "approval": "审批", "service": "公共服务",
    "accepted": "本厅受理", "consult": "本厅仅咨询",
    "unstated": "", "hall": "仅本厅", "county": "全县通办", "city": "全市通办",
    "province": "全省通办", "regions": "跨省通办", "nation": "全国通办",
    "direct": "直接办理", "promised": "承诺办理", "joint": "联合办理", "forwarded": "上报办理",
    "reply": "明确答复", "fee": "集中收费", "working": "工作日", "calendar": "自然日",
}  # fmt: skip
"""Words of codes that a field can hold."""


@dataclass(frozen=True, slots=True)
class MaterialHelp:
    """Help with a material that is missing or faulty; empty where the hall published none."""

    form: str
    issuer: str
    how: str


def help_of(material: Material) -> MaterialHelp:
    """Return the published help with a material: its right form, who issues it, how to get it."""
    return MaterialHelp(
        form="；".join(part for part in (material.form, material.requirement) if part),
        issuer=material.issuer,
        how=material.how_to_get,
    )


def remedies_of(item: Item) -> str:
    """Return the remedies that are published for an item, or those of every item."""
    return item.remedies or REMEDIES


def digest_shown(item: Item) -> str:
    """Return the beginning of the digest of an item's guide, to compare by eye."""
    return item_digest(item)[:DIGEST_SHOWN]


def requirements(item: Item) -> str:
    """Return the digest (SHA-256, hex) of an item's published materials and legal basis.

    Fields with their default value are left out, so that a field that the catalogue gains later
    changes no digest until somebody fills it in.
    """
    contents = [[_filled(material) for material in item.materials], item.legal_basis]
    text = json.dumps(contents, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _filled(material: Material) -> dict[str, Any]:
    return {
        f.name: getattr(material, f.name)
        for f in fields(material)
        if f.default is MISSING or getattr(material, f.name) != f.default
    }


@dataclass(frozen=True, slots=True)
class Change:
    """Difference between what was published then and now; `then` or `now` may be empty."""

    zh: str
    en: str
    then: str
    now: str


def changes(then: Item, now: Item) -> list[Change]:
    """Return what differs in the published record of an item: its fields, then its materials."""
    result = [
        Change(*_words(ITEM_WORDS, f.name), _plain(old), _plain(new))
        for f in fields(then)
        if f.name not in UNCOMPARED
        and (old := getattr(then, f.name)) != (new := getattr(now, f.name))
    ]
    old_by, new_by = _by_key(then), _by_key(now)
    for key in dict.fromkeys([*old_by, *new_by]):
        old_one, new_one = old_by.get(key), new_by.get(key)
        if old_one is None or new_one is None:
            added = "材料：新增" if old_one is None else "材料：取消"
            added_en = "material added" if old_one is None else "material no longer asked for"
            result.append(Change(added, added_en, key if old_one else "", key if new_one else ""))
        else:
            result += _material_changes(old_one, new_one)
    return result


def _by_key(item: Item) -> dict[str, Material]:
    keys = material_keys([material.name for material in item.materials])
    return dict(zip(keys, item.materials, strict=True))


def _material_changes(then: Material, now: Material) -> list[Change]:
    result = []
    for f in fields(then):
        old, new = getattr(then, f.name), getattr(now, f.name)
        if old != new:
            zh, en = _words(MATERIAL_WORDS, f.name)
            result.append(
                Change(f"{then.name}：{zh}", f"{then.name}: {en}", _plain(old), _plain(new))
            )
    return result


def _words(table: Mapping[str, tuple[str, str]], name: str) -> tuple[str, str]:
    return table.get(name, ("其他内容", name.replace("_", " ")))


def _plain(value: object) -> str:
    """Return a value in words: a record as its values, a list line by line."""
    if isinstance(value, Enum):
        return PLAIN.get(value.value, str(value.value))
    if isinstance(value, bool):
        return PLAIN[value]
    if isinstance(value, FeeStandard):
        return f"{value.name} {yuan_text(value.amount)}元／{value.unit}（{value.basis}）"
    if isinstance(value, tuple):
        return "；".join(_plain(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return " ".join(_plain(getattr(value, f.name)) for f in fields(value))
    return "" if value is None else str(value)
