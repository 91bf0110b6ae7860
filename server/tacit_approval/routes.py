"""Routes of approval by silence; the office makes and signs schemes."""

from __future__ import annotations

from collections.abc import Callable

from server.queue.errors import QueueCode
from server.tacit_approval import actions, views
from server.tacit_approval.actions import Proposal
from server.tacit_approval.errors import TacitCode
from server.tacit_approval.messages import ProposeScheme, TacitList, WithdrawScheme
from server.tacit_approval.rules import SchemeMove
from server.web_api import MANAGERS, Api, Call
from server.web_api.arguments import day_of


def add(api: Api) -> None:
    """Register the routes."""
    ctx = api.hall.ctx

    def listed(call: Call) -> TacitList:
        return ctx.read(lambda c: views.everything(ctx, c, call.actor))

    _proposals(api, listed)
    _moves(api, listed)


def _proposals(api: Api, listed: Callable[[Call], TacitList]) -> None:
    ctx = api.hall.ctx

    @api.get("/office/tacit-approval", who=MANAGERS, answer=TacitList)
    def tacit_approval(call: Call) -> TacitList:
        """Return the schemes of approval by silence, and the last cases that silence granted."""
        return listed(call)

    @api.post(
        "/office/tacit-approval",
        who=MANAGERS,
        body=ProposeScheme,
        answer=TacitList,
        codes=(QueueCode.ITEM_UNKNOWN, TacitCode.TACIT_BARRED, TacitCode.TACIT_LIMIT),
        example={
            "kind": "renewal",
            "items": ["HS-01"],
            "limit": "legal",
            "basis": "《行政许可法》第五十条第二款",
            "first": "2099-01-01",
        },
    )
    def propose_scheme(call: Call) -> TacitList:
        """Propose a scheme: the first of two signatures."""
        body: ProposeScheme = call.body
        proposal = Proposal(
            body.kind,
            body.items,
            body.limit,
            body.basis,
            day_of(body.first, "first"),
            day_of(body.last, "last") if body.last else None,
        )
        actions.propose(ctx, call.actor, call.key, proposal)
        return listed(call)


def _moves(api: Api, listed: Callable[[Call], TacitList]) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/tacit-approval/<scheme>/sign",
        who=MANAGERS,
        answer=TacitList,
        codes=(
            TacitCode.TACIT_UNKNOWN,
            TacitCode.TACIT_STATE,
            TacitCode.TACIT_SECOND,
            TacitCode.TACIT_BARRED,
            TacitCode.TACIT_LIMIT,
            QueueCode.ITEM_UNKNOWN,
        ),
    )
    def sign_scheme(call: Call) -> TacitList:
        """Sign a scheme that somebody else proposed; it is in force from now on."""
        actions.move(ctx, call.actor, call.key, call.args["scheme"], SchemeMove.SIGN)
        return listed(call)

    @api.post(
        "/office/tacit-approval/<scheme>/withdraw",
        who=MANAGERS,
        body=WithdrawScheme,
        answer=TacitList,
        codes=(
            TacitCode.TACIT_UNKNOWN,
            TacitCode.TACIT_STATE,
            TacitCode.TACIT_WORDS,
        ),
        example={"words": "上级规定调整"},
    )
    def withdraw_scheme(call: Call) -> TacitList:
        """Withdraw a scheme; silence that took effect before stays."""
        body: WithdrawScheme = call.body
        scheme = call.args["scheme"]
        actions.move(ctx, call.actor, call.key, scheme, SchemeMove.WITHDRAW, body.words)
        return listed(call)
