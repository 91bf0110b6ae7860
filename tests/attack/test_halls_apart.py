"""Separation of halls: credentials, live feeds, phone tokens and agents of one fail at another."""

from __future__ import annotations

import json
import queue
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio
from redis import Redis
from redis.client import PubSub

from server.core.errors import CommonCode
from server.queue.errors import QueueCode
from server.runtime.worker_bus import CHANNEL
from server.web_api import Caller
from server.web_api.limits import Limits
from support.access_table import table
from support.line_process import PATIENCE, LineProcess
from support.live_line import hang_up
from support.redis_server import RedisServer
from support.two_halls import HOSTS, PEOPLE, ROLES, TwoHalls, credentials_of
from support.web import Browser, Web

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoHalls]:
    """Yield both halls."""
    made = TwoHalls(tmp_path_factory.mktemp("two"))
    yield made
    made.close()


@pytest.mark.parametrize("role", ROLES)
def test_credentials_of_one_hall_are_unknown_in_the_other(two: TwoHalls, role: str) -> None:
    credentials = credentials_of(two.webs["one"], role)
    attempts = 0
    for route in two.webs["two"].app.api.routes:
        if Caller.ANYONE in route.who:
            continue
        path = re.sub(r"<[^>]+>", "x", route.path)
        code = two.ask("two", route.method, path, credentials).get("code")
        assert code in (CommonCode.NOT_SIGNED_IN, CommonCode.CSRF), f"{route.method} {path}"
        attempts += 1
    assert attempts > 90


def test_the_table_of_permissions_equals_the_real_answers(two: TwoHalls) -> None:
    """Compare docs/access.md with the real answers.

    A changed permission is a changed line: check it, then write the table anew.
    """
    documented = (ROOT / "docs" / "access.md").read_text()
    assert documented == table(two), "support/access_table.py says how to write it anew"


@pytest.mark.parametrize("role", ROLES)
def test_a_live_connection_to_the_other_hall_is_rejected(two: TwoHalls, role: str) -> None:
    home, other = two.webs["one"], two.webs["two"]
    credentials = credentials_of(home, role)
    surfaces = {"board": "main", "counter": "T1", "kiosk": "1", "office": "", "windows": ""}
    for surface, key in surfaces.items():
        auth = {"surface": surface, "key": key}
        line = other.app.socketio.test_client(
            other.app.flask, namespace="/live", auth=auth, headers=credentials
        )
        assert not line.is_connected("/live"), surface
    own = "kiosk" if role == "kiosk" else "windows"
    auth = {"surface": own, "key": surfaces[own]}
    line = home.app.socketio.test_client(
        home.app.flask, namespace="/live", auth=auth, headers=credentials
    )
    assert line.is_connected("/live") is (role not in ("board", "tablet", "agent"))
    token = credentials.get("Authorization", "").removeprefix("Bearer ")
    for web, opened in ((other, False), (home, role == "agent")):
        line = web.app.socketio.test_client(
            web.app.flask, namespace="/agent", auth={"token": token}
        )
        assert line.is_connected("/agent") is opened


def test_the_same_credentials_hold_in_their_own_hall(two: TwoHalls) -> None:
    for role, name in PEOPLE.items():
        session = two.ask("one", "GET", "/session", credentials_of(two.webs["one"], role))
        assert (session["kind"], session["name"]) == ("staff", name)
        away = two.ask("two", "GET", "/session", credentials_of(two.webs["one"], role))
        assert away["kind"] == "none"


def test_a_csrf_token_of_the_other_hall_is_rejected(two: TwoHalls) -> None:
    own = credentials_of(two.webs["one"], "clerk")
    own["X-CSRF-Token"] = credentials_of(two.webs["two"], "clerk")["X-CSRF-Token"]
    assert two.ask("one", "POST", "/counter/call-next", own)["code"] == CommonCode.CSRF


