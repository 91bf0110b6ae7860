"""Jobs and questions of a person who may not act any more: none of them waits for nobody.

A job is listed until somebody hands it on, since another helper needs an authorisation of their
own. A question goes back to the unit, where anybody may take it.
"""

from __future__ import annotations

from server.assistance import actions, helper_actions
from server.core.actors import Actor
from server.core.store import Tx
from server.hall.context import Context

REASONS = {
    "account_disabled": "账号已停用",
    "left_the_list": "已不在人员名单",
}


def end_work(ctx: Context, tx: Tx, actor: Actor, staff: str, reason: str) -> None:
    """List the person's open jobs, and return the questions that wait for them."""
    words = REASONS.get(reason, reason)
    helper_actions.leave(tx, actor, staff, words)
    actions.give_back(ctx, tx, actor, staff, words)
