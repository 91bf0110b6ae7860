"""QueueSnapshot cached under the journal's last line: equal to a fresh read."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest

from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.core.store import Tx, attempt
from server.hall.context import write_journal
from server.queue import calling, issuing, snapshot, window_sessions
from server.queue.snapshot import Parts, QueueSnapshot
from server.queue.tickets import Outcome
from support.halls import SmallHall

WINDOWS = ("T1", "T2", "G1")
ITEMS = ("tax-1", "tax-2", "social-1")


def _parts(seen: QueueSnapshot) -> dict[str, Any]:
    parts = {name: getattr(seen, name) for name in Parts.__slots__}
    parts["at_windows"] = {t.id: t for t in parts["at_windows"]}
    return parts


def _afresh(small: SmallHall) -> dict[str, Any]:
    small.ctx.snapshot_cache.clear()
    return _parts(snapshot.take(small.ctx))


def _act(small: SmallHall, chance: random.Random, n: int) -> None:
    window = chance.choice(WINDOWS)
    actor = small.clerk(window)
    match chance.randrange(10):
        case 0:
            calling.hold(small.ctx, actor, f"hold-{n}", window, "")
        case 1:
            window_sessions.pause(small.ctx, actor, f"pause-{n}", window, "tea", "")
        case 2:
            window_sessions.unpause(small.ctx, actor, f"go-on-{n}", window)
        case 3:
            calling.finish(small.ctx, actor, f"finish-{n}", window, Outcome.ACCEPTED, "")
        case 4 | 5 | 6:
            small.issue(chance.choice(ITEMS), chance.choice(("ordinary", "elderly")))
        case _:
            calling.call_next(small.ctx, actor, f"call-{n}", window, "accepted")


def test_a_cached_snapshot_equals_a_fresh_one(small: SmallHall) -> None:
    small.sign_in(*WINDOWS)
    chance, done = random.Random(7), 0
    for n in range(150):
        small.clock.advance(seconds=chance.randrange(3))
        snapshot.take(small.ctx)
        with suppress(HallError):
            _act(small, chance, n)
            done += 1
        cached = _parts(snapshot.take(small.ctx))
        assert cached == _afresh(small), n
    assert done > 80


def test_a_part_is_read_in_its_transaction_or_not_at_all(small: SmallHall) -> None:
    small.sign_in("T1")
    seen = snapshot.read_with(small.ctx, lambda now: now)
    with pytest.raises(RuntimeError):
        _ = seen.waiting


def test_a_rolled_back_savepoint_removes_its_journal_line(small: SmallHall) -> None:
    def half(tx: Tx) -> None:
        write_journal(tx, SYSTEM, "undone", "b")
        raise HallError(CommonCode.INVALID)

    def act(tx: Tx) -> None:
        write_journal(tx, SYSTEM, "kept", "a")
        assert isinstance(attempt(tx, half), HallError)
        write_journal(tx, SYSTEM, "kept", "c")

    small.ctx.write(act)
    lines = small.ctx.read(lambda c: list(journal.lines(c, small.ctx.hall_id)))
    assert [line.subject for line in lines[-2:]] == ["a", "c"]
    assert small.ctx.read(lambda c: journal.first_break(c, small.ctx.hall_id)) is None


def test_a_new_ticket_is_not_counted_ahead_of_itself(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    kiosk = Actor(ActorKind.KIOSK, "k1")
    request: dict[str, Any] = {
        "item": "tax-1",
        "applicant": "ordinary",
        "kiosk": "",
        "paper": False,
    }
    for ahead in range(3):
        small.ctx.snapshot_cache.clear()
        ticket = issuing.issue_with_data(small.ctx, kiosk, f"key-{ahead}", **request)
        assert ticket.wait is not None
        assert ticket.wait.ahead == ahead
