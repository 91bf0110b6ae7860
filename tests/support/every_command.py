"""Every command of the registry with bodies that it accepts, sent by every role.

Iterates over the registry, so a new command is included by construction; it fails until a body can
be made that the command accepts.
"""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import xlsxwriter
from PIL import Image
from werkzeug.test import TestResponse

from server.catalogue import workbook
from server.catalogue.model import Scope
from server.core.settings import bounds, choices
from server.core.working_days import SpecialDay
from server.web_api import Route
from server.web_api.links import PATH_ARGUMENT
from support.halls import ADMINISTRATOR, MANAGER, STAFF, with_empty_sites
from support.settled_hall import SettledHall, attlog
from support.settled_scores import score_workbook
from support.sheets import CLERK
from support.web import PASSWORD, Browser

DAYS = ("2026-03-03", "2026-02-24")
ISO = re.compile(r"^\d{4}-\d{2}-\d{2}")
PEOPLE = {
    "administrator": ADMINISTRATOR,
    "manager": MANAGER,
    "clerk": CLERK,
    "colleague": STAFF["G2"],
}
"""Roles with an account; the colleague is a clerk too, and the second checker of a round."""
ROLES = (*PEOPLE, "kiosk", "board", "tablet", "agent", "branch", "nobody")
KINDS = {"colleague": "clerk", "nobody": "anyone"}
MOST = 8
"""Maximum number of bodies tried per command and person; every id in its path is among them."""
VALUES: dict[str, list[Any]] = {
    "staff": [CLERK, MANAGER], "other": [STAFF["G2"], CLERK], "witness": [STAFF["G1"]],
    "cover": [STAFF["F1"], ""], "window": ["T1"], "enrolment": ["7", "99"], "item": ["tax-1"],
    "slot": ["am_in", "pm_out"], "approve": [True, False], "confirm": [True, False],
    "stands": [True, False], "agree": [True, False], "verdict": ["on_time"], "mark": ["empty"],
    "week": ["2026-W09", "2026-W08"], "year": [2026], "subject": [""], "scope": ["hall"],
    "text": ["2026-03-03 休 补休", "2026-05-01 休 劳动节"], "oldest": [1], "newest": [9],
    "kind": [], "id": ["m-new"], "reason": [], "begins": ["2026-03-09T08:00"],
    "ends": ["2026-03-09T18:00"], "last_day": ["2026-03-05", "2026-12-31"],
    "first_number": [801], "last_number": [999], "site": ["north"],
    "valid_to": ["2026-12-31"], "last": ["2026-03-06"], "holders": [[CLERK]],
}  # fmt: skip
"""Values of a field, by its name, besides the example's own value and past days."""
Values = Mapping[str, Sequence[Any]]
OF_THE_PAST = ("makeup_weekday", "step_second", "step_days")
SCORE_SHEET: dict[str, Any] = {
    "subject": "person", "name": "人员",
    "sections": [{"code": "a", "name": "服务", "points": "100"}],
    "lines": [
        {"code": "1", "section": "a", "name": "争吵", "measure": "mark_quarrel", "points": "-9"}
    ],
}  # fmt: skip
"""Score sheet that would cost more than the one in force."""
WHOLE: dict[str, list[dict[str, Any]]] = {
    "change_settings": [
        {"values": {name: low for name, (low, _) in bounds().items()}},
        {"values": {name: high for name, (_, high) in bounds().items()}},
        {"values": {name: max(some) for name, some in choices().items()}},
        *({"values": {name: bounds()[name][1]}} for name in OF_THE_PAST),
        {"values": {"timezone": "Asia/Tokyo"}}, {"values": {"head_staff": MANAGER}},
    ],
    "password": [{"current": PASSWORD, "new": "another-pass-9x"}],
    "login": [{"staff": CLERK, "password": PASSWORD}],
    "ask_correction": [
        {"staff": staff, "day": day, "slot": "pm_out", "verdict": "official", "reason": "有事"}
        for staff in (CLERK, MANAGER)
        for day in ("2026-03-06", "2026-03-09")
    ],
    "order_reader": [{"kind": "info"}, {"kind": "reread", "first": DAYS[0], "last": DAYS[0]}],
    "add_reader": [{"serial": "NEW1", "way": "push", "name": "东门"}],
    "hand_in": [],
    "entrust_job": [
        {"helper": CLERK, "scope": "代办", "until": day, "project": "示例项目", "name": "测试人"}
        for day in (DAYS[0], "2099-12-31")
    ],
    "record_first_ask": [{"subject": "问社保"}, {"subject": "问社保", "to_unit": "social"}],
    "propose_scheme": [
        {"kind": "decision", "items": ["tax-1"], "limit": "legal", "first": first}
        | {"basis": "某市行政审批超时默许办法第三条"}
        for first in (DAYS[0], "2099-01-01")
    ],
    "move_flag": [{"move": "propose", "window": "T1"}, {"move": "decide"}],
    "propose_veto": [
        {"kind": "quarrel", "subject": "person", "code": STAFF["G2"], "day": day}
        | {"words": "与群众争吵", "evidence": ["veto-evidence"]}
        for day in DAYS
    ],
    "move_veto": [
        {"move": "confirm"}, {"move": "dispute", "words": "不符"},
        {"move": "dismiss", "words": "依据不足"},
    ],
    "propose_interview": [{"subject": "window", "code": "S1", "month": "2025-12"}],
    "move_interview": [{"move": "hold", "words": "已约谈", "day": day} for day in DAYS],
    "draft_score_sheet": [SCORE_SHEET | {"since": since} for since in ("2026-02", "2026-03")],
    "edit_score_sheet": [SCORE_SHEET | {"since": since} for since in ("2026-02", "2026-03")],
    "dispute_points": [
        {"month": "2026-03", "subject": "person", "code": CLERK, "measure": "mark_quarrel"}
        | {"ref": "none", "words": "不属实"}
    ],
    "propose_mark": [
        {"kind": "quarrel", "subject": "person", "code": CLERK, "day": day, "words": "争吵"}
        for day in (DAYS[0], "2026-02-24")
    ],
    "move_mark": [{"move": move, "words": "属实"} for move in ("confirm", "dismiss")],
    "settle_dispute": [{"granted": granted, "words": "已核实"} for granted in (True, False)],
}  # fmt: skip
"""Bodies of commands that the rules above cannot make."""


