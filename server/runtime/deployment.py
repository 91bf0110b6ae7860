"""Deployment: the hall or halls that `hall.toml` names, served by one process.

`server.runtime.supervisor` starts several such processes.
"""

from __future__ import annotations

from gevent.threadpool import ThreadPool

from server.app import build
from server.catalogue.actions import empty_catalogue, import_catalogue
from server.core.actors import SYSTEM
from server.core.clock import Clock
from server.core.config import Config
from server.core.engine import Databases, is_sqlite
from server.core.errors import HallError
from server.core.events import Event
from server.hall.composition import Hall
from server.hall.opening import ADMINISTRATOR, first_administrator, open_hall, prepare
from server.runtime.metrics import Metrics
from server.runtime.server import HallRouter, limits_for, worker_bus_for


class Opener:
    """Opener of halls; they share native threads and, on PostgreSQL, connections."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self._config = config
        self._clock = clock
        self._slow = ThreadPool(4)
        shared = not is_sqlite(config.database_url)
        self._databases = Databases(config.worker_name) if shared else None

    def hall(self, hall_id: str) -> Hall:
        """Open one of the deployment's halls; "" means the only one."""
        return open_hall(
            self._config.of_hall(hall_id),
            commit=ThreadPool(1).apply,
            offload=self._slow.apply,
            clock=self._clock,
            databases=self._databases,
        )

    def close(self) -> None:
        """Close the shared connections."""
        if self._databases is not None:
            self._databases.close()


def hall_router(config: Config, clock: Clock | None = None) -> HallRouter:
    """Return the hall router of a deployment; each hall is opened on first use."""
    opener = Opener(config, clock)
    routers: list[HallRouter] = []  # events may arrive only after the router exists

    def receive(hall_id: str, events: list[Event]) -> None:
        routers[0].deliver(hall_id, events)

    hosts = {host: hall for hall, host in config.halls.items()}
    metrics, limits = Metrics(config.worker_name), limits_for(config)
    routers.append(
        HallRouter(
            lambda hall: build(opener.hall(hall), metrics=metrics, limits=limits),
            hosts,
            worker_bus_for(config, receive),
            metrics,
            shared=not is_sqlite(config.database_url),
            limits=limits,
        )
    )
    return routers[0]


def begin(config: Config, clock: Clock | None = None) -> list[tuple[str, str]]:
    """Migrate the databases and initialise new halls, before any worker serves.

    Return (hall, one-time password of its first administrator) for each new hall.
    """
    if not is_sqlite(config.database_url):
        prepare(config)
    opener = Opener(config, clock)
    passwords = []
    for hall_id in config.halls or [""]:
        hall = opener.hall(hall_id)
        password = first_administrator(hall)
        if password is not None:
            passwords.append((hall.ctx.hall_id, password))
        _ensure_catalogue(hall)
        hall.ctx.store.close()
    opener.close()
    return passwords


def _ensure_catalogue(hall: Hall) -> None:
    """Create an empty catalogue for a new hall, until its office imports a workbook.

    Pages need a catalogue.
    """
    try:
        hall.ctx.catalogue()
    except HallError:
        import_catalogue(hall.ctx, SYSTEM, empty_catalogue(hall.ctx.hall_id), "")


def password_text(passwords: list[tuple[str, str]]) -> str:
    """Return the text that is shown once to the administrators of new halls."""
    lines = [
        "",
        "一次性管理员密码，只显示这一次，首次登录必须修改：",
        "One-time administrator password, shown only now, to be changed at first sign-in:",
        "",
        *(f"    {hall}    {ADMINISTRATOR}    {password}" for hall, password in passwords),
        "",
    ]
    return "\n".join(lines)
