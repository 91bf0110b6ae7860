"""The sentences of refusals: for every value that can be put into one there are words, no code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from server.domain.attendance.shifts import RuleState
from server.domain.errors import Code, HallError
from server.domain.settings import CHOICES, Settings, with_values
from server.wire.error_cases import CASES, RULE_REASONS, SLOT_REASONS
from server.wire.field_words import UNNAMED, field_words
from server.wire.problems import WORDS, problem
from server.wire.setting_words import CHOICES as CHOICE_WORDS
from server.wire.setting_words import SETTINGS
from support.web import Web

ROOT = Path(__file__).resolve().parents[2]
SETTING_PAGE = ROOT / "server" / "office" / "web" / "setting-words.ts"
LATIN = re.compile(r"[A-Za-z][A-Za-z_]+")
ALLOWED = {"HTTP", "IP", "UTF", "Excel", "xlsx", "PDF", "QR", "USB", "JPEG", "PNG", "MB", "KB"}

SAMPLES: dict[str, Any] = {
    # Facts that are names, numbers and times of the hall, not codes of ours.
    "unit": "税务局",
    "unit_en": "税务局",
    "place": "中山路1号",
    "place_en": "中山路1号",
    "advice": "请到所在街道。",
    "advice_en": "请到所在街道。",
    "number": "A012",
    "least": 2,
    "seconds": 30,
    "waiting": 3,
    "minutes": 10,
    "count": 4,
    "days": 3,
    "used": 3,
    "quota": 3,
    "found": "甲",
    "slot": "甲",
    "slot_name": "上午签到",
    "low": 1,
    "high": 9,
    "begins": "11-25 08:30",
    "ends": "11-25 12:00",
    "next": "2026-11-30T08:30",
    "weekdays": [1, 3],
}
STATES = [state.value for state in RuleState]


def raised() -> Iterator[tuple[str, dict[str, ast.expr]]]:
    """Every place that says no: the code's name and its facts as they are written there."""
    for folder in ("server", "kiosk", "counters", "display", "devices"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "HallError"):
                    continue
                code = node.args[0] if node.args else None
                if isinstance(code, ast.Attribute):
                    yield code.attr, {k.arg: k.value for k in node.keywords if k.arg}


def literals(code: Code, fact: str) -> set[str]:
    """The values that the places raising `code` write out for a fact."""
    sites = [facts[fact] for name, facts in raised() if name == code.name and fact in facts]
    return {str(site.value) for site in sites if isinstance(site, ast.Constant)}


