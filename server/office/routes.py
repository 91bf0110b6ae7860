"""Routes and live feed of the office: today, accounts, devices, settings, business data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time
from io import BytesIO
from typing import Any

from flask import Response, request
from sqlalchemy import Connection

from server.accounts import queries as accounts_queries
from server.accounts.errors import AccountCode
from server.accounts.messages import (
    AccountList,
    AccountView,
    AddAccount,
    ChangeAccount,
    MakeCode,
    OneTimeCode,
    OneTimePassword,
    Revoke,
    StaffList,
    StaffRef,
    TokenList,
    TokenView,
)
from server.accounts.people import CODE_MINUTES
from server.alarms import actions as alarm_acts
from server.alarms import queries as takes
from server.alarms.messages import TakeAlarm
from server.catalogue import calendar, workbook
from server.catalogue import queries as catalogue_queries
from server.catalogue.actions import import_catalogue
from server.catalogue.errors import CatalogueCode
from server.catalogue.messages import Imported, VersionList, VersionView
from server.catalogue.model import Role
from server.core import setting_changes
from server.core.clock import instant
from server.core.errors import CommonCode, HallError
from server.core.events import CallTold, Event, HallChanged
from server.core.messages import Alarm, Done
from server.core.settings import GeneralSettings, bounds, choices, declared
from server.device_health import queries as device_health_queries
from server.device_health import routes as device_health_routes
from server.hall import Hall
from server.live.feeds import Feed, LiveFeeds, allow_managers
from server.office import views
from server.office.messages import (
    ChangeSettings,
    OfficeState,
    SettingChoice,
    SettingSection,
    SettingsView,
    SettingWords,
)
from server.queue import slip_queries, snapshot, ticket_queries, window_sessions
from server.queue.errors import QueueCode
from server.queue.offline import lease_routes
from server.queue.queue_views import window_states
from server.queue.snapshot import Snapshot
from server.web_api import ADMINISTRATORS, MANAGERS, Api, Call
from server.web_api.downloads import file_response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_WORKBOOK = 20 * 1024 * 1024


Alarms = Callable[[Snapshot], Sequence[Alarm]]
"""Function of another part of the hall that makes alarms for the office's list."""


class Office:
    """Office page of one hall: full state of today, and accounts."""

    def __init__(self, hall: Hall, alarms: Sequence[Alarms] = ()) -> None:
        self._ctx = hall.ctx
        self._alarms = tuple(alarms)

    def state(self, current: Snapshot, _key: str) -> OfficeState:
        """Return the overview of today for the live feed."""
        ctx = self._ctx
        midnight = instant(
            datetime.combine(current.local.date(), time.min),
            current.settings.of(GeneralSettings).timezone,
        )
        extra = views.calendar_alarms(calendar.missing(ctx, current.local.date()))
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
                takes=takes.takes(conn, ctx.hall_id),
            )

        return views.office(current, ctx.read(query))

    def accounts(self) -> list[AccountView]:
        """Return every account with the person's name."""
        ctx = self._ctx
        people, now = ctx.catalogue().staff_by, ctx.clock.now()
        rows = ctx.read(lambda c: accounts_queries.accounts(c, ctx.hall_id))
        locked = ctx.read(lambda c: accounts_queries.locked_staff(c, ctx.hall_id, now))
        return [
            AccountView(
                staff=row.staff,
                name=people[row.staff].name if row.staff in people else row.staff,
                unit=people[row.staff].unit if row.staff in people else "",
                role=row.role,
                disabled=bool(row.disabled),
                locked=row.staff in locked or bool(row.locked_until and row.locked_until > now),
                must_change=bool(row.must_change),
            )
            for row in rows
        ]


def _setting_sections() -> list[SettingSection]:
    """Return the sections of the settings page, with every setting in words."""
    sections: dict[str, SettingSection] = {}
    for name, entry in declared().items():
        place, words = entry.group.SECTION, entry.declaration
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
    feeds.add(Feed("office", office.state, allow_managers, _changed_keys, 1.5))
    _today(api, office)
    _accounts(api, office)
    _tokens(api)
    _settings(api)
    _business_data(api)


def _today(api: Api, office: Office) -> None:
    ctx = api.hall.ctx

    @api.get("/office/today", who=MANAGERS, answer=OfficeState)
    def today(_call: Call) -> OfficeState:
        """Return the overview of today."""
        return office.state(snapshot.take(ctx), "")

    @api.get("/office/staff", who=MANAGERS, answer=StaffList)
    def staff(_call: Call) -> StaffList:
        """Return the staff list in force."""
        return StaffList(
            staff=[
                StaffRef(
                    number=s.number,
                    name=s.name,
                    unit=s.unit,
                    post=s.post,
                    role=s.role.value,
                    windows=list(s.windows),
                )
                for s in ctx.catalogue().staff
            ]
        )

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


