"""OpenAPI links: values of an answer that are arguments of another operation's path or body.

Matched by name. A field's meaning is its name; `id` and `code` mean their record
(`LeaveCase.id`: a leave); the id that a command returns is the path argument directly below the
command's own path. `MEANT` and `WANTED` list the cases that names do not show. A body is linked
if an answer contains all its required fields. The server itself does not use the links; they
are for readers of the document.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from server.web_api import Route

Schemas = dict[str, Any]
PATH_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
DEEPEST = 3
NUMBERED = frozenset({"id", "n", "year"})
FIELD_MEANINGS = {
    "HandoverList.id": "hand-over list",
    "AccountView.staff": "account", "BulletinView.digest": "digest",
    "DifferenceView.notice": "payment", "FeeBrief.notice": "payment", "FeeView.notice": "payment",
    "ReceiptView.notice": "payment",
    "DeskTicket.id": "ticket", "ScoreDisputeView.id": "dispute", "NamedPerson.number": "staff",
    "OneTimeCode.code": "enrolment code", "OneTimeCode.kind": "surface",
    "OneTimeCode.name": "surface's name", "PaperRef.id": "file", "PastChange.id": "change",
    "PersonRef.number": "staff", "TakenList.id": "take-over list",
    "PersonToday.number": "staff", "PutAsideView.id": "put aside", "StaffRef.number": "staff",
    "StaffRef.role": "role listed", "TokenView.kind": "surface", "TokenView.name": "surface's name",
    "DayView.rule": "", "Enrolled.token": "", "ExpectedPerson.leave": "", "KnownNow.leave": "",
    "LeasedBlock.first": "", "UnknownFinger.first": "", "WindowState.ticket": "",
}  # fmt: skip
"""Meaning of answer fields whose names show nothing or something else."""
ARGUMENT_MEANINGS = {
    "item.code": "item", "item_for.code": "item", "item_guide.code": "item",
    "item_guide_paper.code": "item", "punch.number": "punch",
    "settle_line.number": "put aside", "find_ticket.written": "token", "way.code": "item",
    "change_account.staff": "account",
    "handover_list.list": "hand-over list", "receive_licences.list": "hand-over list",
    "drop_list.list": "hand-over list",
    "take_over_list.list": "take-over list", "reset.staff": "account",
    "ticket_evidence.code": "unit", "ticket_evidence.week": "bulletin", "finding_photo.n": "",
    "release_amendment.n": "",
    "AddAccount.role": "role listed", "Enrol.code": "enrolment code", "Enrol.kind": "surface",
    "Enrol.name": "surface's name", "Login.password": "password", "ReleaseBulletin.seen": "digest",
    "Revoke.kind": "surface", "Revoke.name": "surface's name", "TakeAlarm.code": "alarm",
}  # fmt: skip
"""Meaning of path arguments and body fields, likewise; empty: only a value created there."""


@dataclass(frozen=True, slots=True)
class _Needs:
    """Inputs of an operation: its path arguments and the required fields of its body."""

    operation: str
    path: str
    places: dict[str, str]
    body: dict[str, str]


def operation_id(route: Route) -> str:
    """Return the name of an operation in the document."""
    return f"{route.method.lower()}_{route.name}"


def links(routes: list[Route], schemas: Schemas) -> dict[str, dict[str, Any]]:
    """Return the links of each operation's successful answer, by operation and link name."""
    needs = [_needs_of(route, schemas) for route in routes]
    things = {thing for need in needs for thing in need.places.values()} | set(
        ARGUMENT_MEANINGS.values()
    )
    things.discard("")
    result: dict[str, dict[str, Any]] = {}
    for route in routes:
        available: dict[str, list[str]] = {}
        if route.answer is not None:
            for thing, pointer in _values(route.answer.__name__, schemas):
                if thing in things:
                    available.setdefault(thing, []).append(f"$response.body#{pointer}")
        result[operation_id(route)] = {
            name: link for need in needs for name, link in _to(route, need, available, schemas)
        }
    return result


