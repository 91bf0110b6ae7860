"""Alarms of the server itself: an old backup, little disk space."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from server.alarms.settings import AlarmSettings
from server.core import tables as core_tables
from server.core.last_backup import last_backup
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot

DAY_MS = 24 * 3600 * 1000
MIN_FREE_BYTES = 1_000_000_000
"""Bytes below which an alarm is raised; a hall writes a few MB a day, so weeks remain."""


def alarms(
    hall: Hall, free: Callable[[Path], int] | None = None
) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes these alarms; `free` returns a folder's free bytes."""
    ask = free or _free

    def current(snapshot: Snapshot) -> list[Alarm]:
        return [*_backup(hall, snapshot), *_disk(ask(hall.config.data))]

    return current


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _backup(hall: Hall, snapshot: Snapshot) -> list[Alarm]:
    days = snapshot.settings.of(AlarmSettings).backup_warn_days
    if not days:
        return []
    backup = last_backup(hall.config.data, hall.ctx.hall_id)
    since = (
        backup[0] if backup is not None else hall.ctx.read(lambda c: _began(c, hall.ctx.hall_id))
    )
    age = (snapshot.now - since) // DAY_MS
    if age < days:
        return []
    zh = f"最近一次备份是 {age} 天前" if backup else f"开始使用 {age} 天了，还没有做过备份"
    en = f"The last backup is {age} days old" if backup else "There has never been a backup"
    return [
        Alarm(
            code="backup_old",
            subject="",
            message_zh=f"{zh}，请系统管理员立即备份（方法见运维手册“备份”）。",
            message_en=f"{en}; have hall backup run on the server.",
            since=since,
        )
    ]


def _began(conn: Connection, hall_id: str) -> int:
    table = core_tables.hall
    rows = conn.execute(select(table.c.created_at).where(table.c.hall_id == hall_id))
    return int(rows.scalar_one())


def _disk(free: int) -> list[Alarm]:
    if free >= MIN_FREE_BYTES:
        return []
    megabytes = free // 1_000_000
    return [
        Alarm(
            code="disk_full",
            subject="",
            message_zh=f"服务器磁盘只剩 {megabytes} MB，写满后就不能取号和叫号，请尽快清理。",
            message_en=f"The server's disk has {megabytes} MB left; when it is full nothing can be "
            "issued or called. Please make room.",
            since=None,
        )
    ]
