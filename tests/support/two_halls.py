"""Two halls behind one port, and the credentials of a person or device of one of them."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from server.runtime.server import HallRouter
from server.runtime.worker_bus import NoWorkerBus
from server.web_api.limits import Limits
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, at
from support.web import Web

HOSTS = {"one": "one.example", "two": "two.example"}
ROLES = ("clerk", "manager", "administrator", "kiosk", "board", "tablet", "agent")
PEOPLE = {"clerk": STAFF["T1"], "manager": MANAGER, "administrator": ADMINISTRATOR}


SECONDS = count(0, 1000)
"""Clock in seconds that jumps between two requests, so that no rate limit is reached."""


class TwoHalls:
    """Two halls of one process, each under its own host name; the same people work in both."""

    def __init__(self, folder: Path) -> None:
        self.webs = {}
        for seed, name in enumerate(HOSTS, 1):
            place = folder / name
            place.mkdir()
            small = SmallHall(f"sqlite:///{place / 'hall.db'}", place, at(9), seed)
            self.webs[name] = web = Web(small)
            web.app.api.limits = Limits(lambda: next(SECONDS))
        hosts = {host: name for name, host in HOSTS.items()}
        self.router = HallRouter(lambda hall: self.webs[hall].app, hosts, NoWorkerBus(alone=True))

    def ask(self, host: str, method: str, path: str, headers: dict[str, str]) -> Any:
        """Send a request to a hall by its host name and return the JSON."""
        answer = Client(self.router, use_cookies=False).open(
            f"/api/v1{path}",
            method=method,
            headers={**headers, "Host": HOSTS[host]},
            json={} if method == "POST" else None,
        )
        return answer.get_json(silent=True) or {}

    def close(self) -> None:
        """Close the databases."""
        for web in self.webs.values():
            web.small.close()


def credentials_of(web: Web, role: str) -> dict[str, str]:
    """Return the credentials of a role as headers: cookie and CSRF token, or a device's token."""
    if role not in PEOPLE:
        return web.device(role, "1").headers("")
    browser = web.person(PEOPLE[role])
    cookie = browser.client.get_cookie("hall_session")
    assert cookie is not None
    return {**browser.headers(""), "Cookie": f"hall_session={cookie.value}"}
