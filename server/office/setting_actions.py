"""Changes of the hall's settings, effective from now on; old values stay in the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.catalogue.named_codes import require_values_known
from server.core import setting_queries as stored
from server.core.actors import Actor
from server.core.clock import zone_exists
from server.core.edit_conflicts import NOT_SHOWN, require_unchanged
from server.core.errors import CommonCode, HallError
from server.core.events import AttendanceChanged, HallChanged
from server.core.settings import (
    GeneralSettings,
    Settings,
    declared,
    is_printable,
    with_values,
)
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.spot_checks import queries as spot_checks_queries

RETROACTIVE_SETTINGS = ("makeup_weekday",)
"""Settings without a date of their own, which therefore also affect past days."""


def change(
    ctx: Context,
    actor: Actor,
    values: dict[str, Any],
    basis: dict[str, Any] | None = None,
    seen: Mapping[str, object] = NOT_SHOWN,
) -> None:
    """Set values; `basis`: only if these are still in force.

    `seen`: values as they were shown. Raises SETTING_INVALID; NOT_IN_WORKBOOK; CHANGED_MEANWHILE;
    PAST_STALE for another basis; PAST_CLOSED for another time zone in a hall with past days,
    because every recorded moment would then be shown differently.
    """
    settings = ctx.settings()
    _require_valid(settings, values)
    require_values_known(ctx.catalogue(), values)
    every = settings.values()
    values_before = {name: every[name] for name in values}
    request: JsonDict = {"act": "settings.change", "values": values, "basis": values_before}

    def act(tx: Tx) -> JsonDict:
        require_unchanged(seen, Settings().values() | stored.current(tx.conn, tx.hall_id))
        if basis is not None and basis != values_before:
            raise HallError(CommonCode.PAST_STALE, reason="basis")
        if values.get("timezone", settings.of(GeneralSettings).timezone) != settings.of(
            GeneralSettings
        ).timezone and _has_past(ctx, tx):
            raise HallError(CommonCode.PAST_CLOSED)
        for name, value in values.items():
            stored.put(tx, name, value, actor.key)
        tx.events.append(HallChanged("settings"))
        if any(
            values.get(name, values_before.get(name)) != values_before.get(name)
            for name in RETROACTIVE_SETTINGS
        ):
            tx.events.append(AttendanceChanged(()))
        write_journal(tx, actor, "settings.change", "", data=values)
        return {}

    ctx.guarded(actor, request, act)


def _require_valid(settings: Settings, values: dict[str, Any]) -> None:
    """Raise SETTING_INVALID for a value out of bounds, an unknown zone, or control characters."""
    if not zone_exists(with_values(settings, values).of(GeneralSettings).timezone):
        raise HallError(CommonCode.SETTING_INVALID, name="timezone")
    for name, value in values.items():
        if declared()[name].declaration.by_action:
            raise HallError(CommonCode.SETTING_INVALID, name=name)
        if not is_printable(value):
            raise HallError(CommonCode.SETTING_INVALID, name=name)


def _has_past(ctx: Context, tx: Tx) -> bool:
    return any(
        day < ctx.day(tx.now) for day in spot_checks_queries.business_days(tx.conn, tx.hall_id)
    )