def browsers(hall: SettledHall) -> dict[str, Browser]:
    web = hall.web
    by_role = {
        "administrator": web.administrator(),
        "manager": web.manager(),
        "clerk": web.person(CLERK),
        "colleague": web.person(STAFF["G2"]),
        "kiosk": web.device("kiosk", "1"),
        "board": web.device("board", "main"),
        "tablet": web.device("tablet", "T1"),
        "agent": web.device("agent", "kiosk"),
        "branch": web.device("branch", "south"),
        "nobody": web.browser(),
    }
    for browser in by_role.values():
        browser.why = "登记有误"
    return by_role


def bodies(route: Route, values: Values) -> list[dict[str, Any]]:
    """Return bodies that the command's model accepts, with a past day in every date field."""
    if route.body is None:
        return [{}]
    if WHOLE.get(route.name):
        return WHOLE[route.name]
    fields = [_choices(name, value, values) for name, value in _filled(route, values).items()]
    made = [dict(chosen) for chosen in product(*fields)]
    for body in made:
        route.body.model_validate_json(json.dumps(body))
    return made


def _filled(route: Route, values: Values) -> dict[str, Any]:
    """Return the example, completed with the required fields and those that hold a day."""
    assert route.body is not None
    schema = route.body.model_json_schema()
    body = dict(route.example)
    for name, about in schema.get("properties", {}).items():
        dated = r"\d{4}-\d{2}-\d{2}" in str(about) or name == "at"
        if name not in body and (dated or name in schema.get("required", ())):
            assert dated or values.get(name), f"{route.name}: no value for {name}"
            body[name] = DAYS[0] if dated else values[name][0]
    return body


