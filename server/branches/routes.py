"""Routes of branches: the exchange of two servers, and the office's page."""

from __future__ import annotations

from server.accounts.people import CODE_MINUTES
from server.branches import deliveries, membership, views
from server.branches.errors import BranchCode
from server.branches.exchanges import as_messages, exchange
from server.branches.messages import (
    AddBranch,
    BranchAdded,
    BranchesView,
    Exchange,
    Exchanged,
    Start,
    Started,
)
from server.capability import journal_readers
from server.core.actors import ActorKind
from server.core.messages import Done
from server.web_api import ADMINISTRATORS, MANAGERS, Api, Call, Caller

BRANCH = frozenset({Caller.BRANCH})
MOST_BYTES = 16 * 1024 * 1024


def add(api: Api) -> None:
    """Register the routes."""
    _exchange(api)
    _office(api)


def _exchange(api: Api) -> None:
    ctx, readers = api.hall.ctx, journal_readers()

    @api.post(
        "/branch/start",
        who=BRANCH,
        body=Start,
        answer=Started,
        keyed=False,
        at_main=True,
        codes=(BranchCode.BRANCH_UNKNOWN, BranchCode.BRANCH_VERSION),
        example={"revision": "0047"},
    )
    def branch_start(call: Call) -> Started:
        """Begin a run of a branch server; return everything with which it begins."""
        body: Start = call.body
        site = call.actor.name
        run, received, rows = membership.start(ctx, site, body.revision)
        return Started(
            hall=ctx.hall_id, site=site, run=run, received=received, rows=as_messages(rows)
        )

    @api.post(
        "/branch/exchange",
        who=BRANCH,
        body=Exchange,
        answer=Exchanged,
        keyed=False,
        at_main=True,
        most=MOST_BYTES,
        codes=(
            BranchCode.BRANCH_UNKNOWN,
            BranchCode.BRANCH_VERSION,
            BranchCode.BRANCH_BROKEN,
            BranchCode.BRANCH_ROW,
        ),
        example={
            "revision": "0047",
            "run": 1,
            "delivered": 0,
            "changes": [],
            "received": 0,
            "windows": 1,
            "waiting": 0,
        },
    )
    def branch_exchange(call: Call) -> Exchanged:
        """Put a branch's changes into the books; return what changed here since it last looked."""
        return exchange(ctx, readers, call.actor.name, call.body)


def _office(api: Api) -> None:
    ctx, people, config = api.hall.ctx, api.hall.people, api.hall.config

    @api.get("/office/branches", who=MANAGERS, answer=BranchesView)
    def branches(_call: Call) -> BranchesView:
        """Return the branches of the hall, or at a branch server its line to the main one."""
        now = ctx.clock.now()
        return ctx.read(lambda conn: views.branches(ctx, config, conn, now))

    @api.post(
        "/office/branches",
        who=ADMINISTRATORS,
        body=AddBranch,
        answer=BranchAdded,
        at_main=True,
        codes=(BranchCode.BRANCH_SITE, BranchCode.BRANCH_RUNS, BranchCode.BRANCH_BLOCK),
        example={"site": "north", "first_number": 800, "last_number": 999},
    )
    def add_branch(call: Call) -> BranchAdded:
        """Let a building run its own server; return the one-time code with which it joins."""
        body: AddBranch = call.body
        membership.add(ctx, call.actor, call.key, body.site, body.first_number, body.last_number)
        return _code(call, body.site)

    @api.post(
        "/office/branches/<site>/code",
        who=ADMINISTRATORS,
        answer=BranchAdded,
        at_main=True,
        keyed=False,
        codes=(BranchCode.BRANCH_UNKNOWN,),
    )
    def branch_code(call: Call) -> BranchAdded:
        """Return a new one-time code, for a server that takes the place of a lost one."""
        deliveries.server_of(ctx, call.args["site"])
        return _code(call, call.args["site"])

    @api.post(
        "/office/branches/<site>/end",
        who=ADMINISTRATORS,
        answer=Done,
        at_main=True,
        codes=(BranchCode.BRANCH_UNKNOWN,),
    )
    def end_branch(call: Call) -> Done:
        """End a branch server: the main server runs the building from tomorrow on."""
        membership.end(ctx, call.actor, call.key, call.args["site"])
        return Done()

    def _code(call: Call, site: str) -> BranchAdded:
        code = people.make_code(call.actor, ActorKind.BRANCH.value, site)
        return BranchAdded(site=site, code=code, minutes=CODE_MINUTES)
