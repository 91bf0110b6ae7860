"""The server's own troubles as lines of the office's list: no backup, no room on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from server.hall import Hall
from server.services.backups import last_backup
from server.services.snapshot import Snapshot
from server.storage import schema
from server.wire.views import Alarm

DAY_MS = 24 * 3600 * 1000
ROOM = 1_000_000_000
"""Bytes: a hall writes a few megabytes a day, so there are weeks left to do something."""


def alarms(
    hall: Hall, free: Callable[[Path], int] | None = None
) -> Callable[[Snapshot], Sequence[Alarm]]:
    """As the office's surface asks; `free` tells the bytes left where the data lie."""
    ask = free or _free

    def found(taken: Snapshot) -> list[Alarm]:
        return [*_backup(hall, taken), *_disk(ask(hall.config.data))]

    return found


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _backup(hall: Hall, taken: Snapshot) -> list[Alarm]:
    days = taken.settings.backup_warn_days
    if not days:
        return []
    made = last_backup(hall.config.data, hall.ctx.hall_id)
    since = made[0] if made is not None else hall.ctx.read(lambda c: _began(c, hall.ctx.hall_id))
    age = (taken.now - since) // DAY_MS
    if age < days:
        return []
    zh = f"最近一次备份是 {age} 天前" if made else f"开始使用 {age} 天了，还没有做过备份"
    en = f"The last backup is {age} days old" if made else "There has never been a backup"
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
    table = schema.hall
    found = conn.execute(select(table.c.created_at).where(table.c.hall_id == hall_id))
    return int(found.scalar_one())


def _disk(free: int) -> list[Alarm]:
    if free >= ROOM:
        return []
    left = free // 1_000_000
    return [
        Alarm(
            code="disk_full",
            subject="",
            message_zh=f"服务器磁盘只剩 {left} MB，写满后就不能取号和叫号，请尽快清理。",
            message_en=f"The server's disk has {left} MB left; when it is full nothing can be "
            "issued or called. Please make room.",
            since=None,
        )
    ]
