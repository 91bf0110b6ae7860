"""Small hall with spot checks, as a server keeps them."""

from __future__ import annotations

from typing import Any

import pytest

from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import ErrorCode, HallError
from server.core.folder_key import key_in
from server.integrity import checks as hall_check
from server.queue.business_day import keep_day
from server.spot_checks import draw_commitment, finding_queries, rounds, second_checker
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks.schedule import SpotCheckScheduler
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, STAFF, SmallHall

DAY = MONDAY.isoformat()
BOSS = Actor(ActorKind.MANAGER, MANAGER)
ADMIN = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
CLERK = Actor(ActorKind.CLERK, STAFF["T1"])


class InspectionHall:
    """The small hall with its spot check keeper."""

    def __init__(self, small: SmallHall) -> None:
        self.small, self.ctx = small, small.ctx
        self.keeper = self.restart()

    def restart(self) -> SpotCheckScheduler:
        self.keeper = SpotCheckScheduler(self.ctx, self.small.hall.config.data)
        return self.keeper

    def keep(self, now: int) -> None:
        """Run the server's periodic work at this time."""
        self.small.clock.set(now)
        keep_day(self.ctx)
        self.keeper.update()

    def draw(self) -> draw_commitment.SealedDay:
        """Return today's draw with seed and times, which only the server can open."""
        key = key_in(self.small.hall.config.data, self.ctx.tokens)
        return draw_commitment.unseal(key, self.row())

    def due_times(self) -> list[int]:
        """Return today's drawn times in milliseconds."""
        draw = self.draw()
        return [draw.at(minute) for minute in draw.times]

    def row(self, day: str = DAY) -> Any:
        row = self.ctx.read(lambda c: spot_checks_queries.day(c, "small", day))
        assert row is not None
        return row

    def checks(self, day: str = DAY) -> list[tuple[str, str, str]]:
        rows = self.ctx.read(lambda c: spot_checks_queries.of_days(c, "small", day, day))
        return [(row.id, row.state, row.reason) for row in rows]

    def findings(self) -> list[Any]:
        return self.ctx.read(lambda c: finding_queries.of_days(c, "small", "", "9"))

    def acts(self, subject: str) -> list[str]:
        lines = self.ctx.read(lambda c: journal.of_subject(c, "small", subject))
        return [line["act"] for line in lines]

    def walk(self, other: str = STAFF["G2"]) -> str:
        check = str(rounds.by_hand(self.ctx, BOSS, self.small.key(), other)["check"])
        self.join(check, other)
        return check

    def join(self, check: str, other: str = STAFF["G2"]) -> None:
        """Confirm, as the second checker, having taken part."""
        second = Actor(ActorKind.CLERK, other)
        second_checker.answer(self.ctx, second, self.small.key(), check, True, "")

    def mark(self, check: str, window: str, seen: str, **values: Any) -> None:
        now = self.ctx.clock.now()
        request = rounds.MarkRequest(
            values.get("id", f"m-{self.small.key()}"),
            window,
            values.get("staff", ""),
            seen,
            values.get("reason", ""),
            (),
            "",
            (),
            values.get("at", now),
        )
        rounds.mark(self.ctx, BOSS, request.id, check, request)

    def violations(self) -> list[str]:
        violations = self.ctx.read(lambda c: hall_check.violations("small", c))
        return [violation.en for violation in violations]


def raises_code(code: ErrorCode) -> pytest.RaisesExc[HallError]:
    return pytest.raises(HallError, match=f"^{code.value}$")
