"""Answers to refused requests: status and sentences of an error, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from server.core.errors import CommonCode, ErrorCode, HallError, Pair, Refusal
from server.core.field_words import field_words
from server.core.messages import Problem
from server.core.rooms import modules
from server.core.settings import declared

_DAYS_ZH = ("", "周一", "周二", "周三", "周四", "周五", "周六", "周日")
_DAYS_EN = (
    "",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)


@cache
def refusals() -> dict[ErrorCode, Refusal]:
    """Return the refusals of every room, by code, in the order of the rooms.

    Raises ValueError if two rooms declare the same code.
    """
    declared: dict[ErrorCode, Refusal] = {}
    for module in modules("errors"):
        twice = declared.keys() & module.REFUSALS.keys()
        if twice:
            raise ValueError(f"error codes of two rooms: {sorted(twice)}")
        declared |= module.REFUSALS
    return declared


def code_of(value: str) -> ErrorCode:
    """Return the error code with this value; raises KeyError for an unknown one."""
    return _by_value()[value]


@cache
def _by_value() -> dict[str, ErrorCode]:
    return {code.value: code for code in refusals()}


def _opening_time(moment: datetime, days: tuple[str, ...]) -> str:
    """Return the time of the next opening in words."""
    clock, day = f"{moment.hour}:{moment.minute:02}", days[moment.isoweekday()]
    if days is _DAYS_ZH:
        return f"{moment.month}月{moment.day}日（{day}）{clock}"
    return f"{day} {moment.day} {moment:%B}, {clock}"


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def _readable(error: HallError, refusal: Refusal, language: int) -> _Facts:
    """Return the facts in words; `language`: 0 Chinese, 1 English."""
    days, joint = (_DAYS_EN, ", ") if language else (_DAYS_ZH, "、")
    facts = _Facts({k: "—" if v is None else v for k, v in error.data.items()})
    for name in ("next", "sooner"):
        if isinstance(facts.get(name), str) and facts[name] != "—":
            facts[name] = _opening_time(datetime.fromisoformat(facts[name]), days)
        else:
            facts[name] = ("待定", "not known yet")[language]
    for name, desk in (("place", "咨询台"), ("place_en", "the information desk")):
        facts[name] = str(facts.get(name) or "").rstrip("。. ") or desk
    if isinstance(facts.get("weekdays"), list):
        facts["weekdays"] = joint.join(days[d] for d in facts["weekdays"])
    if error.code is CommonCode.INVALID:
        facts["field"] = field_words(str(error.data.get("field", "")))[language]
    elif error.code is CommonCode.SETTING_INVALID:
        facts.update(_setting_facts(error.data, language, joint))
    if refusal.facts is not None:
        facts.update(refusal.facts(error.data, language))
    return facts


def _setting_facts(data: Mapping[str, Any], language: int, joint: str) -> Mapping[str, str]:
    """Return the setting's name and its choices in words."""
    entry = declared().get(data.get("name", ""))
    if entry is None:
        return {}
    words = entry.declaration
    options = [words.choices[value][language] for value in data.get("choices", ())]
    return {"name": (words.zh, words.en)[language], "choices": joint.join(options)}


def _setting_texts(data: Mapping[str, Any]) -> Pair | None:
    """Return the sentences about a setting's value; None if there is no such setting."""
    if data.get("name") not in declared():
        return None
    if "choices" in data:
        return "“{name}”只能选：{choices}。", "“{name}” is one of: {choices}."
    if "low" in data:
        return "“{name}”应在{low}至{high}之间。", "“{name}” lies between {low} and {high}."
    if "high" in data:
        return "“{name}”最多{high}个字。", "“{name}” has at most {high} characters."
    return "“{name}”填写有误，请检查。", "“{name}” is not right; please check it."


def status_of(error: HallError) -> int:
    """Return the HTTP status of an error."""
    return refusals()[error.code].status


def problem(error: HallError) -> Problem:
    """Return the error as a message."""
    refusal = refusals()[error.code]
    texts = _setting_texts(error.data) if error.code is CommonCode.SETTING_INVALID else None
    zh, en = texts or refusal.texts(error.data)
    return Problem(
        code=error.code.value,
        message_zh=zh.format_map(_readable(error, refusal, 0)),
        message_en=en.format_map(_readable(error, refusal, 1)),
        data=error.data,
    )
