"""What one hall gave or does is nothing at another; tickets on phones; agents and their devices."""

from __future__ import annotations

import queue
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio
from redis import Redis

from server.api import Caller
from server.api.limits import Limits
from server.bell import CHANNEL
from server.domain.errors import Code
from support.access_table import table
from support.redis_server import RedisServer
from support.spoken import PATIENCE, Spoken
from support.two_halls import HOSTS, PEOPLE, ROLES, Two, papers
from support.web import Browser, Web

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both halls."""
    made = Two(tmp_path_factory.mktemp("two"))
    yield made
    made.close()


@pytest.mark.parametrize("role", ROLES)
def test_nobody_of_one_hall_is_anybody_at_the_other(two: Two, role: str) -> None:
    shown = papers(two.webs["one"], role)
    tried = 0
    for route in two.webs["two"].app.api.routes:
        if Caller.ANYONE in route.who:
            continue
        path = re.sub(r"<[^>]+>", "x", route.path)
        code = two.ask("two", route.method, path, shown).get("code")
        assert code in (Code.NOT_SIGNED_IN, Code.CSRF), f"{route.method} {path}"
        tried += 1
    assert tried > 90


def test_the_table_of_rights_is_what_is_answered(two: Two) -> None:
    """A right that somebody gained is a changed line: look at it, then write the table anew."""
    told = (ROOT / "docs" / "access.md").read_text()
    assert told == table(two), "support/access_table.py says how to write it anew"


@pytest.mark.parametrize("role", ROLES)
def test_a_line_of_the_other_hall_is_not_opened(two: Two, role: str) -> None:
    home, other = two.webs["one"], two.webs["two"]
    shown = papers(home, role)
    surfaces = {"board": "main", "counter": "T1", "kiosk": "1", "office": "", "windows": ""}
    for surface, key in surfaces.items():
        said = {"surface": surface, "key": key}
        line = other.app.socketio.test_client(
            other.app.flask, namespace="/live", auth=said, headers=shown
        )
        assert not line.is_connected("/live"), surface
    own = "kiosk" if role == "kiosk" else "windows"
    said = {"surface": own, "key": surfaces[own]}
    line = home.app.socketio.test_client(
        home.app.flask, namespace="/live", auth=said, headers=shown
    )
    assert line.is_connected("/live") is (role not in ("board", "agent"))
    token = shown.get("Authorization", "").removeprefix("Bearer ")
    for web, opened in ((other, False), (home, role == "agent")):
        line = web.app.socketio.test_client(
            web.app.flask, namespace="/agent", auth={"token": token}
        )
        assert line.is_connected("/agent") is opened


def test_at_home_the_same_papers_hold(two: Two) -> None:
    for role, name in PEOPLE.items():
        said = two.ask("one", "GET", "/session", papers(two.webs["one"], role))
        assert (said["kind"], said["name"]) == ("staff", name)
        away = two.ask("two", "GET", "/session", papers(two.webs["one"], role))
        assert away["kind"] == "none"


def test_a_csrf_token_of_the_other_hall_does_not_hold(two: Two) -> None:
    own = papers(two.webs["one"], "clerk")
    own["X-CSRF-Token"] = papers(two.webs["two"], "clerk")["X-CSRF-Token"]
    assert two.ask("one", "POST", "/counter/call-next", own)["code"] == Code.CSRF


# -- what is told ----------------------------------------------------------------------------------


class Screen:
    """A hall's board over a real line: every message that comes, in order."""

    def __init__(self, hall: str, told: dict[str, Any]) -> None:
        self._came: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        named = {"host": HOSTS[hall], "suppress_origin": True}
        self._line = socketio.Client(reconnection=False, websocket_extra_options=named)
        for name in ("state", "moment"):
            self._line.on(name, self._keeper(name), namespace="/live")
        self._line.connect(
            f"http://127.0.0.1:{told['port']}",
            namespaces=["/live"],
            transports=["websocket"],
            auth={"surface": "board", "key": "main"},
            headers={"Authorization": f"Bearer {told['boards'][hall]}"},
            wait_timeout=int(PATIENCE),
        )

    def _keeper(self, name: str) -> Any:
        return lambda message: self._came.put((name, message["data"]))

    def numbers(self) -> set[str]:
        """Which numbers the next message speaks of."""
        name, data = self._came.get(timeout=PATIENCE)
        if name == "moment":
            return {data["number"]}
        return {window["ticket"] for window in data["windows"] if window["ticket"]}

    def until(self, number: str) -> list[set[str]]:
        """The messages up to the first that speaks of a number."""
        found = [self.numbers()]
        while number not in found[-1]:
            found.append(self.numbers())
        return found

    def close(self) -> None:
        """Hang up."""
        self._line.disconnect()


