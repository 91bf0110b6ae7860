"""Routes of leave, corrections and cover, and the live feed of one person's requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from server.accounts import queries as accounts_queries
from server.accounts.errors import AccountCode
from server.core.actors import Actor, ActorKind, Principal
from server.core.day_facts import LeaveKind
from server.core.errors import CommonCode, HallError
from server.core.events import Event, HallChanged, RequestsChanged
from server.core.messages import Done
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.leave import actions, attendance_access, correction_actions, views
from server.leave import correction_queries as stored_corrections
from server.leave import queries as stored_leaves
from server.leave.errors import LeaveCode
from server.leave.messages import (
    AskLeave,
    CaseAsked,
    CaseWords,
    CorrectionCase,
    DecideCase,
    HandInPaper,
    LeaveCase,
    LeaveList,
    MyRequests,
    NameCover,
)
from server.live.feeds import Feed, LiveFeeds
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_of

LONGEST_LIST = 400
ASKING = (AccountCode.ACCOUNT_UNKNOWN, LeaveCode.NOT_YOUR_SHEET, LeaveCode.FILE_UNKNOWN)
DECISION_CODES = (
    LeaveCode.LEAVE_UNKNOWN,
    CommonCode.OWN_CASE,
    LeaveCode.NOT_YOUR_STEP,
    LeaveCode.LEAVE_SETTLED,
)
EXAMPLE_LEAVE = {
    "staff": "1004",
    "kind": "personal",
    "begins": "2026-11-25T08:30",
    "ends": "2026-11-25T12:00",
    "reason": "家中有事",
    "cover": "1005",
}


class Requests:
    """Requests of one hall's people for their live feeds.

    A person's full state is cached until a request, the hall or the minute changes: a hundred
    open phones cost nothing.
    """

    def __init__(self, hall: Hall) -> None:
        self._ctx = hall.ctx
        self._cache: dict[str, tuple[datetime, MyRequests]] = {}
        self._changes = 0
        hall.ctx.bus.subscribe(self._on_event)

    def _on_event(self, event: Event) -> None:
        if _changed_keys(event) is not None:
            self._cache.clear()
            self._changes += 1

    def mine(self, snapshot: Snapshot, key: str) -> MyRequests:
        """Return the requests of the person whose number is the key."""
        ctx, minute = self._ctx, snapshot.local.replace(second=0, microsecond=0)
        cached = self._cache.get(key)
        if cached is not None and cached[0] == minute:
            return cached[1]
        actor, changes = Actor(self._kind(key), key), self._changes
        fresh = ctx.read(lambda c: views.requests_of(ctx, c, actor))
        if changes == self._changes:  # nothing changed during the read
            self._cache[key] = (minute, fresh)
        return fresh

    def _kind(self, staff: str) -> ActorKind:
        row = self._ctx.read(lambda c: accounts_queries.account(c, self._ctx.hall_id, staff))
        return ActorKind(row.role) if row is not None else ActorKind.CLERK

    def own(self, principal: Principal | None, key: str) -> bool:
        """Return True if the key is the principal's own number."""
        return principal is not None and principal.is_staff and principal.name == key


def add(api: Api, feeds: LiveFeeds) -> None:
    """Register the routes of requests, papers and the calendar, and the live feed."""
    requests = Requests(api.hall)
    feeds.add(Feed("my", requests.mine, requests.own, _changed_keys, 0.5))
    _read_routes(api)
    _leave(api)
    _leave_more(api)
    _correction_settled(api)


def _changed_keys(event: Event) -> set[str] | None:
    return {"*"} if isinstance(event, RequestsChanged | HallChanged) else None


