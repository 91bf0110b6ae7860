"""A deployment: the hall, or the halls, that `hall.toml` names, as one process serves them.

How several such processes are started is `server.supervisor`'s.
"""

from __future__ import annotations

from gevent.threadpool import ThreadPool

from server.app import build
from server.clock import Clock
from server.config import Config
from server.domain.errors import HallError
from server.hall import (
    ADMINISTRATOR,
    Hall,
    empty_catalogue,
    first_administrator,
    open_hall,
    prepare,
    take_catalogue,
)
from server.metrics import Metrics
from server.services.bus import Event
from server.services.context import SYSTEM
from server.serving import House, bell_for, limits_for
from server.storage.engine import Databases, is_sqlite


class Opener:
    """Opens halls of a deployment; they share native threads and, on PostgreSQL, connections."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self._config = config
        self._clock = clock
        self._slow = ThreadPool(4)
        shared = not is_sqlite(config.database_url)
        self._databases = Databases(config.worker_name) if shared else None

    def hall(self, hall_id: str) -> Hall:
        """One of the deployment's halls, or, for "", the only one."""
        return open_hall(
            self._config.of_hall(hall_id),
            commit=ThreadPool(1).apply,
            offload=self._slow.apply,
            clock=self._clock,
            databases=self._databases,
        )

    def close(self) -> None:
        """Give back what the halls share."""
        if self._databases is not None:
            self._databases.close()


def house_of(config: Config, clock: Clock | None = None) -> House:
    """The halls of a deployment, each opened when it is first needed."""
    opener = Opener(config, clock)
    heard: list[House] = []  # the bell may ring only once there is a house

    def tell(hall_id: str, events: list[Event]) -> None:
        heard[0].heard(hall_id, events)

    hosts = {host: hall for hall, host in config.halls.items()}
    metrics, limits = Metrics(config.worker_name), limits_for(config)
    heard.append(
        House(
            lambda hall: build(opener.hall(hall), metrics=metrics, limits=limits),
            hosts,
            bell_for(config, tell),
            metrics,
            shared=not is_sqlite(config.database_url),
            limits=limits,
        )
    )
    return heard[0]


def begin(config: Config, clock: Clock | None = None) -> list[tuple[str, str]]:
    """Bring the databases to this version and give new halls a start, before anybody serves.

    Returns (hall, one-time password of its first administrator) of each new one.
    """
    if not is_sqlite(config.database_url):
        prepare(config)
    opener = Opener(config, clock)
    fresh = []
    for hall_id in config.halls or [""]:
        hall = opener.hall(hall_id)
        password = first_administrator(hall)
        if password is not None:
            fresh.append((hall.ctx.hall_id, password))
        _ensure_catalogue(hall)
        hall.ctx.store.close()
    opener.close()
    return fresh


def _ensure_catalogue(hall: Hall) -> None:
    """A new hall starts empty: its office imports a workbook. Pages need something to show."""
    try:
        hall.ctx.catalogue()
    except HallError:
        take_catalogue(hall.ctx, SYSTEM, empty_catalogue(hall.ctx.hall_id), "")


def words_of(fresh: list[tuple[str, str]]) -> str:
    """What is shown once of new halls' administrators."""
    lines = [
        "",
        "一次性管理员密码，只显示这一次，首次登录必须修改：",
        "One-time administrator password, shown only now, to be changed at first sign-in:",
        "",
        *(f"    {hall}    {ADMINISTRATOR}    {password}" for hall, password in fresh),
        "",
    ]
    return "\n".join(lines)
