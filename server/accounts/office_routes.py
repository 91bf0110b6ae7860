"""Routes of the office for accounts, the staff list and enrolled devices."""

from __future__ import annotations

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
from server.core.actors import Role
from server.core.errors import CommonCode
from server.core.messages import Done
from server.hall.context import Context
from server.web_api import ADMINISTRATORS, MANAGERS, Api, Call


def _account_views(ctx: Context) -> list[AccountView]:
    """Return every account with the person's name."""
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


def add(api: Api) -> None:
    """Register the routes of accounts, of the staff list and of enrolled devices."""
    _accounts(api)
    _staff(api)
    _tokens(api)


def _staff(api: Api) -> None:
    ctx = api.hall.ctx

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


def _accounts(api: Api) -> None:
    ctx, people = api.hall.ctx, api.hall.people

    @api.get("/office/accounts", who=ADMINISTRATORS, answer=AccountList)
    def account_list(_call: Call) -> AccountList:
        """Return every account."""
        return AccountList(accounts=_account_views(ctx))

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
        codes=(CommonCode.NOT_IN_WORKBOOK,),
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
