"""Codes that the workbook does not have: refused when they are new, an alarm when they lose it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from server.attendance import shift_rule_queries
from server.attendance.shift_rules import RuleScope, ShiftRule
from server.catalogue.actions import import_catalogue
from server.catalogue.model import Catalogue, Presence
from server.core.actors import SYSTEM
from server.device_health import bindings
from support.halls import MANAGER, MONDAY, catalogue
from support.web import Web


def lost(web: Web) -> dict[str, str]:
    """Return the messages of the office's alarms of lost codes, by subject."""
    day = web.manager().get("/office/today").get_json()
    return {
        alarm["subject"]: alarm["message_zh"]
        for alarm in day["alarms"]
        if alarm["code"] == "not_in_workbook"
    }


@pytest.mark.parametrize(
    ("values", "kind", "codes"),
    [
        ({"pinned_items": "tax-1, gone-1, gone-1 gone-2"}, "item", ["gone-1", "gone-2"]),
        ({"pinned_items": "old-1"}, "item", ["old-1"]),
        ({"item_quotas": "tax-1 09:00-10:00 2; gone-1 09:00-10:00 2"}, "item", ["gone-1"]),
        ({"elder_class": "aged"}, "priority", ["aged"]),
        ({"elder_class": "ordinary"}, "priority", ["ordinary"]),
        ({"elder_class": "elderly,elderly"}, "priority", ["elderly,elderly"]),
        ({"head_staff": f"{MANAGER},9999"}, "staff", ["9999"]),
    ],
)
def test_a_setting_with_an_unknown_code_is_refused_in_words(
    web: Web, values: dict[str, str], kind: str, codes: list[str]
) -> None:
    answer = web.administrator().post("/office/settings", {"values": {"undo_seconds": 9} | values})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (409, "not_in_workbook")
    assert (problem["data"]["kind"], problem["data"]["codes"]) == (kind, codes)
    assert "、".join(codes) in problem["message_zh"]
    assert web.manager().get("/office/settings").get_json()["values"]["undo_seconds"] == 60


@pytest.mark.parametrize(
    "values",
    [
        {"pinned_items": "tax-1，social-1"},
        {"pinned_items": ""},
        {"item_quotas": "tax-1 09:00-10:00 2"},
        {"elder_class": ""},
        {"elder_class": "elderly"},
        {"head_staff": MANAGER},
    ],
)
def test_known_codes_are_saved(web: Web, values: dict[str, str]) -> None:
    assert web.administrator().post("/office/settings", {"values": values}).status_code == 200
    assert lost(web) == {}


def test_the_board_of_an_unknown_zone_gets_no_code(web: Web) -> None:
    office = web.administrator()
    answer = office.post("/office/codes", {"kind": "board", "name": "north"})
    assert answer.get_json()["code"] == "not_in_workbook"
    assert "main" in answer.get_json()["message_zh"]
    for name in ("main", "east"):
        assert office.post("/office/codes", {"kind": "board", "name": name}).status_code == 200


def _smaller() -> Catalogue:
    """Return the small hall after units, windows, a zone, a class and people have left."""
    hall = catalogue()
    return replace(
        hall,
        units=tuple(
            replace(unit, presence=Presence.WITHDRAWN) if unit.code == "build" else unit
            for unit in hall.units
            if unit.code != "fire"
        ),
        items=tuple(i for i in hall.items if i.code != "tax-1" and i.unit != "fire"),
        windows=tuple(w for w in hall.windows if w.code not in ("S1", "F1")),
        zones=tuple(z for z in hall.zones if z.code != "west"),
        hours=tuple(line for line in hall.hours if line.subject != "F1"),
        mandates=tuple(m for m in hall.mandates if m.unit == "social"),
        classes=hall.classes[:1],
        staff=tuple(s for s in hall.staff if s.number not in (MANAGER, "1003")),
    )


def test_what_lost_its_entry_is_named_to_the_office(web: Web) -> None:
    ctx = web.small.ctx
    office = web.administrator()
    values = {
        "pinned_items": "social-1,tax-1,build-1",
        "item_quotas": "tax-1 09:00-10:00 2",
        "elder_class": "elderly",
        "head_staff": MANAGER,
    }
    assert office.post("/office/settings", {"values": values}).status_code == 200
    devices = [
        {"device": name, "kind": kind, "serves": serves}
        for name, kind, serves in (
            ("strip-1", "led", "T1"),
            ("strip-3", "led", "S1"),
            ("pad-3", "keypads", "S1"),
            ("loud-west", "voice", "west"),
            ("loud", "voice", "main"),
            ("printer-9", "printers", "9"),
        )
    ]
    bindings.bind(ctx, SYSTEM, "counters", devices)
    for zone in ("east", "west", "main"):
        web.device("board", zone)
    rule = ShiftRule(
        "r1", "窗口班", RuleScope.UNIT, ("tax", "fire"), MONDAY, None, frozenset({1}), ()
    )
    person = replace(rule, id="r2", scope=RuleScope.PERSON, subjects=("1003",))
    for shift_rule in (rule, person):
        ctx.write(partial(shift_rule_queries.add, rule=shift_rule, by="test"))
    assert lost(web) == {}
    import_catalogue(ctx, SYSTEM, _smaller(), "test")
    named = lost(web)
    assert set(named) == {
        "setting:pinned_items",
        "setting:item_quotas",
        "setting:head_staff",
        "board:west",
        "device:strip-3",
        "device:pad-3",
        "device:loud-west",
        "rule:r1",
    }
    assert "tax-1、build-1" in named["setting:pinned_items"]
    assert "social-1" not in named["setting:pinned_items"]
    assert "班次规则“窗口班”中的单位 fire" in named["rule:r1"]