def _read_routes(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/my/requests", who=STAFF, answer=MyRequests)
    def my_requests(call: Call) -> MyRequests:
        """Return one's own leave and corrections, handovers to confirm, cases to decide."""
        return ctx.read(lambda c: views.requests_of(ctx, c, call.actor))

    @api.get(
        "/requests/leaves/<leave>",
        who=STAFF,
        answer=LeaveCase,
        codes=(LeaveCode.LEAVE_UNKNOWN, LeaveCode.NOT_YOUR_SHEET),
    )
    def leave(call: Call) -> LeaveCase:
        """Return a leave with its steps."""

        def query(conn: Connection) -> LeaveCase:
            record = stored_leaves.get(conn, ctx.hall_id, call.args["leave"])
            if record is None:
                raise HallError(LeaveCode.LEAVE_UNKNOWN)
            if not actions.may_see(ctx, call.actor, record):
                raise HallError(LeaveCode.NOT_YOUR_SHEET)
            leads_staff = attendance_access.leads(ctx.catalogue(), call.actor, record.staff)
            return views.case_views(ctx, conn, call.actor).leave(record, evidence=leads_staff)

        return ctx.read(query)

    @api.get(
        "/requests/corrections/<correction>",
        who=STAFF,
        answer=CorrectionCase,
        codes=(LeaveCode.CORRECTION_UNKNOWN, LeaveCode.NOT_YOUR_SHEET),
    )
    def correction(call: Call) -> CorrectionCase:
        """Return a correction with the verdict before it."""

        def query(conn: Connection) -> CorrectionCase:
            record = stored_corrections.get(conn, ctx.hall_id, call.args["correction"])
            if record is None:
                raise HallError(LeaveCode.CORRECTION_UNKNOWN)
            if not correction_actions.may_see(ctx, call.actor, record):
                raise HallError(LeaveCode.NOT_YOUR_SHEET)
            return views.case_views(ctx, conn, call.actor).correction(record)

        return ctx.read(query)

    @api.get("/office/leaves/<first>/<last>", who=MANAGERS, answer=LeaveList)
    def leave_list(call: Call) -> LeaveList:
        """Return all leave that overlaps some days."""
        first, last = day_of(call.args["first"]), day_of(call.args["last"])
        if not 0 <= (last - first).days <= LONGEST_LIST:
            raise HallError(CommonCode.INVALID, field="last")
        return ctx.read(lambda c: views.leave_list(ctx, c, call.actor, first, last))


def _leave(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/requests/leaves",
        who=STAFF,
        body=AskLeave,
        answer=CaseAsked,
        codes=(
            *ASKING,
            LeaveCode.LEAVE_SPAN,
            LeaveCode.LEAVE_TOO_LATE,
            LeaveCode.LEAVE_OVERLAP,
            LeaveCode.COVER_CANNOT,
        ),
        example=EXAMPLE_LEAVE,
    )
    def ask_leave(call: Call) -> CaseAsked:
        """Request leave or an outing for oneself or for a person one leads."""
        body: AskLeave = call.body
        leave_request = actions.LeaveRequest(
            body.staff,
            LeaveKind(body.kind),
            datetime.fromisoformat(body.begins),
            datetime.fromisoformat(body.ends),
            body.reason,
            body.file,
            body.cover,
            body.emergency,
        )
        return CaseAsked(id=actions.request(ctx, call.actor, call.key, leave_request))

    @api.post(
        "/requests/leaves/<leave>/decide",
        who=STAFF,
        body=DecideCase,
        answer=Done,
        codes=DECISION_CODES,
        example={"approve": True, "words": "同意"},
    )
    def decide_leave(call: Call) -> Done:
        """Approve or refuse the waiting step."""
        body: DecideCase = call.body
        leave_id = call.args["leave"]
        actions.decide(ctx, call.actor, call.key, leave_id, body.approve, body.words)
        return Done()

    @api.post(
        "/requests/leaves/<leave>/cancel",
        who=STAFF,
        body=CaseWords,
        answer=Done,
        codes=(LeaveCode.LEAVE_UNKNOWN, LeaveCode.NOT_YOUR_SHEET, LeaveCode.LEAVE_SETTLED),
        example={"words": "事情办完了"},
    )
    def cancel_leave(call: Call) -> Done:
        """Cancel a leave, or the rest of a running one."""
        actions.cancel(ctx, call.actor, call.key, call.args["leave"], call.body.words)
        return Done()


def _leave_more(api: Api) -> None:
    ctx = api.hall.ctx
    codes_settled = (LeaveCode.LEAVE_UNKNOWN, LeaveCode.LEAVE_SETTLED)

    @api.post(
        "/requests/leaves/<leave>/cover",
        who=STAFF,
        body=NameCover,
        answer=Done,
        codes=(*codes_settled, LeaveCode.NOT_YOUR_SHEET, LeaveCode.COVER_CANNOT),
        example={"cover": "1005"},
    )
    def name_cover(call: Call) -> Done:
        """Name another cover (B)."""
        actions.set_cover(ctx, call.actor, call.key, call.args["leave"], call.body.cover)
        return Done()

    @api.post(
        "/requests/leaves/<leave>/handover",
        who=STAFF,
        body=CaseWords,
        answer=Done,
        codes=(*codes_settled, LeaveCode.NOT_YOUR_STEP),
        example={"words": "已交接"},
    )
    def hand_over(call: Call) -> Done:
        """Confirm as cover (B) that the work is handed over."""
        actions.hand_over(ctx, call.actor, call.key, call.args["leave"], call.body.words)
        return Done()

    @api.post(
        "/requests/leaves/<leave>/paper",
        who=STAFF,
        body=HandInPaper,
        answer=Done,
        codes=(*codes_settled, LeaveCode.NOT_YOUR_SHEET, LeaveCode.FILE_UNKNOWN),
        example={"file": "0" * 64},
    )
    def hand_in(call: Call) -> Done:
        """Attach a paper to a leave later."""
        actions.attach(ctx, call.actor, call.key, call.args["leave"], call.body.file)
        return Done()


def _correction_settled(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/requests/corrections/<correction>/decide",
        who=STAFF,
        body=DecideCase,
        answer=Done,
        codes=(
            LeaveCode.CORRECTION_UNKNOWN,
            CommonCode.OWN_CASE,
            LeaveCode.NOT_YOUR_STEP,
            LeaveCode.CORRECTION_SETTLED,
        ),
        example={"approve": True, "words": "监控可证"},
    )
    def decide_correction(call: Call) -> Done:
        """Approve or refuse a correction as the second person."""
        body: DecideCase = call.body
        correction_id = call.args["correction"]
        correction_actions.decide(
            ctx, call.actor, call.key, correction_id, body.approve, body.words
        )
        return Done()

    @api.post(
        "/requests/corrections/<correction>/cancel",
        who=STAFF,
        body=CaseWords,
        answer=Done,
        codes=(
            LeaveCode.CORRECTION_UNKNOWN,
            LeaveCode.NOT_YOUR_SHEET,
            LeaveCode.CORRECTION_SETTLED,
        ),
        example={"words": ""},
    )
    def cancel_correction(call: Call) -> Done:
        """Withdraw a correction."""
        correction_id = call.args["correction"]
        correction_actions.cancel(ctx, call.actor, call.key, correction_id, call.body.words)
        return Done()
