"""Alarms of branches: one is silent or refused; at a branch server, the line is cut or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from server.branches import queries
from server.branches.queries import StoredBranch, StoredLine
from server.branches.views import SILENT_MS, state_of
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.queue.number_ranges import branch_servers

CODE = "branch_line"


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes these alarms from a snapshot."""
    ctx, hall_id = hall.ctx, hall.ctx.hall_id

    def current(snapshot: Snapshot) -> list[Alarm]:
        if hall.config.branch_site:
            line = ctx.read(lambda c: queries.line(c, hall_id))
            return [*_of_line(line, snapshot)]
        if not branch_servers(snapshot.settings):
            return []
        rows = ctx.read(lambda c: queries.every(c, hall_id))
        return [*_of_branches(snapshot, {row.site: row for row in rows})]

    return current


def _of_branches(snapshot: Snapshot, rows: Mapping[str, StoredBranch]) -> Iterator[Alarm]:
    for server in branch_servers(snapshot.settings):
        row = rows.get(server.site)
        state = state_of(server, row, snapshot.now)
        if row is None or state not in ("silent", "refused"):
            continue
        site = snapshot.catalogue.site_by.get(server.site)
        zh, en = (site.name, site.name_en) if site else (server.site, server.site)
        if state == "silent":
            message = (
                f"{zh}的服务器失去联系，可能断网或停机。那里照常取号、叫号，恢复后自动补送。",
                f"No word from the server of {en}. It goes on by itself and delivers afterwards.",
            )
        else:
            message = (
                f"{zh}送来的记录被退回（{row.refusal}），请到“分中心”页面查看。",
                f"Records from {en} were refused ({row.refusal}). See the page “Branches”.",
            )
        yield Alarm(
            code=CODE,
            subject=server.site,
            since=row.heard_at or snapshot.now,
            message_zh=message[0],
            message_en=message[1],
        )


def _of_line(line: StoredLine | None, snapshot: Snapshot) -> Iterator[Alarm]:
    if line is None:
        return
    is_cut = line.heard_at is None or snapshot.now - line.heard_at > SILENT_MS
    if not is_cut and not line.refusal:
        return
    message = (
        (
            f"主厅退回了这里的记录（{line.refusal}），请联系主厅管理员。",
            f"The main server refuses the records of this one ({line.refusal}). Tell its office.",
        )
        if line.refusal
        else (
            "到主厅的线路断了。取号、叫号照常；记录留在这里，恢复后自动补送。",
            "The line to the main hall is cut. The work goes on; records are delivered afterwards.",
        )
    )
    yield Alarm(
        code=CODE,
        subject="",
        since=line.heard_at or snapshot.now,
        message_zh=message[0],
        message_en=message[1],
    )