def _needs_of(route: Route, schemas: Schemas) -> _Needs:
    places = {
        n: ARGUMENT_MEANINGS.get(f"{route.name}.{n}", n) for n in PATH_ARGUMENT.findall(route.path)
    }
    body: dict[str, str] = {}
    if route.body is not None:
        model = route.body.__name__
        for name in schemas[model].get("required", ()):
            body[name] = ARGUMENT_MEANINGS.get(f"{model}.{name}", name)
    return _Needs(operation_id(route), route.path, places, body)


def _values(
    model: str, schemas: Schemas, above: str = "", deep: int = 0
) -> Iterator[tuple[str, str]]:
    """Yield the meanings of a record's fields and nested fields with JSON pointers.

    Of a list only the first entry counts.
    """
    for name, schema in schemas[model].get("properties", {}).items():
        if _plain(name, schema):
            yield _meaning(model, name), f"{above}/{name}"
        for kind in schema.get("anyOf", [schema]):
            listed = kind.get("type") == "array"
            inner = kind.get("items", {}).get("$ref") if listed else kind.get("$ref")
            if inner and deep < DEEPEST:
                pointer = f"{above}/{name}/0" if listed else f"{above}/{name}"
                yield from _values(inner.rpartition("/")[2], schemas, pointer, deep + 1)


def _plain(name: str, schema: Schemas) -> bool:
    """Return True for text, and for a number that identifies: most numbers are counts."""
    kinds = {kind.get("type") for kind in schema.get("anyOf", [schema])}
    return "string" in kinds or ("integer" in kinds and name in NUMBERED)


def _meaning(model: str, field: str) -> str:
    name = model.rpartition("__")[2]  # models of the same name are prefixed with their modules
    record = re.match(r"[A-Z][a-z]+", name)
    own = record[0].lower() if record and field in ("id", "code") else field
    return FIELD_MEANINGS.get(f"{name}.{field}", own)


def _to(
    route: Route, need: _Needs, available: dict[str, list[str]], schemas: Schemas
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the links to one operation: one for each highest value of its last path argument."""
    created = _created(route, need, schemas)
    path_names = PATH_ARGUMENT.findall(route.path)
    places: dict[str, list[str]] = {}
    for name, thing in need.places.items():
        places[name] = [created[name]] if name in created else available.get(thing, [])
        if not places[name] and name in path_names:
            places[name] = [f"$request.path.{name}"]
    body = {name: available.get(thing, []) for name, thing in need.body.items()}
    has_body = bool(body) and all(body.values())
    needed = list((places or (body if has_body else {})).values())
    if not needed or not all(needed) or all(v[0].startswith("$request.path") for v in needed):
        return
    for n, value in enumerate(_highest(needed[-1]), 1):
        link: dict[str, Any] = {"operationId": need.operation}
        if places:
            link["parameters"] = {name: _nearest(value, values) for name, values in places.items()}
        if has_body:
            link["requestBody"] = {name: _nearest(value, values) for name, values in body.items()}
        yield f"{need.operation}{'' if n == 1 else f'_{n}'}", link


def _created(route: Route, need: _Needs, schemas: Schemas) -> dict[str, str]:
    """Return the created or named value as the path argument below the command's path."""
    under = PATH_ARGUMENT.match(need.path.removeprefix(f"{route.path}/"))
    if route.method != "POST" or under is None:
        return {}
    for model, names, source in (
        (route.answer, ("id", under[1]), "$response"), (route.body, (under[1],), "$request"),
    ):  # fmt: skip
        fields = schemas[model.__name__].get("properties", {}) if model else {}
        for name in names:
            if name in fields and _plain(name, fields[name]):
                return {under[1]: f"{source}.body#/{name}"}
    return {}


def _highest(pointers: list[str]) -> list[str]:
    depth = [value.replace("/0/", "/").count("/") for value in pointers]
    return [value for value, deep in zip(pointers, depth, strict=True) if deep == min(depth)]


def _nearest(value: str, pointers: list[str]) -> str:
    """Return the pointer closest to `value`: of the same record, if there is one."""
    return max(pointers, key=lambda other: len(posixpath.commonpath([value, other])))
