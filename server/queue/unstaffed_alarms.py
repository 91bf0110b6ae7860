"""Alarms of open windows without a person: uncovered leave, and windows without a sign-in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.queue import unstaffed_windows
from server.queue.snapshot import QueueSnapshot, with_queue


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes these alarms: one per uncovered leave, one for the rest."""
    ctx = hall.ctx

    def current(snapshot: QueueSnapshot) -> list[Alarm]:
        def query(conn: Connection) -> tuple[list[unstaffed_windows.Uncovered], list[str]]:
            return unstaffed_windows.uncovered(
                ctx, conn, snapshot
            ), unstaffed_windows.long_unstaffed(ctx, conn, snapshot)

        uncovered, unstaffed = ctx.read(query)
        return [_uncovered(snapshot, gap) for gap in uncovered] + _unstaffed(snapshot, unstaffed)

    return with_queue(current)


_WHY = {
    "none": ("没有安排B角", "nobody was named to stand in"),
    "away": ("B角{0}也不在岗", "{0}, who stands in, is away too"),
    "busy": ("B角{0}正在 {1} 号窗口，尚未到岗", "{0}, who stands in, is still at window {1}"),
    "late": ("B角{0}还没有登录", "{0}, who stands in, has not signed in"),
}


def _uncovered(snapshot: QueueSnapshot, gap: unstaffed_windows.Uncovered) -> Alarm:
    people = snapshot.catalogue.staff_by
    absent = people[gap.absent].name if gap.absent in people else gap.absent
    cover = people[gap.cover].name if gap.cover in people else gap.cover
    zh, en = (words.format(cover, gap.deputy_window) for words in _WHY[gap.why])
    return Alarm(
        code="window_uncovered",
        subject=gap.window,
        message_zh=f"{gap.number} 号窗口没有人：{absent}请假，{zh}。",
        message_en=f"Nobody is at window {gap.number}: {absent} is on leave, {en}.",
        since=None,
    )


def _unstaffed(snapshot: QueueSnapshot, codes: list[str]) -> list[Alarm]:
    if not codes:
        return []
    numbers = [str(snapshot.catalogue.window_by[code].number) for code in codes]
    return [
        Alarm(
            code="window_empty",
            subject=codes[0],
            message_zh=f"{'、'.join(numbers)} 号窗口已到开放时间，无人登录，也无请假记录，请核实。",
            message_en=f"Open, but nobody signed in and nobody is on leave: {', '.join(numbers)}.",
            since=None,
        )
    ]