class Screen:
    """Board of a hall over a real connection that records every message in order."""

    def __init__(self, hall: str, start: dict[str, Any]) -> None:
        self._came: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        options = {"host": HOSTS[hall], "suppress_origin": True}
        self._line = socketio.Client(reconnection=False, websocket_extra_options=options)
        for name in ("state", "moment"):
            self._line.on(name, self._keeper(name), namespace="/live")
        self._line.connect(
            f"http://127.0.0.1:{start['port']}",
            namespaces=["/live"],
            transports=["websocket"],
            auth={"surface": "board", "key": "main"},
            headers={"Authorization": f"Bearer {start['boards'][hall]}"},
            wait_timeout=int(PATIENCE),
        )

    def _keeper(self, name: str) -> Any:
        return lambda message: self._came.put((name, message["data"]))

    def numbers(self) -> set[str]:
        """Return the ticket numbers in the next message."""
        name, data = self._came.get(timeout=PATIENCE)
        if name == "moment":
            return {data["number"]}
        return {window["ticket"] for window in data["windows"] if window["ticket"]}

    def until(self, number: str) -> list[set[str]]:
        """Return the numbers of each message up to the first that has `number`."""
        messages = [self.numbers()]
        while number not in messages[-1]:
            messages.append(self.numbers())
        return messages

    def close(self) -> None:
        """Close the connection."""
        hang_up(self._line)


def test_a_screen_gets_no_message_of_the_other_hall(tmp_path: Path) -> None:
    """Send a screen only messages of its hall.

    One process serves both; A001 waits in one, A002 in two.
    """
    with LineProcess("two_halls_process.py", str(tmp_path)) as halls:
        start = halls.read_json()
        first_screen, second_screen = (Screen(hall, start) for hall in HOSTS)
        assert first_screen.numbers() == second_screen.numbers() == set(), "the pictures at first"
        halls.write_line("two")
        assert set().union(*second_screen.until("A002")) == {"A002"}
        halls.write_line("one")
        assert first_screen.until("A001") == [{"A001"}], "its own, and nothing before"
        first_screen.close()
        second_screen.close()


def _channel_of_next_event(messages: PubSub) -> str:
    """Return where the next event is published.

    A worker that has just subscribed asks the others to read the journal, which is no event.
    """
    while True:
        message = messages.get_message(timeout=PATIENCE)
        assert message is not None, "nothing more is published"
        if message["type"] == "pmessage" and json.loads(message["data"]).get("e"):
            return str(message["channel"])


def test_a_worker_receives_only_events_of_halls_that_it_serves() -> None:
    with (
        RedisServer() as redis,
        Redis.from_url(redis.url, decode_responses=True) as client,
        LineProcess("worker_bus_process.py", redis.url, "both", "a", "b") as both,
        LineProcess("worker_bus_process.py", redis.url, "only", "a") as only,
        LineProcess("worker_bus_process.py", redis.url, "ringer") as ringer,
        client.pubsub() as everything,
    ):
        assert both.read_json() == only.read_json() == {"log": "the bell is heard"}
        channels = [CHANNEL.format(hall) for hall in "ab"]
        assert client.pubsub_numsub(*channels) == [(channels[0], 2), (channels[1], 1)]
        listening = {c["name"] or c["id"]: c["sub"] for c in client.client_list("pubsub")}
        assert sorted(listening.values()) == ["1", "2"]
        everything.psubscribe("*")
        assert everything.get_message(timeout=PATIENCE)["type"] == "psubscribe"
        published = []
        for line in ("b B001", "a A001"):
            ringer.write_line(line)
            published.append(_channel_of_next_event(everything))
        assert published == channels[::-1], "both went through Redis, that of b first"
        assert only.read_json() == {"hall": "a", "numbers": ["A001"]}
        assert both.read_json() == {"hall": "b", "numbers": ["B001"]}
        assert both.read_json() == {"hall": "a", "numbers": ["A001"]}


def test_ticket_tokens_are_long_and_unique(web: Web) -> None:
    web.clerk("T1")
    small = web.small
    small.configure(kiosk_minute_numbers=60)
    tokens = [small.issue("tax-1").token for _ in range(60)]
    assert len(set(tokens)) == 60
    assert min(len(token) for token in tokens) >= 22  # 16 bytes in base64


