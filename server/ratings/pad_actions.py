"""Acts on presses of rating pads: a press is kept first, then becomes the rating of its service."""

from __future__ import annotations

from server.core.actors import SYSTEM, Actor, ActorKind, Via
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.ratings import pad_queries
from server.ratings.actions import Given, give
from server.ratings.levels import Channel, Level
from server.ratings.pad_queries import StoredPress
from server.ratings.pad_rules import Press, PressState, service_of, state_of
from server.ratings.settings import RatingSettings


def receive(ctx: Context, press: StoredPress, via: Via) -> PressState:
    """Keep a press, and rate its service if that is known; a press twice is kept once."""

    def act(tx: Tx) -> PressState:
        earlier = pad_queries.get(tx.conn, tx.hall_id, press.id)
        if earlier is not None:
            return PressState(earlier.state)
        pad_queries.add(tx, press)
        data = {"level": press.level, "at": press.at, "asked": press.asked, "raw": press.raw}
        agent = Actor(ActorKind.AGENT, via.agent, via)
        write_journal(tx, agent, "rating.press", press.id, window=press.window, data=data)
        return _settle(ctx, tx, agent, press)

    return ctx.write(act)


def settle_waiting(ctx: Context) -> int:
    """Rate the services of presses that waited for them; return the number of presses settled.

    After an outage the actions of the desks come later than the presses.
    """
    if not ctx.read_single(lambda c: pad_queries.has_waiting(c, ctx.hall_id)):
        return 0

    def act(tx: Tx) -> int:
        presses = pad_queries.waiting(tx.conn, tx.hall_id)
        states = [_settle(ctx, tx, SYSTEM, press) for press in presses]
        return sum(state is not PressState.WAITING for state in states)

    return ctx.write(act)


def _settle(ctx: Context, tx: Tx, actor: Actor, press: StoredPress) -> PressState:
    seconds = ctx.settings().of(RatingSettings).pad_seconds
    services = pad_queries.services_near(tx.conn, tx.hall_id, press, ctx.day(press.at))
    service = service_of(Press(press.window, press.at, press.asked), services, seconds)
    is_rated = service is not None and pad_queries.is_rated(tx.conn, tx.hall_id, service.ticket)
    state = state_of(service, is_rated=is_rated, at=press.at, now=tx.now)
    rating = ""
    if state is PressState.COUNTED and service is not None:
        given = Given(Level(press.level), Channel.PAD, at=min(press.at, tx.now))
        rating = give(ctx, tx, actor, service.ticket, given, press.device)
    if state is not PressState.WAITING:
        pad_queries.settle(tx, press.id, state, rating)
        data = {"state": state.value, "rating": rating}
        write_journal(tx, actor, "rating.press_settled", press.id, window=press.window, data=data)
    return state