def test_a_screen_gets_no_message_of_the_other_hall(tmp_path: Path) -> None:
    """Both are served by one process; A001 waits in one, A002 in two."""
    with Spoken("two_halls_process.py", str(tmp_path)) as halls:
        told = halls.hear()
        one, two = (Screen(hall, told) for hall in HOSTS)
        assert one.numbers() == two.numbers() == set(), "the pictures at first"
        halls.say("two")
        assert set().union(*two.until("A002")) == {"A002"}
        halls.say("one")
        assert one.until("A001") == [{"A001"}], "its own, and nothing before"
        one.close()
        two.close()


def test_a_worker_hears_only_of_halls_that_it_serves() -> None:
    with (
        RedisServer() as redis,
        Redis.from_url(redis.url, decode_responses=True) as asked,
        Spoken("bell_process.py", redis.url, "both", "a", "b") as both,
        Spoken("bell_process.py", redis.url, "only", "a") as only,
        Spoken("bell_process.py", redis.url, "ringer") as ringer,
        asked.pubsub() as everything,
    ):
        assert both.hear() == only.hear() == {"log": "the bell is heard"}
        channels = [CHANNEL.format(hall) for hall in "ab"]
        assert asked.pubsub_numsub(*channels) == [(channels[0], 2), (channels[1], 1)]
        listening = {c["name"] or c["id"]: c["sub"] for c in asked.client_list("pubsub")}
        assert sorted(listening.values()) == ["1", "2"]
        everything.psubscribe("*")
        assert everything.get_message(timeout=PATIENCE)["type"] == "psubscribe"
        for line in ("b B001", "a A001"):
            ringer.say(line)
        rung = [everything.get_message(timeout=PATIENCE)["channel"] for _ in "ab"]
        assert rung == channels[::-1], "both went through Redis, that of b first"
        assert only.hear() == {"hall": "a", "numbers": ["A001"]}
        assert both.hear() == {"hall": "b", "numbers": ["B001"]}
        assert both.hear() == {"hall": "a", "numbers": ["A001"]}


# -- phones ----------------------------------------------------------------------------------------


def test_tokens_of_tickets_are_long_and_never_the_same(web: Web) -> None:
    web.clerk("T1")
    small = web.small
    small.configure(kiosk_minute_numbers=60)
    tokens = [small.issue("tax-1").token for _ in range(60)]
    assert len(set(tokens)) == 60
    assert min(len(token) for token in tokens) >= 22  # 16 bytes in base64


def test_an_unknown_a_short_and_a_strange_token_get_the_same_answer(web: Web) -> None:
    web.clerk("T1")
    known = web.small.issue("tax-1").token
    wrong = [
        known[:-1] + ("A" if known[-1] != "A" else "B"),
        "a",
        known.swapcase(),
        "🙂",
        "0" * 500,
    ]
    answers = [web.browser().get(f"/phone/{token}") for token in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.get_json()["code"] for answer in answers} == {Code.TICKET_UNKNOWN}
    assert web.browser().get(f"/phone/{known}").status_code == 200


