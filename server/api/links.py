"""OpenAPI links: which values of an answer are places of another operation's path, or its body.

Found by name. A field is worth what it is called; `id` and `code` are worth what their record is
called (`LeaveCase.id`: a leave); what a command made is worth the place right under its own
address. `MEANT` and `WANTED` hold what names do not tell. A body is linked when an answer gives all
that it requires. Nothing here acts on links; whoever reads the document may.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from server.api import Route

Schemas = dict[str, Any]
PLACE = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
DEEPEST = 3
NUMBERED = frozenset({"id", "n", "year"})
MEANT = {
    "AccountView.staff": "account", "BulletinView.digest": "digest", "NamedPerson.number": "staff",
    "OneTimeCode.code": "enrolment code", "OneTimeCode.kind": "surface",
    "OneTimeCode.name": "surface's name", "PaperRef.id": "file", "PastChange.id": "change",
    "PersonRef.number": "staff",
    "PersonToday.number": "staff", "PutAsideView.id": "put aside", "StaffRef.number": "staff",
    "StaffRef.role": "role listed", "TokenView.kind": "surface", "TokenView.name": "surface's name",
    "DayView.rule": "", "Enrolled.token": "", "ExpectedPerson.leave": "", "KnownNow.leave": "",
    "LeasedBlock.first": "", "UnknownFinger.first": "", "WindowState.ticket": "",
}  # fmt: skip
"""What fields of answers are worth where their names say nothing or something else."""
WANTED = {
    "item.code": "item", "item_for.code": "item", "punch.number": "punch",
    "settle_line.number": "put aside",
    "change_account.staff": "account", "reset.staff": "account", "ticket_evidence.code": "unit",
    "ticket_evidence.week": "bulletin", "finding_photo.n": "", "release_amendment.n": "",
    "AddAccount.role": "role listed", "Enrol.code": "enrolment code", "Enrol.kind": "surface",
    "Enrol.name": "surface's name", "Login.password": "password", "ReleaseBulletin.seen": "digest",
    "Revoke.kind": "surface", "Revoke.name": "surface's name", "TakeAlarm.code": "alarm",
}  # fmt: skip
"""What places of routes and fields of bodies take, likewise; empty: only what was made there."""


@dataclass(frozen=True, slots=True)
class _Wants:
    """What an operation must be given: places of its path, and all that its body requires."""

    operation: str
    path: str
    places: dict[str, str]
    body: dict[str, str]


def operation_id(route: Route) -> str:
    """The name of an operation in the document."""
    return f"{route.method.lower()}_{route.name}"


def links(routes: list[Route], schemas: Schemas) -> dict[str, dict[str, Any]]:
    """By operation: the links of its good answer, by name."""
    wants = [_wants(route, schemas) for route in routes]
    things = {thing for want in wants for thing in want.places.values()} | set(WANTED.values())
    things.discard("")
    found: dict[str, dict[str, Any]] = {}
    for route in routes:
        given: dict[str, list[str]] = {}
        if route.answer is not None:
            for thing, pointer in _values(route.answer.__name__, schemas):
                if thing in things:
                    given.setdefault(thing, []).append(f"$response.body#{pointer}")
        found[operation_id(route)] = {
            name: link for want in wants for name, link in _to(route, want, given, schemas)
        }
    return found


def _wants(route: Route, schemas: Schemas) -> _Wants:
    places = {n: WANTED.get(f"{route.name}.{n}", n) for n in PLACE.findall(route.path)}
    body: dict[str, str] = {}
    if route.body is not None:
        model = route.body.__name__
        for name in schemas[model].get("required", ()):
            body[name] = WANTED.get(f"{model}.{name}", name)
    return _Wants(operation_id(route), route.path, places, body)


def _values(
    model: str, schemas: Schemas, above: str = "", deep: int = 0
) -> Iterator[tuple[str, str]]:
    """What a record and those inside it are worth, with JSON pointers; of a list its first."""
    for name, schema in schemas[model].get("properties", {}).items():
        if _plain(name, schema):
            yield _worth(model, name), f"{above}/{name}"
        for kind in schema.get("anyOf", [schema]):
            listed = kind.get("type") == "array"
            inner = kind.get("items", {}).get("$ref") if listed else kind.get("$ref")
            if inner and deep < DEEPEST:
                pointer = f"{above}/{name}/0" if listed else f"{above}/{name}"
                yield from _values(inner.rpartition("/")[2], schemas, pointer, deep + 1)


def _plain(name: str, schema: Schemas) -> bool:
    """A text, or a number that is a name: most numbers count something."""
    kinds = {kind.get("type") for kind in schema.get("anyOf", [schema])}
    return "string" in kinds or ("integer" in kinds and name in NUMBERED)


def _worth(model: str, field: str) -> str:
    name = model.rpartition("__")[2]  # two models of one name are told apart by their modules
    record = re.match(r"[A-Z][a-z]+", name)
    own = record[0].lower() if record and field in ("id", "code") else field
    return MEANT.get(f"{name}.{field}", own)


def _to(
    route: Route, want: _Wants, given: dict[str, list[str]], schemas: Schemas
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The links to one operation: one for each value of its last place that stands highest."""
    made = _made(route, want, schemas)
    known = PLACE.findall(route.path)
    places: dict[str, list[str]] = {}
    for name, thing in want.places.items():
        places[name] = [made[name]] if name in made else given.get(thing, [])
        if not places[name] and name in known:
            places[name] = [f"$request.path.{name}"]
    body = {name: given.get(thing, []) for name, thing in want.body.items()}
    whole = bool(body) and all(body.values())
    needed = list((places or (body if whole else {})).values())
    if not needed or not all(needed) or all(v[0].startswith("$request.path") for v in needed):
        return
    for n, value in enumerate(_highest(needed[-1]), 1):
        link: dict[str, Any] = {"operationId": want.operation}
        if places:
            link["parameters"] = {name: _nearest(value, found) for name, found in places.items()}
        if whole:
            link["requestBody"] = {name: _nearest(value, found) for name, found in body.items()}
        yield f"{want.operation}{'' if n == 1 else f'_{n}'}", link


def _made(route: Route, want: _Wants, schemas: Schemas) -> dict[str, str]:
    """What a command made, or was told to name it, as the place under the command's address."""
    under = PLACE.match(want.path.removeprefix(f"{route.path}/"))
    if route.method != "POST" or under is None:
        return {}
    for model, names, where in (
        (route.answer, ("id", under[1]), "$response"), (route.body, (under[1],), "$request"),
    ):  # fmt: skip
        fields = schemas[model.__name__].get("properties", {}) if model else {}
        for name in names:
            if name in fields and _plain(name, fields[name]):
                return {under[1]: f"{where}.body#/{name}"}
    return {}


def _highest(found: list[str]) -> list[str]:
    depth = [value.replace("/0/", "/").count("/") for value in found]
    return [value for value, deep in zip(found, depth, strict=True) if deep == min(depth)]


def _nearest(value: str, found: list[str]) -> str:
    """Of several values the one that stands nearest: of the same record, if it has one."""
    return max(found, key=lambda other: len(posixpath.commonpath([value, other])))
