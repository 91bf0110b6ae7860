"""Alarms of codes that the workbook has no longer: settings, boards, devices, shift rules.

What names such a code has no effect, and nobody would notice: the office is told what to mend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from sqlalchemy import Connection

from server.accounts import queries as account_queries
from server.attendance import shift_rule_queries
from server.attendance.shift_rules import RuleScope, RuleState
from server.catalogue.model import Catalogue
from server.catalogue.named_codes import Named, lost, missing
from server.core.actors import MAIN_BOARD, ActorKind
from server.core.messages import Alarm
from server.core.settings import declared
from server.device_health import binding_queries
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot

CODE = "not_in_workbook"
PLACES = {"led": Named.WINDOW, "keypads": Named.WINDOW, "voice": Named.ZONE}
"""Kind of the entry that a device serves; the others serve a kiosk or a place of their own name."""
_WORDS = {
    Named.ITEM: ("事项", "service"),
    Named.PRIORITY: ("优先人群", "priority group"),
    Named.SITE: ("办公地点", "building"),
    Named.STAFF: ("工号", "staff number"),
    Named.UNIT: ("单位", "unit"),
    Named.WINDOW: ("窗口", "window"),
    Named.ZONE: ("区域", "zone"),
}


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes these alarms from a snapshot."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        def query(conn: Connection) -> list[Alarm]:
            return [
                *_boards(conn, ctx.hall_id, snapshot.catalogue),
                *_devices(conn, ctx.hall_id, snapshot.catalogue),
                *_rules(conn, ctx.hall_id, snapshot.catalogue, snapshot.local.date()),
            ]

        return [*_settings(snapshot), *ctx.read(query)]

    return current


def _alarm(subject: str, name: tuple[str, str], kind: Named, codes: Sequence[str]) -> Alarm:
    """Return the alarm that something with these names, in both languages, names lost codes."""
    zh, en = _WORDS[kind]
    return Alarm(
        code=CODE,
        subject=subject,
        message_zh=f"{name[0]}中的{zh} {'、'.join(codes)} 在现用工作簿中没有或已撤出，不起作用，"
        "请更正。",
        message_en=f"{name[1]} has no effect: the workbook has no {en} {', '.join(codes)} in the "
        "hall. Please mend it.",
        since=None,
    )


def _settings(snapshot: Snapshot) -> Iterator[Alarm]:
    for lost_codes in lost(snapshot.catalogue, snapshot.settings):
        words = declared()[lost_codes.setting].declaration
        zh, en = words.zh.partition("（")[0], words.en.partition(" (")[0]
        name = (f"设置“{zh}”", f"Setting “{en}”")
        yield _alarm(f"setting:{lost_codes.setting}", name, lost_codes.kind, lost_codes.codes)


def _boards(conn: Connection, hall_id: str, catalogue: Catalogue) -> Iterator[Alarm]:
    for token in account_queries.tokens(conn, hall_id):
        if token.kind != ActorKind.BOARD or token.revoked_at is not None:
            continue
        if token.name != MAIN_BOARD and missing(catalogue, Named.ZONE, (token.name,)):
            name = ("大屏登记", "The enrolment of a board")
            yield _alarm(f"board:{token.name}", name, Named.ZONE, (token.name,))


def _devices(conn: Connection, hall_id: str, catalogue: Catalogue) -> Iterator[Alarm]:
    for device in binding_queries.every(conn, hall_id).values():
        kind = PLACES.get(device.kind)
        if kind is None or device.serves == MAIN_BOARD:
            continue
        if missing(catalogue, kind, (device.serves,)):
            name = (f"设备 {device.name} ", f"Device {device.name}")
            yield _alarm(f"device:{device.name}", name, kind, (device.serves,))


def _rules(conn: Connection, hall_id: str, catalogue: Catalogue, day: date) -> Iterator[Alarm]:
    """Yield the alarms of rules for units; a person who left the hall needs no rule any more."""
    for rule in shift_rule_queries.every(conn, hall_id):
        is_over = any(end is not None and end <= day for end in (rule.ended_on, rule.valid_to))
        if rule.scope is not RuleScope.UNIT or rule.state is RuleState.DRAFT or is_over:
            continue
        if codes := missing(catalogue, Named.UNIT, rule.subjects):
            name = (f"班次规则“{rule.name}”", f"Shift rule “{rule.name}”")
            yield _alarm(f"rule:{rule.id}", name, Named.UNIT, codes)
