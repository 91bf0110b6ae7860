"""Sentences of error messages: every value that can be inserted has words, never a code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from server.attendance.errors import _RULE_REASONS, _SLOT_REASONS, ShiftRuleCode
from server.attendance.shift_rules import RuleState
from server.bulletins.errors import BulletinCode
from server.core.errors import CommonCode, ErrorCode, HallError
from server.core.field_words import UNNAMED, field_words
from server.core.problems import problem, refusals
from server.core.rooms import modules
from server.core.settings import Settings, choices, declared, with_values
from server.leave.errors import LeaveCode
from server.queue.errors import QueueCode
from support.web import Web

ROOT = Path(__file__).resolve().parents[2]
LATIN = re.compile(r"[A-Za-z][A-Za-z_]+")
ALLOWED = {
    "HTTP",
    "IP",
    "UTF",
    "Excel",
    "xlsx",
    "PDF",
    "QR",
    "USB",
    "JPEG",
    "PNG",
    "MB",
    "KB",
    "CSV",
    "GB",
}
ALLOWED |= {"gaj", "main"}  # of an item's code, in an example; name of the main board, to be typed
ALLOWED |= {"zhu", "bei"}  # codes of buildings, in an example

SAMPLES: dict[str, Any] = {
    # Facts that are names, numbers and times of the hall, not codes of the program.
    "unit": "税务局",
    "unit_en": "税务局",
    "place": "中山路1号",
    "place_en": "中山路1号",
    "site": "城北楼",
    "site_en": "城北楼",
    "address": "北街2号",
    "address_en": "北街2号",
    "size": 50,
    "advice": "请到所在街道。",
    "advice_en": "请到所在街道。",
    "number": "A012",
    "limit": 20,
    "month": "2026-10",
    "problem_zh": "评分表没有名称",
    "problem_en": "the sheet has no name",
    "window": 5,
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
    "sooner": "2026-11-27T08:30",
    "directions": "。公交：1路",
    "weekdays": [1, 3],
    "opens": "09:00",
    "closes": "10:00",
    "most": 20,
    "day": "2026-03-16",
    "line": 3,
    "codes": ["甲", "乙"],
    "items": "房屋登记、契税申报",
    "amount": "80.00",
    "lines": "3, 7",
    "until": "09:05",
    "since": "09:15",
    "start": "09:30",
    "hours": 2,
    "phone": "0374-1234567",
}
STATES = [state.value for state in RuleState]


@cache
def raised() -> list[tuple[str, dict[str, ast.expr]]]:
    """Return code name and facts of every `HallError(...)` in the source code."""
    places: list[tuple[str, dict[str, ast.expr]]] = []
    for folder in ("server", "kiosk", "counters", "display", "devices"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                    continue
                if node.func.id != "HallError":
                    continue
                code = node.args[0] if node.args else None
                if isinstance(code, ast.Attribute):
                    facts = {k.arg: k.value for k in node.keywords if k.arg}
                    places.append((code.attr, facts))
    return places


def literals(code: ErrorCode, fact: str) -> set[str]:
    """Return the literal values of a fact in all places that raise `code`."""
    sites = [facts[fact] for name, facts in raised() if name == code.name and fact in facts]
    return {str(site.value) for site in sites if isinstance(site, ast.Constant)}


def asked_fields(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every field path of a request that an error can name."""
    for name, field in model.model_fields.items():
        yield ".".join((*above, name))
        kinds = [field.annotation]
        while kinds:
            kind = kinds.pop()
            kinds.extend(get_args(kind))
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from asked_fields(kind, (*above, name, "0"))


def checked_sentence(code: ErrorCode, **facts: Any) -> str:
    """Return the Chinese sentence, after checks of both languages."""
    answer = problem(HallError(code, **facts))
    zh, en = answer.message_zh, answer.message_en
    assert "{" not in zh + en
    assert "—" not in zh, (code, facts, zh)
    assert set(LATIN.findall(zh)) <= ALLOWED, (code, facts, zh)
    assert not re.search(r"[a-z]_[a-z]", en), (code, facts, en)
    assert zh[-1] in "。？”", zh
    return zh


def values(code: ErrorCode) -> list[dict[str, Any]]:
    """Return the facts a code is raised with, as far as they decide its sentence."""
    if code is CommonCode.SETTING_INVALID:
        setting_facts = [{"name": name} for name in declared()]
        chosen = [{"name": n, "choices": sorted(c)} for n, c in choices().items()]
        limits: list[dict[str, Any]] = [{"name": "notice_zh", "high": 200}, {"name": "no_such"}]
        return setting_facts + chosen + limits + [{"name": "return_limit", "low": 0, "high": 20}]
    if code is ShiftRuleCode.RULE_INVALID:
        reasons = literals(code, "reason")
        assert reasons == set(_RULE_REASONS) | set(_SLOT_REASONS)
        bare = [{"reason": reason} for reason in _RULE_REASONS]
        slots = [{"reason": r, "slot": "am_in", "slot_name": "上午签到"} for r in _SLOT_REASONS]
        slots[-1] = {"reason": "subjects", "slot": "甲"}
        unnamed = {"reason": "incomplete", "slot": "am_in", "slot_name": ""}
        return [*bare, *slots, unnamed]
    if refusals()[code].by:
        fact, cases = refusals()[code].by, refusals()[code].cases
        assert literals(code, fact) <= set(cases)
        return [{fact: value, "found": "甲"} for value in cases]
    return [{}]