def asked_fields(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[str]:
    """Every place of a request that can be refused by name."""
    for name, field in model.model_fields.items():
        yield ".".join((*above, name))
        kinds = [field.annotation]
        while kinds:
            kind = kinds.pop()
            kinds.extend(get_args(kind))
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from asked_fields(kind, (*above, name, "0"))


def said(code: Code, **facts: Any) -> str:
    """The Chinese sentence, after a look at both."""
    found = problem(HallError(code, **facts))
    zh, en = found.message_zh, found.message_en
    assert "{" not in zh + en
    assert "—" not in zh, (code, facts, zh)
    assert set(LATIN.findall(zh)) <= ALLOWED, (code, facts, zh)
    assert not re.search(r"[a-z]_[a-z]", en), (code, facts, en)
    assert zh[-1] in "。？”", zh
    return zh


def values(code: Code) -> list[dict[str, Any]]:
    """All the facts a code is raised with, as far as they decide its sentence."""
    if code is Code.SETTING_INVALID:
        named = [{"name": f.name} for f in fields(Settings)] + [{"name": "timezone"}]
        choices = [{"name": n, "choices": sorted(c)} for n, c in CHOICES.items()]
        limits: list[dict[str, Any]] = [{"name": "notice_zh", "high": 200}, {"name": "no_such"}]
        return named + choices + limits + [{"name": "return_limit", "low": 0, "high": 20}]
    if code is Code.RULE_INVALID:
        reasons = literals(code, "reason")
        assert reasons == set(RULE_REASONS) | set(SLOT_REASONS)
        bare = [{"reason": reason} for reason in RULE_REASONS]
        slots = [{"reason": r, "slot": "am_in", "slot_name": "上午签到"} for r in SLOT_REASONS]
        slots[-1] = {"reason": "subjects", "slot": "甲"}
        unnamed = {"reason": "incomplete", "slot": "am_in", "slot_name": ""}
        return [*bare, *slots, unnamed]
    if code in CASES:
        fact, cases = CASES[code]
        assert literals(code, fact) <= set(cases)
        return [{fact: value, "found": "甲"} for value in cases]
    return [{}]


@pytest.mark.parametrize("code", list(Code), ids=str)
def test_a_sentence_has_words_for_whatever_is_put_into_it(code: Code) -> None:
    placed = {name for _, name, _, _ in Formatter().parse(WORDS[code][1]) if name}
    known = placed & set(SAMPLES)
    unknown = placed - known - {"field", "name"}
    assert not unknown, "say in SAMPLES or in error_cases what this fact can be"
    for facts in values(code):
        said(code, **{"name": "张三", **{one: SAMPLES[one] for one in known}, **facts})


def test_the_states_of_a_rule_have_sentences() -> None:
    assert set(STATES) <= set(CASES[Code.RULE_STATE][1])


def test_whatever_a_request_can_get_wrong_has_a_name(web: Web) -> None:
    asked = literals(Code.INVALID, "field")
    for route in web.app.api.routes:
        if route.body is not None:
            asked |= set(asked_fields(route.body))
        asked |= set(re.findall(r"<(?:\w+:)?(\w+)>", route.path))
    for path in (ROOT / "server" / "office").glob("*.py"):
        asked |= set(re.findall(r"_(?:day|date|number)\(\"(\w+)\"", path.read_text()))
    assert len(asked) > 90
    assert {"from", "to"} <= asked
    asked -= {"SN"}  # a terminal's own, answered in bytes
    assert sorted(one for one in asked if field_words(one) is UNNAMED) == []
    for one in asked:
        said(Code.INVALID, field=one)


def test_a_field_is_named_by_where_it_stands() -> None:
    assert said(Code.INVALID, field="slots.0.due") == "“应打卡时间”填写有误，请检查。"
    assert said(Code.INVALID, field="slots.3.code") == "“时段”填写有误，请检查。"
    assert said(Code.INVALID, field="nobody_knows") == "“填写的内容”填写有误，请检查。"
    assert said(Code.INVALID, field="('acts', 0, 'ticket')") == "“号码”填写有误，请检查。"


def test_settings_have_one_name_in_refusals_and_on_their_page() -> None:
    assert set(SETTINGS) == {f.name for f in fields(Settings)} | {"timezone"}
    page = SETTING_PAGE.read_text()
    table = page[page.index("const words") : page.index("const KNOWN")]
    rows = re.findall(r'^  (\w+): \{ zh: "([^"]+)", en: "([^"]+)" \},', table, re.MULTILINE)
    assert {name: (zh, en) for name, zh, en in rows} == SETTINGS
    table = page[page.index("const choices") : page.index("const CHOICES")]
    rows = re.findall(r'^  "?([\w,]+)"?: \{ zh: "([^"]+)", en: "([^"]+)" \},', table, re.MULTILINE)
    assert {name: (zh, en) for name, zh, en in rows}.items() <= CHOICE_WORDS.items()
    assert set().union(*CHOICES.values()) == set(CHOICE_WORDS)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"return_limit": 21}, "“过号最多可以回来几次”应在0至20之间。"),
        (
            {"voice_languages": "fr"},
            "“播报语言”只能选：英语、先英语，后普通话、普通话、先普通话，后英语。",
        ),
        ({"notice_zh": "长" * 201}, "“大屏、取号机和小票提示语（中文）”最多200个字。"),
        ({"leave_ladder": "1d=nobody"}, "“请假审批（一般人员）”填写有误，请检查。"),
        ({"colour": "red"}, "没有这项设置，没有保存任何内容。"),
    ],
)
def test_a_setting_says_what_it_can_be(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(HallError) as refused:
        with_values(Settings(), values)
    assert problem(refused.value).message_zh == sentence


def test_a_refusal_says_what_is_to_be_done_in_its_state() -> None:
    assert "先核对送审" in said(Code.BULLETIN_STATE, state="unchecked")
    assert "还没有收齐" in said(Code.BULLETIN_STATE, state="pending")
    assert "停用后另立新规则" in said(Code.RULE_STATE, state="in_force")
    due = said(Code.RULE_INVALID, slot="am_in", slot_name="上午签到", reason="due")
    assert due == "班次规则的时段“上午签到”有误：应打卡时间（含宽限）不在有效打卡时间之内。"
    assert said(Code.ALREADY_SIGNED_IN, window="W05", number=5).startswith("您已登录 5 号窗口")
    assert said(Code.LEAVE_OVERLAP, begins="11-25 08:30", ends="11-25 12:00") == (
        "与已有请假时间重叠：11月25日08:30至11月25日12:00。"
    )
    assert said(Code.CLOSED_TODAY, next=None).endswith("下次开放：待定。")
