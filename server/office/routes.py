"""Routes and live feed of the office: today, accounts, devices, settings, business data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time

from sqlalchemy import Connection

from server.alarms import queries as takes
from server.catalogue import calendar_import
from server.core.clock import instant
from server.core.errors import CommonCode
from server.core.events import Event, HallChanged
from server.core.messages import Alarm, Done
from server.core.settings import GeneralSettings, bounds, choices, declared
from server.device_health import queries as device_health_queries
from server.device_health import routes as device_health_routes
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.live.feeds import Feed, LiveFeeds, allow_managers
from server.office import setting_actions, views
from server.office.messages import (
    ChangeSettings,
    OfficeState,
    SettingChoice,
    SettingSection,
    SettingsView,
    SettingWords,
)
from server.queue import chosen_calls, slip_queries, snapshot, ticket_queries, window_sessions
from server.queue.errors import QueueCode
from server.queue.events import CallTold
from server.queue.offline import lease_routes
from server.queue.queue_views import window_states
from server.queue.snapshot import QueueSnapshot, with_queue
from server.web_api import ADMINISTRATORS, MANAGERS, Api, Call

Alarms = Callable[[Snapshot], Sequence[Alarm]]
"""Function of another part of the hall that makes alarms for the office's list."""


class Office:
    """Office page of one hall: full state of today, and accounts."""

    def __init__(self, hall: Hall, alarms: Sequence[Alarms] = ()) -> None:
        self._ctx = hall.ctx
        self._alarms = tuple(alarms)

    def state(self, current: QueueSnapshot, _key: str) -> OfficeState:
        """Return the overview of today for the live feed."""
        ctx = self._ctx
        midnight = instant(
            datetime.combine(current.local.date(), time.min),
            current.settings.of(GeneralSettings).timezone,
        )
        extra = views.calendar_alarms(calendar_import.missing(ctx, current.local.date()))
        extra += [alarm for part in self._alarms for alarm in part(current)]

        def query(conn: Connection) -> views.Today:
            return views.Today(
                tickets=ticket_queries.of_day(conn, ctx.hall_id, current.day),
                windows=window_states(current),
                devices=device_health_queries.every(conn, ctx.hall_id),
                unprinted=slip_queries.unprinted(conn, ctx.hall_id, midnight),
                claims=device_health_routes.claims(conn, ctx.hall_id),
                alarms=extra,
                offline=lease_routes.day_of(conn, ctx.hall_id, current.day, current.catalogue),
                chosen=chosen_calls.chosen_calls(conn, ctx.hall_id, current.day),
                takes=takes.takes(conn, ctx.hall_id),
            )

        return views.office(current, ctx.read(query))


def _setting_sections() -> list[SettingSection]:
    """Return the sections of the settings page, with every setting in words."""
    sections: dict[str, SettingSection] = {}
    for name, entry in declared().items():
        place, words = entry.group.SECTION, entry.declaration
        if words.by_action:
            continue
        options = [
            SettingChoice(value=value, name=zh, name_en=en)
            for value, (zh, en) in words.choices.items()
        ]
        section = sections.setdefault(
            place.code,
            SettingSection(code=place.code, name=place.zh, name_en=place.en, settings=[]),
        )
        section.settings.append(
            SettingWords(setting=name, name=words.zh, name_en=words.en, choices=options)
        )
    return list(sections.values())


def _changed_keys(event: Event) -> set[str] | None:
    return {"*"} if isinstance(event, (HallChanged, CallTold)) else set()


def add(api: Api, feeds: LiveFeeds, alarms: Sequence[Alarms] = ()) -> None:
    """Register the office's routes and live feed; `alarms` add to its list of alarms."""
    office = Office(api.hall, alarms)
    feeds.add(Feed("office", with_queue(office.state), allow_managers, _changed_keys, 1.5))
    _today(api, office)
    _settings(api)


def _today(api: Api, office: Office) -> None:
    ctx = api.hall.ctx

    @api.get("/office/today", who=MANAGERS, answer=OfficeState)
    def today(_call: Call) -> OfficeState:
        """Return the overview of today."""
        return office.state(snapshot.take(ctx), "")

    @api.post(
        "/office/windows/<window>/release",
        who=MANAGERS,
        answer=Done,
        codes=(QueueCode.WINDOW_NOT_SIGNED_IN, QueueCode.WINDOW_BUSY),
    )
    def release(call: Call) -> Done:
        """Sign out a person from a window on their behalf."""
        window_sessions.release(ctx, call.actor, call.key, call.args["window"])
        return Done()


def _settings(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/settings", who=MANAGERS, answer=SettingsView)
    def settings(_call: Call) -> SettingsView:
        """Return the settings in force with their bounds."""
        return SettingsView(
            values=ctx.settings().values(),
            bounds={name: list(pair) for name, pair in bounds().items()},
            choices={name: sorted(options) for name, options in choices().items()},
            sections=_setting_sections(),
        )

    @api.post(
        "/office/settings",
        who=ADMINISTRATORS,
        body=ChangeSettings,
        answer=Done,
        codes=(
            CommonCode.SETTING_INVALID,
            CommonCode.NOT_IN_WORKBOOK,
            CommonCode.CHANGED_MEANWHILE,
        ),
        example={"values": {"priority_run": 2}},
        keyed=False,
    )
    def change_settings(call: Call) -> Done:
        """Change settings from now on; the old values stay in the history."""
        body: ChangeSettings = call.body
        setting_actions.change(ctx, call.actor, body.values, seen=body.seen)
        return Done()