def _accounts(api: Api, office: Office) -> None:
    people = api.hall.people

    @api.get("/office/accounts", who=ADMINISTRATORS, answer=AccountList)
    def account_list(_call: Call) -> AccountList:
        """Return every account."""
        return AccountList(accounts=office.accounts())

    @api.post(
        "/office/accounts",
        who=ADMINISTRATORS,
        body=AddAccount,
        answer=OneTimePassword,
        codes=(AccountCode.ACCOUNT_UNKNOWN, AccountCode.ACCOUNT_EXISTS),
        example={"staff": "1001", "role": "clerk"},
        keyed=False,
    )
    def add_account(call: Call) -> OneTimePassword:
        """Add an account; the one-time password is shown once."""
        body: AddAccount = call.body
        password = people.add_account(call.actor, body.staff, Role(body.role))
        return OneTimePassword(staff=body.staff, password=password)

    @api.post(
        "/office/accounts/<staff>",
        who=ADMINISTRATORS,
        body=ChangeAccount,
        answer=Done,
        codes=(AccountCode.ACCOUNT_UNKNOWN, CommonCode.CHANGED_MEANWHILE),
        example={"role": "manager"},
        keyed=False,
    )
    def change_account(call: Call) -> Done:
        """Change an account's role, or disable or enable it."""
        body: ChangeAccount = call.body
        role = Role(body.role) if body.role else None
        staff = call.args["staff"]
        people.change_account(call.actor, staff, role, body.disabled, body.seen)
        return Done()

    @api.post(
        "/office/accounts/<staff>/reset",
        who=ADMINISTRATORS,
        answer=OneTimePassword,
        codes=(AccountCode.ACCOUNT_UNKNOWN,),
        keyed=False,
    )
    def reset(call: Call) -> OneTimePassword:
        """Set a new one-time password for a person who forgot theirs."""
        staff = call.args["staff"]
        return OneTimePassword(staff=staff, password=people.reset_password(call.actor, staff))


def _tokens(api: Api) -> None:
    ctx, people = api.hall.ctx, api.hall.people

    @api.get("/office/tokens", who=ADMINISTRATORS, answer=TokenList)
    def token_list(_call: Call) -> TokenList:
        """Return every enrolled kiosk, board and agent."""
        rows = ctx.read(lambda c: accounts_queries.tokens(c, ctx.hall_id))
        return TokenList(
            tokens=[
                TokenView(
                    kind=row.kind,
                    name=row.name,
                    created_at=row.created_at,
                    revoked=row.revoked_at is not None,
                )
                for row in rows
            ]
        )

    @api.post(
        "/office/codes",
        who=ADMINISTRATORS,
        body=MakeCode,
        answer=OneTimeCode,
        keyed=False,
        example={"kind": "kiosk", "name": "1"},
    )
    def make_code(call: Call) -> OneTimeCode:
        """Make a one-time code to enrol a kiosk, board or agent."""
        body: MakeCode = call.body
        code = people.make_code(call.actor, body.kind, body.name, body.place)
        return OneTimeCode(code=code, kind=body.kind, name=body.name, minutes=CODE_MINUTES)

    @api.post(
        "/office/revoke",
        who=ADMINISTRATORS,
        body=Revoke,
        answer=Done,
        keyed=False,
        codes=(CommonCode.DEVICE_UNKNOWN,),
        example={"kind": "agent", "name": "kiosk-1"},
    )
    def revoke(call: Call) -> Done:
        """Revoke a device's token; its connection ends at once."""
        body: Revoke = call.body
        people.revoke(call.actor, body.kind, body.name)
        return Done()


def _settings(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/alarms/take",
        who=MANAGERS,
        body=TakeAlarm,
        answer=Done,
        example={"code": "device_paper_out", "subject": "printer-1"},
    )
    def take_alarm(call: Call) -> Done:
        """Take an alarm: it is quiet for a while, and the journal records who took it."""
        body: TakeAlarm = call.body
        alarm_acts.acknowledge(ctx, call.actor, call.key, body.code, body.subject)
        return Done()

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
        codes=(CommonCode.SETTING_INVALID, CommonCode.CHANGED_MEANWHILE),
        example={"values": {"priority_run": 2}},
        keyed=False,
    )
    def change_settings(call: Call) -> Done:
        """Change settings from now on; the old values stay in the history."""
        body: ChangeSettings = call.body
        setting_changes.change(ctx, call.actor, body.values, seen=body.seen)
        return Done()


def _business_data(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/versions", who=MANAGERS, answer=VersionList)
    def versions(_call: Call) -> VersionList:
        """Return every version of the business data."""
        rows = ctx.read(lambda c: catalogue_queries.versions(c, ctx.hall_id))
        return VersionList(
            versions=[
                VersionView(
                    version=row["version"],
                    at=row["at"],
                    by=row["by_actor"],
                    digest=row["digest"],
                    note=row["note"],
                )
                for row in rows
            ]
        )

    @api.get("/office/workbook", who=ADMINISTRATORS, answer=None, media=XLSX)
    def download(_call: Call) -> Response:
        """Return the business data as one workbook."""
        business_data = ctx.catalogue()
        stream = BytesIO()
        api.hall.offload(lambda: workbook.export(business_data, stream))
        name = f"hall-{business_data.hall}-v{business_data.version}.xlsx"
        return file_response(stream.getvalue(), XLSX, name)

    @api.post(
        "/office/workbook",
        who=ADMINISTRATORS,
        answer=Imported,
        codes=(CatalogueCode.WORKBOOK, CommonCode.CHANGED_MEANWHILE),
        keyed=False,
        upload=MAX_WORKBOOK,
    )
    def upload(call: Call) -> Imported:
        """Import a workbook: all of it or nothing; the same workbook again changes nothing."""
        content = _uploaded()
        parsed = api.hall.offload(lambda: workbook.read(BytesIO(content)))
        if isinstance(parsed, list):
            raise HallError(
                CatalogueCode.WORKBOOK,
                count=len(parsed),
                problems=[_problem(p) for p in parsed[:500]],
            )
        version, new = import_catalogue(ctx, call.actor, parsed, "")
        return Imported(version=version, changed=new)


def _uploaded() -> bytes:
    file = request.files.get("workbook")
    if file is None:
        raise HallError(CommonCode.INVALID, field="workbook")
    content = file.stream.read(MAX_WORKBOOK + 1)
    if len(content) > MAX_WORKBOOK:
        raise HallError(CommonCode.TOO_LARGE)
    return content


def _problem(problem: Any) -> dict[str, Any]:
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "code": problem.code.value,
        "message_zh": problem.zh,
        "message_en": problem.en,
    }