def test_an_unknown_a_short_and_a_strange_token_get_the_same_answer(web: Web) -> None:
    web.clerk("T1")
    valid = web.small.issue("tax-1").token
    wrong = [
        valid[:-1] + ("A" if valid[-1] != "A" else "B"),
        "a",
        valid.swapcase(),
        "🙂",
        "0" * 500,
    ]
    answers = [web.browser().get(f"/phone/{token}") for token in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.get_json()["code"] for answer in answers} == {QueueCode.TICKET_UNKNOWN}
    assert web.browser().get(f"/phone/{valid}").status_code == 200


def test_guessing_tokens_is_limited_soon(web: Web) -> None:
    web.app.api.limits = Limits(lambda: 0.0)
    browser = web.browser()
    codes = [browser.get(f"/phone/guess{n}").status_code for n in range(60)]
    assert codes[0] == 404
    assert 429 in codes
    assert codes.index(429) <= 45


PRINTER = {"devices": [{"device": "printer-1", "kind": "printers", "serves": "1"}]}


def line(web: Web, token: str) -> Any:
    """Return a connection with an agent's token, or with any other."""
    return web.app.socketio.test_client(web.app.flask, namespace="/agent", auth={"token": token})


def say(agent: Any, event: str, data: Any) -> dict[str, Any]:
    """Send an event and return the answer."""
    answer: dict[str, Any] = agent.emit(event, data, namespace="/agent", callback=True)
    return answer


def test_an_agent_reports_only_its_own_devices(web: Web) -> None:
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
    # The first agent's PC is off; the device stays bound to it until the office decides otherwise.
    assert say(other, "hello", PRINTER)["waiting"] == ["printer-1"]


@pytest.mark.parametrize("kind", ["kiosk", "board"])
def test_a_token_of_another_kind_opens_no_agent_connection(web: Web, kind: str) -> None:
    token = web.small.hall.people.grant(kind, "1")
    assert not line(web, token).is_connected("/agent")


@pytest.mark.parametrize("token", ["", "x", "\ud800", "\0"])
def test_an_invented_token_opens_no_agent_connection(web: Web, token: str) -> None:
    assert not line(web, token).is_connected("/agent")


def test_a_revoked_agent_cannot_reconnect(web: Web) -> None:
    people = web.small.hall.people
    token = people.grant("agent", "a")
    assert line(web, token).is_connected("/agent")
    web.administrator().post("/office/revoke", {"kind": "agent", "name": "a"})
    assert not line(web, token).is_connected("/agent")


def test_reports_of_an_agent_are_stored_as_short_plain_text(web: Web) -> None:
    agent = line(web, web.small.hall.people.grant("agent", "a"))
    say(agent, "hello", PRINTER)
    health = {"device": "printer-1", "state": "failed", "detail": "a\0b\ud800\x1b", "code": "\0x"}
    for readings in ({"x": "\ud800"}, {"x": "\0"}, {"x": "y" * 20_000}, [1], {"x": 1e999}):
        assert say(agent, "health", {**health, "readings": readings})["ok"]
    row = next(d for d in web.manager().get("/office/today").get_json()["devices"])
    assert (row["detail"], row["code"]) == ("ab", "x")


def test_a_hello_with_a_repeated_device_is_rejected(web: Web) -> None:
    agent = line(web, web.small.hall.people.grant("agent", "a"))
    twice = {"devices": PRINTER["devices"] * 2}
    assert say(agent, "hello", twice)["code"] == CommonCode.INVALID


def test_a_browser_without_a_session_gets_no_live_feed(web: Web) -> None:
    for surface in ("office", "windows", "attendance", "counter", "kiosk", "board"):
        client = web.app.socketio.test_client(
            web.app.flask, namespace="/live", auth={"surface": surface, "key": "T1"}
        )
        assert not client.is_connected("/live"), surface


def test_a_browser_without_its_cookie_has_no_session(web: Web) -> None:
    stolen = Browser(web.browser().client, "hall_session")
    assert stolen.get("/counter").status_code == 401
