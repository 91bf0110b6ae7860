"""Rate limits: every endpoint has a policy, strangers block nobody else, nobody is uncounted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits.storage import RedisStorage, Storage
from redis import RedisError
from werkzeug.test import Client

from server.core.actors import ActorKind, Principal
from server.core.errors import CommonCode, HallError
from server.runtime.metrics import Metrics
from server.runtime.server import HallRouter
from server.runtime.worker_bus import NoWorkerBus
from server.web_api.limits import (
    COMMANDS,
    CONNECTIONS,
    ENROLLING,
    PAGES,
    PASSWORDS,
    PHONES,
    QUERIES,
    SECRETS,
    SIGN_IN,
    UNADMITTED,
    UNKNOWN_ADDRESS,
    UNLIMITED,
    Limits,
    Policy,
    policy_of,
    source_of,
)
from server.web_api.windows import SHARED, SharedWindows, Windows
from support.halls import SmallHall, at
from support.redis_server import RedisServer
from support.web import Web

HERE = "192.0.2.7"
FEW = Policy("few", per_address=3, per_caller=2, per_network=5)
CLERK = Principal(ActorKind.CLERK, "1001", "clerk")


class Noted(Limits):
    """Limits that record what was counted."""

    def __init__(self) -> None:
        super().__init__(lambda: 0.0)
        self.counted: list[str] = []

    def _hit(self, item: Any, *who: str) -> None:
        self.counted.append(item.namespace)
        super()._hit(item, *who)


@pytest.fixture
def stopped(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """Yield the small hall with the clock of its limits stopped."""
    small = SmallHall(sqlite_url, tmp_path, at(9))
    yield Web(small, Limits(lambda: 0.0))
    small.close()


def address_of(rule: Any) -> str:
    """Return an address of a rule, with a value for each of its parameters."""
    adapter = rule.map.bind("hall")
    values = dict.fromkeys(rule.arguments, "1")
    if "what" in values:
        values["what"] = "paper"
    if "other" in values:
        values["other"] = "fdata"
    return str(adapter.build(rule.endpoint, values, force_external=False))


@pytest.mark.parametrize("demo", [False, True])
def test_every_endpoint_has_a_policy_and_counts(tmp_path: Path, demo: bool) -> None:
    small = SmallHall(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path, at(9), demo=demo)
    noted = Noted()
    web = Web(small, noted)
    rules = list(web.app.flask.url_map.iter_rules())
    assert len(rules) > 150
    for rule in rules:
        policy = policy_of(web.app.flask.view_functions[rule.endpoint])
        assert policy is not None, f"{rule.rule} has no policy"
        assert (policy is UNLIMITED) == rule.rule.startswith("/api/v1/demo/"), rule.rule
        if policy is UNLIMITED:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            noted.counted.clear()
            noted.reset()
            web.browser().client.open(address_of(rule), method=method)
            assert policy.name in noted.counted, f"{method} {rule.rule} is not counted"
    small.close()


def test_requests_served_outside_flask_are_counted(web: Web) -> None:
    noted = Noted()
    web.app.api.limits = noted
    house = HallRouter(
        lambda _hall: web.app,
        {"hall.example": "x"},
        NoWorkerBus(alone=True),
        Metrics("t/0"),
        limits=noted,
    )
    client = Client(house)
    for address, host, name in (
        ("/metrics", "hall.example", "watch"),
        ("/", "nobody.example", "nowhere"),
        ("/socket.io/?EIO=4&transport=websocket", "hall.example", "line"),
        ("/socket.io/?EIO=4&transport=polling", "hall.example", "line"),
        ("/nothing/at/all", "hall.example", "nowhere"),
        ("/iclock/ping?SN=1", "192.0.2.1", "clock"),
    ):
        noted.counted.clear()
        client.get(address, headers={"Host": host}, environ_base={"REMOTE_ADDR": "127.0.0.1"})
        assert name in noted.counted, address


def test_the_polling_transport_is_not_served(web: Web) -> None:
    answer = web.browser().client.get("/socket.io/?EIO=4&transport=polling")
    assert answer.status_code == 400


def flood(web: Web, address: str, count: int, **more: Any) -> list[int]:
    client = web.app.flask.test_client()
    return [client.get(address, **more).status_code for _ in range(count)]


def test_a_flood_is_rejected_and_signed_in_people_of_its_address_are_served(
    stopped: Web,
) -> None:
    clerk = stopped.clerk("T1")
    codes = flood(stopped, "/api/v1/catalogue", QUERIES.per_address + 5)
    assert (codes[0], codes[-1]) == (200, 429)
    assert clerk.get("/counter").status_code == 200
    pages = flood(stopped, "/login", PAGES.per_address + 1)
    assert pages[-1] == 429
    assert clerk.client.get("/login").status_code != 429
    assert stopped.browser().client.get("/login").status_code == 429


def test_the_handshake_of_a_signed_in_person_is_served_during_a_flood(stopped: Web) -> None:
    clerk = stopped.clerk("T1")
    address = "/socket.io/?EIO=4&transport=websocket"
    assert flood(stopped, address, CONNECTIONS.per_address + 1)[-1] == 429
    assert clerk.client.get(address).status_code == 400, "no handshake, but looked at"


def test_each_person_is_counted_separately(stopped: Web) -> None:
    first, other = stopped.clerk("T1"), stopped.clerk("T2")
    codes = [first.get("/counter").status_code for _ in range(QUERIES.per_caller + 1)]
    assert (codes[0], codes[-1]) == (200, 429)
    assert other.get("/counter").status_code == 200
    assert stopped.browser().get("/catalogue").status_code == 200


def test_secrets_are_counted_before_the_lookup_and_good_ones_once(stopped: Web) -> None:
    clerk = stopped.clerk("T1")
    codes = [
        flood(stopped, "/api/v1/session", 1, headers={"Authorization": f"Bearer guess-{n}"})[0]
        for n in range(SECRETS.per_address + 1)
    ]
    assert (codes[0], codes[-1]) == (401, 429)
    assert clerk.get("/counter").status_code == 200


def test_guesses_of_phone_tokens_are_limited_early(stopped: Web) -> None:
    codes = flood(stopped, "/api/v1/phone/guess", PHONES.per_address + 1)
    assert (codes[0], codes[-1]) == (404, 429)


def test_default_policies_are_by_method_and_named_ones_stay(web: Web) -> None:
    by_path = {(r.method, r.path): r.policy for r in web.app.api.routes}
    assert by_path["POST", "/login"] is SIGN_IN
    assert by_path["POST", "/password"] is PASSWORDS
    assert by_path["POST", "/enrol"] is ENROLLING
    assert by_path["GET", "/phone/<token>"] is PHONES
    assert by_path["POST", "/counter/call-next"] is COMMANDS
    assert by_path["GET", "/counter"] is QUERIES


def refused(limits: Limits, *args: Any) -> bool:
    try:
        limits.check(*args)
    except HallError as error:
        assert error.code is CommonCode.TOO_MANY
        return True
    return False


def test_a_counting_window_ends_by_itself() -> None:
    now = [5.0]
    limits = Limits(lambda: now[0])
    assert [refused(limits, FEW, None, HERE) for _ in range(4)] == [False, False, False, True]
    now[0] = 10.0
    assert not refused(limits, FEW, None, HERE)


def test_signed_in_people_share_a_limit_of_their_own() -> None:
    limits = Limits(lambda: 0.0)
    assert [refused(limits, FEW, CLERK, HERE) for _ in range(3)] == [False, False, True]
    assert not refused(limits, FEW, None, HERE)
    people = [Principal(ActorKind.CLERK, str(n), "clerk") for n in range(9)]
    assert [refused(limits, FEW, who, HERE) for who in people].count(False) == 3


def test_one_staff_number_in_two_halls_is_two_people() -> None:
    limits = Limits(lambda: 0.0)
    assert [refused(limits, FEW, CLERK, HERE, "one") for _ in range(3)][-1]
    assert not refused(limits, FEW, CLERK, HERE, "two")


@given(st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 64) - 1))
def test_a_network_of_one_customer_is_one_source(first: int, other: int) -> None:
    base = 0x20010DB8 << 96
    addresses = [":".join(f"{(base + n) >> s & 0xFFFF:x}" for s in range(112, -1, -16))
                 for n in (first, other)]  # fmt: skip
    assert source_of(addresses[0]) == source_of(addresses[1])


def test_other_addresses_are_separate_sources() -> None:
    assert source_of("192.0.2.1") != source_of("192.0.2.2")
    assert source_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert source_of("2001:db8::1") != source_of("2001:db8:0:1::1")
    assert source_of("not an address") == "not an address"


def test_a_flood_of_addresses_keeps_earlier_counts_and_stays_small() -> None:
    windows = Windows(lambda: 0.0, most=1000)
    limits = Limits(windows=windows)
    for _ in range(4):
        refused(limits, FEW, None, HERE)
    for n in range(20_000):
        refused(limits, FEW, None, f"10.{n >> 8 & 255}.{n & 255}.1")
    assert refused(limits, FEW, None, HERE), "it was counted before the flood, and still is"
    assert windows.size() <= 1000 + SHARED


def test_a_finished_window_releases_its_memory() -> None:
    now = [0.0]
    windows = Windows(lambda: now[0])
    for n in range(500):
        windows.incr(str(n), 10)
    now[0] = 10.0
    windows.incr("again", 10)
    assert windows.size() == 1


class Common(Windows):
    """Replacement for Redis between workers; it can be unavailable."""

    away = False

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        if self.away:
            raise ConnectionError
        return super().incr(key, expiry, amount)


@pytest.fixture
def workers() -> tuple[Common, list[SharedWindows], list[Limits]]:
    common = Common(lambda: 0.0)
    storage: Storage = common
    windows = [SharedWindows(storage, lambda: 0.0) for _ in range(2)]
    return common, windows, [Limits(windows=shared) for shared in windows]


def test_requests_counted_by_one_worker_count_at_the_other(
    workers: tuple[Common, list[SharedWindows], list[Limits]],
) -> None:
    _, windows, (first, other) = workers
    assert not refused(first, FEW, None, HERE)
    assert not refused(first, FEW, None, HERE)
    assert not refused(other, FEW, None, HERE)
    for each in windows:
        each.send()
    assert refused(other, FEW, None, HERE)


def test_without_the_common_counter_each_worker_counts_alone(
    workers: tuple[Common, list[SharedWindows], list[Limits]],
) -> None:
    common, windows, (first, other) = workers
    common.away = True
    assert [refused(first, FEW, None, HERE) for _ in range(4)] == [False, False, False, True]
    with pytest.raises(ConnectionError):
        windows[0].send()
    assert not refused(other, FEW, None, HERE)


def test_counts_waiting_for_the_common_counter_are_limited() -> None:
    windows = SharedWindows(Common(lambda: 0.0), lambda: 0.0, most=100)
    for n in range(1000):
        windows.incr(str(n), 10)
    sent = 0
    while more := windows.send():
        sent += more
    assert sent == 100


def test_requests_of_unknown_addresses_are_limited(stopped: Web) -> None:
    codes = flood(stopped, "/wp-login.php", UNKNOWN_ADDRESS.per_address + 1)
    assert (codes[0], codes[-1]) == (404, 429)


def test_requests_of_an_unknown_time_clock_are_limited(stopped: Web) -> None:
    codes = flood(stopped, "/iclock/ping?SN=STRANGER", UNADMITTED.per_address + 1)
    assert (codes[0], codes[-1]) == (403, 429)


def test_redis_is_shared_and_its_loss_rejects_nobody() -> None:
    with RedisServer() as redis:
        now = time.time()
        waits: dict[str, Any] = {"socket_timeout": 5.0, "retry": None}
        windows = [
            SharedWindows(RedisStorage(redis.url, None, "test", False, **waits), lambda: now)
            for _ in range(2)
        ]
        first, other = (Limits(windows=each) for each in windows)
        for _ in range(FEW.per_address):
            assert not refused(first, FEW, None, HERE)
        assert not refused(other, FEW, None, HERE)
        for each in windows:
            each.send()
        assert refused(other, FEW, None, HERE)
        assert not refused(other, FEW, None, "192.0.2.8")
        redis.kill()
        with pytest.raises(RedisError):
            windows[1].send()
        assert refused(other, FEW, None, HERE), "what it has learned stays"
        assert not refused(other, FEW, None, "192.0.2.9")