def test_guessing_tokens_ends_soon(web: Web) -> None:
    web.app.api.limits = Limits(lambda: 0.0)
    browser = web.browser()
    codes = [browser.get(f"/phone/guess{n}").status_code for n in range(60)]
    assert codes[0] == 404
    assert 429 in codes
    assert codes.index(429) <= 45


# -- agents ----------------------------------------------------------------------------------------

PRINTER = {"devices": [{"device": "printer-1", "kind": "printers", "serves": "1"}]}


def line(web: Web, token: str) -> Any:
    """An agent's line, or anybody's."""
    return web.app.socketio.test_client(web.app.flask, namespace="/agent", auth={"token": token})


def say(agent: Any, event: str, data: Any) -> dict[str, Any]:
    """Say something and hear the answer."""
    said: dict[str, Any] = agent.emit(event, data, namespace="/agent", callback=True)
    return said


def test_an_agent_speaks_of_its_own_devices_only(web: Web) -> None:
    people = web.small.hall.people
    first, other = line(web, people.grant("agent", "a")), line(web, people.grant("agent", "b"))
    assert say(first, "hello", PRINTER) == {"ok": True}
    assert say(other, "hello", PRINTER) == {"ok": True, "waiting": ["printer-1"]}
    for event, data in (
        ("health", {"device": "printer-1", "state": "failed"}),
        ("result", {"device": "printer-1", "id": "1", "state": "done"}),
        ("event", {"device": "printer-1", "id": "1", "data": {}}),
    ):
        assert not say(other, event, data)["ok"], event
    assert say(first, "health", {"device": "printer-1", "state": "ok"})["ok"]
    first.disconnect(namespace="/agent")
    # The first agent's PC is off; the device stays its own until the office says otherwise.
    assert say(other, "hello", PRINTER)["waiting"] == ["printer-1"]


@pytest.mark.parametrize("kind", ["kiosk", "board"])
def test_another_kind_of_token_is_no_agents(web: Web, kind: str) -> None:
    token = web.small.hall.people.grant(kind, "1")
    assert not line(web, token).is_connected("/agent")


@pytest.mark.parametrize("token", ["", "x", "\ud800", "\0"])
def test_a_made_up_token_is_no_agents(web: Web, token: str) -> None:
    assert not line(web, token).is_connected("/agent")


def test_a_withdrawn_agent_cannot_come_back(web: Web) -> None:
    people = web.small.hall.people
    token = people.grant("agent", "a")
    assert line(web, token).is_connected("/agent")
    web.administrator().post("/office/revoke", {"kind": "agent", "name": "a"})
    assert not line(web, token).is_connected("/agent")


def test_what_an_agent_says_of_a_device_is_kept_plain(web: Web) -> None:
    agent = line(web, web.small.hall.people.grant("agent", "a"))
    say(agent, "hello", PRINTER)
    told = {"device": "printer-1", "state": "failed", "detail": "a\0b\ud800\x1b", "code": "\0x"}
    for readings in ({"x": "\ud800"}, {"x": "\0"}, {"x": "y" * 20_000}, [1], {"x": 1e999}):
        assert say(agent, "health", {**told, "readings": readings})["ok"]
    row = next(d for d in web.manager().get("/office/today").get_json()["devices"])
    assert (row["detail"], row["code"]) == ("ab", "x")


def test_a_hello_with_the_same_device_twice_is_none(web: Web) -> None:
    agent = line(web, web.small.hall.people.grant("agent", "a"))
    twice = {"devices": PRINTER["devices"] * 2}
    assert say(agent, "hello", twice)["code"] == Code.INVALID


def test_a_browser_of_nobody_hears_nothing_live(web: Web) -> None:
    for surface in ("office", "windows", "attendance", "counter", "kiosk", "board"):
        one = web.app.socketio.test_client(
            web.app.flask, namespace="/live", auth={"surface": surface, "key": "T1"}
        )
        assert not one.is_connected("/live"), surface


def test_a_browser_without_its_cookie_is_nobody(web: Web) -> None:
    stolen = Browser(web.browser().client, "hall_session")
    assert stolen.get("/counter").status_code == 401
