"""A server begins to record what changes, for the other side of its line."""

from __future__ import annotations

from server.branches import changes, triggers
from server.branches.ownership import OF_BRANCH, OF_MAIN
from server.core.config import Config
from server.core.store import GroupCommitStore
from server.hall.context import Context
from server.queue.number_ranges import branch_servers


def watch(ctx: Context, config: Config) -> None:
    """Record changes from now on: of a branch server, and of a main one with branches.

    An upgrade may have dropped the triggers, so each start installs them.
    """
    if config.branch_site:
        if isinstance(ctx.store, GroupCommitStore):
            ctx.store.after_act = changes.end_action
        ctx.write(lambda tx: triggers.install(tx.conn, OF_BRANCH))
    elif branch_servers(ctx.settings()):
        ctx.write(lambda tx: triggers.install(tx.conn, OF_MAIN))