def _choices(name: str, value: Any, values: Values) -> list[tuple[str, Any]]:
    if values.get(name):
        return [(name, choice) for choice in values[name]]
    if isinstance(value, str) and ISO.match(value):
        return [(name, day + value[10:]) for day in DAYS]
    return [(name, _past(name, value, values))]


def _past(name: str, value: Any, values: Values) -> Any:
    if isinstance(value, dict):
        return {key: _choices(key, entry, values)[0][1] for key, entry in value.items()}
    if isinstance(value, list):
        return [_past(name, entry, values) for entry in value]
    if name == "at" and isinstance(value, int):
        return 1772500000000  # Tuesday of last week
    return value


def book(**changes: Any) -> bytes:
    stream = io.BytesIO()
    workbook.export(replace(with_empty_sites(), **changes), stream)
    return stream.getvalue()


def days_sheet() -> bytes:
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = made.add_worksheet()
    page.write_row(0, 0, ["2026-03-04", "休", "补休"])
    made.close()
    return stream.getvalue()


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(stream, "JPEG")
    return stream.getvalue()


def portrait() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(stream, "JPEG")
    return stream.getvalue()


def files() -> dict[str, tuple[str, list[bytes]]]:
    """Return by command the form field and the contents of its upload."""
    hours = with_empty_sites().hours
    shorter = tuple(
        replace(h, weekdays=h.weekdays - {3}) if h.scope is Scope.HALL else h for h in hours
    )
    staff = tuple(s for s in with_empty_sites().staff if s.number != STAFF["S1"])
    moved = tuple(
        replace(s, unit="build") if s.number == CLERK else s for s in with_empty_sites().staff
    )
    books = [
        book(),
        book(hours=shorter),
        book(special_days=(SpecialDay(date(2026, 3, 3), False, "补休"),)),
        book(staff=staff),
        book(staff=moved),
        book(units=tuple(replace(u, name=f"新{u.name}") for u in with_empty_sites().units)),
    ]
    return {
        "upload": ("workbook", books),
        "import_sheet": ("file", [days_sheet()]),
        "reader_file": ("file", [attlog()]),
        "keep_photo": ("photo", [picture()]),
        "keep": ("file", [picture()]),
        "read_bank_file": ("file", [b"2026-03-02"]),
        "put_staff_photo": ("file", [portrait()]),
        "hand_in_roll": ("file", [b"JY-1\n"]),
        "import_score_workbook": ("file", [score_workbook()]),
    }


def tries(
    route: Route,
    hall: SettledHall,
    sent: dict[str, tuple[str, list[bytes]]],
    values: Values = VALUES,
) -> list[Any]:
    """Return pairs of path and body: every past id in the path, bodies up to the limit."""
    names = PATH_ARGUMENT.findall(route.path)
    for name in names:
        assert name in hall.ids_by_parameter, (
            f"{route.name}: nothing of the past is called <{name}>"
        )
    paths = []
    for ids in product(*(hall.ids_by_parameter[name] for name in names)):
        path = route.path
        for value in ids:
            path = PATH_ARGUMENT.sub(value, path, count=1)
        paths.append(path)
    made: list[Any] = sent[route.name][1] if route.name in sent else bodies(route, values)
    pairs = list(product(paths, made))
    if route.name in WHOLE or len(pairs) <= MOST:
        return pairs
    chosen = random.Random(7).sample(pairs, MOST)
    first = [(path, made[n % len(made)]) for n, path in enumerate(paths)]
    return list({id(body): (path, body) for path, body in chosen}.values()) + first


def ask(browser: Browser, path: str, body: Any, field: str) -> TestResponse:
    if not isinstance(body, bytes):
        return browser.post(path, body)
    headers = browser.headers("")
    form = {field: (io.BytesIO(body), "file")}
    return browser.client.post(f"/api/v1{path}", data=form, headers=headers)


def code_of(answer: TestResponse) -> str:
    problem = answer.get_json(silent=True)
    return (
        str(problem.get("code", ""))
        if isinstance(problem, dict) and answer.status_code >= 400
        else ""
    )
