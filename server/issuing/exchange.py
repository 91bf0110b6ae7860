"""Exchange file of a case with its licences, in the national field names as far as they are known.

GB/T 39046-2020 and the UP_* tables give catalog_code, task_code, task_version and project_no; all
other fields are listed as own definitions in the file itself. It holds no telephone and no number
of a document, only its first and last characters.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from server.cases import queries as case_queries
from server.cases.queries import StoredCase, StoredFact
from server.cases.rules import CaseMove, CaseOutcome, CaseState
from server.catalogue.model import Item
from server.core.actors import Actor
from server.hall.context import Context
from server.issuing import archive, queries
from server.issuing.names import unit_name
from server.issuing.queries import StoredLicence
from server.issuing.rules import Place

CODES = Path(__file__).with_name("exchange_codes.toml")
FORMAT = "hallkeeper-exchange/1"
NATIONAL = ("catalog_code", "task_code", "task_version", "project_no")
LENGTHS = {"catalog_code": 12, "task_code": 36, "project_no": 50}
"""Longest values by the UP_* tables."""
_SPECIAL = frozenset({CaseMove.ASK_TIME, CaseMove.SUSPEND})


class Variant(StrEnum):
    """Table of finish codes."""

    GDBS = "gdbs"
    SHANGHAI = "shanghai"


@cache
def codes() -> dict[str, Any]:
    """Return the mapping tables."""
    return tomllib.loads(CODES.read_text())


def finish_code(case: StoredCase, licences: int, variant: Variant) -> str:
    """Return how a case ended, in the codes of a variant."""
    table = codes()["finish"][variant.value]
    if case.state == CaseState.DECIDED:
        if case.outcome == CaseOutcome.REFUSED:
            return str(table["refused"])
        return str(table["licence" if licences else "granted"])
    return str(table[case.state])


def exchange(
    ctx: Context, conn: Connection, actor: Actor, case_id: str, variant: Variant
) -> dict[str, Any]:
    """Return the exchange file of a finished case. Raises as `archive.readable` does."""
    case, facts = archive.readable(ctx, conn, actor, case_id)
    item = ctx.catalogue_version(case.version).item_by[case.item]
    shown = archive.archive_list(ctx, conn, actor, case_id)
    rows = queries.of_cases(conn, ctx.hall_id, [case.id])[case.id]
    licences = [row for row in rows if row.state != Place.VOID]
    key = _key(case, item)
    tables = {
        "UP_pro_accept": [key | _accept(ctx, conn, case, item)],
        "UP_pro_process": [key | _process(fact) for fact in facts],
        "UP_pro_special_procedure": [key | _special(f) for f in facts if f.move in _SPECIAL],
        "UP_pro_material": [
            key | {"material_name": m.name, "material_state": m.state} for m in shown.materials
        ],
        "UP_pro_result": [
            key
            | {
                "finish_code": finish_code(case, len(licences), variant),
                "finish_date": facts[-1].day,
                "finish_word": shown.outcome,
                "licences": [_licence(row) for row in licences],
            }
        ],
    }
    own = sorted({name for rows_ in tables.values() for row in rows_ for name in row} - {*NATIONAL})
    text = json.dumps(tables, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "format": FORMAT,
        "finish_codes": variant.value,
        "national_fields": list(NATIONAL),
        "own_fields": own,
        "tables": tables,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
    }


def _key(case: StoredCase, item: Item) -> dict[str, Any]:
    """Return the fields that every row has, cut at no length: a longer code is an error there."""
    code = item.official_code or item.code
    return {
        "catalog_code": code[: LENGTHS["catalog_code"]],
        "task_code": code,
        "task_version": case.version,
        "project_no": case.number,
    }


def _accept(ctx: Context, conn: Connection, case: StoredCase, item: Item) -> dict[str, Any]:
    table = codes()
    person = case_queries.applicants(conn, ctx.hall_id, [case.id]).get(case.id)
    return {
        "outer_no": case.outer_no,
        "task_name": item.name,
        "task_type": table["item_kind"][item.kind.value],
        "org_name": unit_name(ctx.catalogue(), case.unit),
        "apply_date": case.day,
        "apply_type": table["way"][case.way],
        "project_type": table["mode"][case.mode],
        "applicant_name": person.name if person else "",
        "applicant_type": table["applicant"][person.id_kind] if person else "",
        "applicant_masked": person.id_masked if person else "",
    }


def _process(fact: StoredFact) -> dict[str, Any]:
    return {
        "serial": fact.n,
        "step": fact.move,
        "action": codes()["action"][fact.move],
        "link_state": "已办",
        "event_date": fact.day,
        "data_version": fact.n,
    }


def _special(fact: StoredFact) -> dict[str, Any]:
    return {
        "special_type": codes()["special"][fact.move],
        "start_date": fact.day,
        "basis": fact.basis,
        "reason": fact.words,
        "days": fact.days,
        "days_unit": "工作日",
    }


def _licence(row: StoredLicence) -> dict[str, Any]:
    return {
        "licence_name": row.kind,
        "licence_no": row.number,
        "licence_copy": row.copy,
        "issue_date": row.issued_day,
        "valid_to": row.valid_to,
        "electronic": bool(row.electronic),
        "entered_date": row.entered_day,
    }
