"""Windows that nobody sits at though they are open, as lines of the office's list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from server.hall import Hall
from server.services.attendance import covers
from server.services.snapshot import Snapshot
from server.wire.views import Alarm


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """What stands in the list: uncovered leave one by one, deserted windows together."""
    ctx = hall.ctx

    def found(taken: Snapshot) -> list[Alarm]:
        def query(conn: Connection) -> tuple[list[covers.Uncovered], list[str]]:
            return covers.uncovered(ctx, conn, taken), covers.deserted(ctx, conn, taken)

        uncovered, deserted = ctx.read(query)
        return [_uncovered(taken, one) for one in uncovered] + _deserted(taken, deserted)

    return found


_WHY = {
    "none": ("没有安排B角", "nobody was named to stand in"),
    "away": ("B角{0}也不在岗", "{0}, who stands in, is away too"),
    "busy": ("B角{0}正在 {1} 号窗口，尚未到岗", "{0}, who stands in, is still at window {1}"),
    "late": ("B角{0}还没有登录", "{0}, who stands in, has not signed in"),
}


def _uncovered(taken: Snapshot, one: covers.Uncovered) -> Alarm:
    people = taken.catalogue.staff_by
    absent = people[one.absent].name if one.absent in people else one.absent
    cover = people[one.cover].name if one.cover in people else one.cover
    zh, en = (words.format(cover, one.seat) for words in _WHY[one.why])
    return Alarm(
        code="window_uncovered",
        subject=one.window,
        message_zh=f"{one.number} 号窗口没有人：{absent}请假，{zh}。",
        message_en=f"Nobody is at window {one.number}: {absent} is on leave, {en}.",
        since=None,
    )


def _deserted(taken: Snapshot, codes: list[str]) -> list[Alarm]:
    if not codes:
        return []
    numbers = [str(taken.catalogue.window_by[code].number) for code in codes]
    return [
        Alarm(
            code="window_empty",
            subject=codes[0],
            message_zh=f"{'、'.join(numbers)} 号窗口已到开放时间，无人登录，也无请假记录，请核实。",
            message_en=f"Open, but nobody signed in and nobody is on leave: {', '.join(numbers)}.",
            since=None,
        )
    ]
