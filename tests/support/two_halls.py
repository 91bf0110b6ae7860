"""Two halls behind one door, and what somebody of one of them shows at it."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from server.api.limits import Limits
from server.bell import NoWorkerBus
from server.serving import HallRouter
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, at
from support.web import Web

HOSTS = {"one": "one.example", "two": "two.example"}
ROLES = ("clerk", "manager", "administrator", "kiosk", "board", "agent")
PEOPLE = {"clerk": STAFF["T1"], "manager": MANAGER, "administrator": ADMINISTRATOR}


SECONDS = count(0, 1000)
"""So much time between two requests that no rate is reached."""


class Two:
    """Two halls of one process, each under its own name; the same people work in both."""

    def __init__(self, folder: Path) -> None:
        self.webs = {}
        for seed, name in enumerate(HOSTS, 1):
            place = folder / name
            place.mkdir()
            small = SmallHall(f"sqlite:///{place / 'hall.db'}", place, at(9), seed)
            self.webs[name] = web = Web(small)
            web.app.api.limits = Limits(lambda: next(SECONDS))
        hosts = {host: name for name, host in HOSTS.items()}
        self.house = HallRouter(lambda hall: self.webs[hall].app, hosts, NoWorkerBus(alone=True))

    def ask(self, host: str, method: str, path: str, headers: dict[str, str]) -> Any:
        """A request to a hall by its name."""
        found = Client(self.house, use_cookies=False).open(
            f"/api/v1{path}",
            method=method,
            headers={**headers, "Host": HOSTS[host]},
            json={} if method == "POST" else None,
        )
        return found.get_json(silent=True) or {}

    def close(self) -> None:
        """Give the databases back."""
        for web in self.webs.values():
            web.small.close()


def papers(web: Web, role: str) -> dict[str, str]:
    """What somebody of a hall shows: cookie and CSRF token, or a device's token."""
    if role not in PEOPLE:
        return web.device(role, "1").headers("")
    browser = web.person(PEOPLE[role])
    cookie = browser.client.get_cookie("hall_session")
    assert cookie is not None
    return {**browser.headers(""), "Cookie": f"hall_session={cookie.value}"}