@pytest.mark.parametrize("code", list(refusals()), ids=str)
def test_a_sentence_has_words_for_every_inserted_value(code: ErrorCode) -> None:
    refusal = refusals()[code]
    texts = [refusal.zh, *(zh for zh, _ in refusal.cases.values())]
    placed = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    sampled = placed & set(SAMPLES)
    unknown = placed - sampled - {"field", "name"}
    assert not unknown, "say in SAMPLES or in the refusal's cases what this fact can be"
    for facts in values(code):
        checked_sentence(
            code, **{"name": "张三", **{fact: SAMPLES[fact] for fact in sampled}, **facts}
        )


def test_the_states_of_a_rule_have_sentences() -> None:
    assert set(STATES) <= set(refusals()[ShiftRuleCode.RULE_STATE].cases)


def test_a_field_has_the_same_name_in_every_room() -> None:
    names: dict[str, set[tuple[str, str]]] = {}
    for module in modules("messages"):
        for field, words in getattr(module, "FIELD_WORDS", {}).items():
            names.setdefault(field, set()).add(words)
    assert {field: words for field, words in names.items() if len(words) > 1} == {}


def test_every_field_of_a_request_has_a_name(web: Web) -> None:
    fields = literals(CommonCode.INVALID, "field")
    for route in web.app.api.routes:
        if route.body is not None:
            fields |= set(asked_fields(route.body))
        fields |= set(re.findall(r"<(?:\w+:)?(\w+)>", route.path))
    for path in (ROOT / "server").rglob("*routes.py"):
        fields |= set(
            re.findall(r"(?:_(?:day|date|number)|day_argument)\(\"(\w+)\"", path.read_text())
        )
    assert len(fields) > 90
    assert {"from", "to"} <= fields
    fields -= {"SN"}  # of a time clock, answered in bytes
    assert sorted(field for field in fields if field_words(field) is UNNAMED) == []
    for field in fields:
        checked_sentence(CommonCode.INVALID, field=field)


def test_a_field_is_named_by_its_place() -> None:
    assert (
        checked_sentence(CommonCode.INVALID, field="slots.0.due")
        == "“应打卡时间”填写有误，请检查。"
    )
    assert checked_sentence(CommonCode.INVALID, field="slots.3.code") == "“时段”填写有误，请检查。"
    assert (
        checked_sentence(CommonCode.INVALID, field="nobody_knows")
        == "“填写的内容”填写有误，请检查。"
    )
    assert (
        checked_sentence(CommonCode.INVALID, field="('acts', 0, 'ticket')")
        == "“号码”填写有误，请检查。"
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"return_limit": 21}, "“过号后最多重新排队几次”应在0至20之间。"),
        (
            {"voice_languages": "fr"},
            "“播报语言”只能选：英语、先英语，后普通话、普通话、先普通话，后英语。",
        ),
        ({"notice_zh": "长" * 201}, "“大屏、取号机和小票提示语（中文）”最多200个字。"),
        ({"leave_ladder": "1d=nobody"}, "“请假审批（一般人员）”填写有误，请检查。"),
        ({"colour": "red"}, "没有这项设置，没有保存任何内容。"),
    ],
)
def test_an_invalid_setting_names_its_valid_values(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(HallError) as refused:
        with_values(Settings(), values)
    assert problem(refused.value).message_zh == sentence


def test_an_error_says_what_to_do_in_its_state() -> None:
    assert "先核对送审" in checked_sentence(BulletinCode.BULLETIN_STATE, state="unchecked")
    assert "还没有收齐" in checked_sentence(BulletinCode.BULLETIN_STATE, state="pending")
    assert "停用后另立新规则" in checked_sentence(ShiftRuleCode.RULE_STATE, state="in_force")
    due = checked_sentence(
        ShiftRuleCode.RULE_INVALID, slot="am_in", slot_name="上午签到", reason="due"
    )
    assert due == "班次规则的时段“上午签到”有误：应打卡时间（含宽限）不在有效打卡时间之内。"
    assert checked_sentence(QueueCode.ALREADY_SIGNED_IN, window="W05", number=5).startswith(
        "您已登录 5 号窗口"
    )
    assert checked_sentence(LeaveCode.LEAVE_OVERLAP, begins="11-25 08:30", ends="11-25 12:00") == (
        "与已有请假时间重叠：11月25日08:30至11月25日12:00。"
    )
    assert checked_sentence(QueueCode.CLOSED_TODAY, next=None).endswith("下次开放：待定。")


def test_each_refusal_is_a_sentence_to_its_end() -> None:
    sentences = [
        pair
        for refusal in refusals().values()
        for pair in [(refusal.zh, refusal.en), *refusal.cases.values()]
    ]
    assert len(sentences) > 100
    assert [zh for zh, _ in sentences if not zh.endswith(("。", "？", "{advice}"))] == []
    assert [en for _, en in sentences if not en.endswith((".", "?", "{advice_en}"))] == []
