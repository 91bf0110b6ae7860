"""Completion of the reference items: values that follow from others or are the same everywhere.

`[item_defaults]` in `hall.toml` and in a unit's file are the values of keys that an item leaves
out; the unit's go first. Issuers of papers come from `issuers.toml`. An item without stages gets
those that its promised time allows; how a hall divides the time is its own decision. An item
without a mode of handling is joint if other units take part, else promised or direct; an approval
with enough stages has them done by three persons.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.catalogue.model import (
    CaseMode,
    FlowStage,
    Handling,
    Item,
    ItemKind,
    Material,
    NetworkScope,
)

THREE_HANDS = 3
"""Fewest stages of an approval that three persons handle."""
_INTAKE = "受理凭证；材料不齐的，一次性告知书"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Issuer of the papers whose names fit one of the patterns."""

    name: str
    names: tuple[str, ...]


def completed(item: Item, issuers: Sequence[Issuer]) -> Item:
    """Return the item with issuers of its papers, stages and mode, where it names none.

    An item on which this hall only advises is accepted nowhere in its network.
    """
    consult = item.handling is Handling.CONSULT
    flow = item.flow or (_flow(item) if item.result else ())
    is_approval = item.kind is ItemKind.APPROVAL
    return replace(
        item,
        network_scope=NetworkScope.UNSTATED if consult else item.network_scope,
        materials=tuple(_with_issuer(material, issuers) for material in item.materials),
        flow=flow,
        mode=CaseMode.JOINT if _is_joint(item) else item.case_mode,
        three_hands=item.three_hands or (is_approval and len(flow) >= THREE_HANDS),
    )


def _is_joint(item: Item) -> bool:
    return item.mode is CaseMode.UNSTATED and bool(item.joint_units)


def _with_issuer(material: Material, issuers: Sequence[Issuer]) -> Material:
    if material.issuer:
        return material
    for issuer in issuers:
        if any(re.search(pattern, material.name) for pattern in issuer.names):
            return replace(material, issuer=issuer.name)
    return material


def _flow(item: Item) -> tuple[FlowStage, ...]:
    counter = "受理部门窗口人员" if item.handling is Handling.CONSULT else "窗口人员"
    if not item.promised_days:
        return (
            FlowStage("受理", counter, 0, _INTAKE),
            FlowStage("办理", counter, 0, item.result),
        )
    deciding = 0.5 if item.promised_days == 1 else 1
    return (
        FlowStage("受理", counter, 0, _INTAKE),
        FlowStage("审查", "承办机构经办人", item.promised_days - deciding, "审查意见"),
        FlowStage("决定", "承办机构负责人", deciding, "准予或不予的决定"),
        FlowStage("送达", counter, 0, item.result),
    )
