"""Actions on greetings."""

from __future__ import annotations

from server.core.actors import SYSTEM, Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal

from .errors import HelloCode
from .events import Greeted
from .queries import SUBJECT, greetings
from .settings import HelloSettings


def greet(ctx: Context, actor: Actor, key: str, greeting: str) -> None:
    """Greet the hall. Raises GREETED_ENOUGH."""
    limit = ctx.settings().of(HelloSettings).hello_limit

    def act(tx: Tx) -> JsonDict:
        if len(greetings(tx.conn, tx.hall_id)) >= limit:
            raise HallError(HelloCode.GREETED_ENOUGH, limit=limit)
        write_journal(tx, actor, "hello.greet", SUBJECT, data={"greeting": greeting})
        tx.events.append(Greeted(greeting))
        return {}

    ctx.command(actor, key, {"act": "hello.greet", "greeting": greeting}, act)


def rest(ctx: Context) -> None:
    """Let the hall rest once the limit is reached; a job calls it again and again."""
    limit = ctx.settings().of(HelloSettings).hello_limit

    def act(tx: Tx) -> None:
        if len(greetings(tx.conn, tx.hall_id)) >= limit:
            write_journal(tx, SYSTEM, "hello.rest", SUBJECT)
            tx.events.append(Greeted(""))

    ctx.write(act)
