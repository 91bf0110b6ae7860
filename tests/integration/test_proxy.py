"""A hall behind the shipped nginx configuration, as people, pages and time clocks use it."""

from __future__ import annotations

import http.client
import json
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import websocket

from support import nginx
from support.hall_server import PATIENCE, HallServer
from support.nginx import NAME, Nginx

FIRST = "127.0.0.1"
MEBI = 1024 * 1024


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall that trusts its proxy."""
    folder = tmp_path_factory.mktemp("hall")
    with HallServer(folder, proxy=f"https://{NAME}") as served:
        yield served


@pytest.fixture(scope="module")
def proxy(hall: HallServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Yield the proxy in front of it."""
    with nginx.serving(tmp_path_factory.mktemp("nginx"), hall.port) as running:
        yield running


@dataclass
class Visitor:
    """Browser in the hall's network, over TLS through the proxy."""

    proxy: Nginx
    address: str = FIRST
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes | None = None, **more: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send one request on a connection of its own; return the answer and its body."""
        line = _Line(self.proxy, self.address)
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        try:
            line.request(method, path, body, {"Host": NAME, **self.headers, **headers})
            answer = line.getresponse()
            return answer, answer.read()
        finally:
            line.close()

    def post(self, path: str, body: Any, **more: str) -> tuple[int, Any]:
        """Send a command; return status and JSON of the answer."""
        headers = {"Content_Type": "application/json", "Idempotency_Key": uuid.uuid4().hex, **more}
        answer, content = self.ask("POST", f"/api/v1{path}", json.dumps(body).encode(), **headers)
        return answer.status, json.loads(content)

    def sign_in(self, staff: str, password: str) -> http.client.HTTPResponse:
        """Sign in and keep the session's cookie and its CSRF token."""
        body = json.dumps({"staff": staff, "password": password}).encode()
        kind = {"Content_Type": "application/json"}
        answer, content = self.ask("POST", "/api/v1/login", body, **kind)
        assert answer.status == 200, content
        cookie = str(answer.headers["Set-Cookie"])
        self.headers |= {
            "Cookie": cookie.partition(";")[0],
            "X-CSRF-Token": json.loads(content)["csrf"],
        }
        return answer


class _Line(http.client.HTTPSConnection):
    """Connection to the proxy's port, under the hall's name, from an address of this machine."""

    def __init__(self, proxy: Nginx, address: str) -> None:
        super().__init__(NAME, proxy.https, timeout=PATIENCE)
        self._proxy, self._from = proxy, address

    def connect(self) -> None:
        """Open the connection."""
        port = self._proxy.https
        bare = socket.create_connection((FIRST, port), PATIENCE, source_address=(self._from, 0))
        self.sock = self._proxy.trust.wrap_socket(bare, server_hostname=NAME)


@pytest.fixture
def manager(hall: HallServer, proxy: Nginx) -> Visitor:
    """Return a manager's session, signed in through the proxy."""
    visitor = Visitor(proxy)
    visitor.sign_in("1002", hall.password)
    return visitor


def test_people_sign_in_and_act_with_a_cookie_for_tls_only(hall: HallServer, proxy: Nginx) -> None:
    visitor = Visitor(proxy)
    answer = visitor.sign_in("1002", hall.password)
    assert "Secure" in str(answer.headers["Set-Cookie"])
    assert str(answer.headers["Strict-Transport-Security"]).startswith("max-age=")
    answer, page = visitor.ask("GET", "/office")
    assert (answer.status, b"hallkeeper-build" in page) == (200, True)
    body = {"item": "gaj-01", "applicant": "ordinary", "print": False}
    status, ticket = visitor.post("/tickets", body)
    assert status == 200
    assert visitor.post(f"/tickets/{ticket['ticket']['id']}/cancel", {})[0] == 200


@pytest.mark.parametrize("connection", ["upgrade", "Upgrade", "keep-alive, Upgrade"])
@pytest.mark.parametrize("to", ["", "h2c", "websocket"])
def test_a_body_is_read_whatever_the_upgrade_headers(
    manager: Visitor, connection: str, to: str
) -> None:
    more = {"Connection": connection, **({"Upgrade": to} if to else {})}
    answer = manager.post("/login", {"staff": "nobody", "password": "no"}, **more)[1]
    assert answer["code"] == "login_failed"


def _picture(proxy: Nginx, cookie: str, origin: str = f"https://{NAME}") -> Any:
    """Return the first full state of the office's day, over a live connection through the proxy."""
    line = websocket.create_connection(
        f"wss://{FIRST}:{proxy.https}/socket.io/?EIO=4&transport=websocket",
        timeout=PATIENCE,
        sslopt={"context": proxy.trust, "server_hostname": NAME},
        host=NAME,
        origin=origin,
        cookie=cookie,
    )
    try:
        assert str(line.recv()).startswith("0{")
        line.send('40/live,{"surface":"office","key":"today"}')
        messages = sorted(str(line.recv()) for _ in range(2))  # welcome and picture, in any order
        assert messages[0].startswith('40/live,{"sid"')
        kind, _, data = messages[1].partition(",")
        assert kind == "42/live"
        name, picture = json.loads(data)
        assert name == "state"
        return picture
    finally:
        line.close()


def test_a_live_connection_opens_only_from_the_halls_own_pages(
    proxy: Nginx, manager: Visitor
) -> None:
    assert _picture(proxy, manager.headers["Cookie"])["surface"] == "office"
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        _picture(proxy, manager.headers["Cookie"], "https://elsewhere.example")
    assert refused.value.status_code == 400


def test_a_limit_counts_the_address_behind_the_proxy(proxy: Nginx) -> None:
    guesser, colleague = Visitor(proxy, "127.0.0.2"), Visitor(proxy, "127.0.0.3")
    # The body is no sign-in, so no account is counted, only the address.
    lies = {"X_Forwarded_For": "192.0.2.7"}
    codes = [guesser.post("/login", {}, **lies)[0] for _ in range(90)]
    assert set(codes) == {400, 429}, codes
    assert colleague.post("/login", {})[0] == 400


@pytest.mark.parametrize("size", [20 * MEBI + 1, 21 * MEBI - 4096, 22 * MEBI])
def test_an_oversized_workbook_is_rejected_with_an_error_code(
    hall: HallServer, proxy: Nginx, size: int
) -> None:
    edge = b"--edge"
    head = b'Content-Disposition: form-data; name="workbook"; filename="hall.xlsx"'
    administrator = Visitor(proxy)
    administrator.sign_in("1001", hall.password)
    body = edge + b"\r\n" + head + b"\r\n\r\n" + b"x" * size + b"\r\n" + edge + b"--\r\n"
    kind = {"Content_Type": "multipart/form-data; boundary=edge", "Idempotency_Key": f"k{size}"}
    answer, content = administrator.ask("POST", "/api/v1/office/workbook", body, **kind)
    assert answer.status == 413
    if size < 21 * MEBI:
        assert json.loads(content)["code"] == "too_large"


def test_plain_http_is_redirected_to_tls(proxy: Nginx) -> None:
    line = http.client.HTTPConnection(FIRST, proxy.http, timeout=PATIENCE)
    line.request("GET", "/kiosk/1?elder=1", headers={"Host": NAME})
    answer = line.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/kiosk/1?elder=1")
    line.close()


def test_the_port_of_time_clocks_serves_only_time_clocks(proxy: Nginx) -> None:
    line = http.client.HTTPConnection(FIRST, proxy.clocks, timeout=PATIENCE)
    for path, status in (("/iclock/ping?SN=TEST-1", 403), ("/login", 404), ("/metrics", 404)):
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
        assert answer.status == status, path
    line.close()


def test_no_log_has_a_phone_token_even_after_errors(
    hall: HallServer, proxy: Nginx, manager: Visitor
) -> None:
    body = {"item": "gaj-01", "applicant": "ordinary", "print": False}
    ticket = manager.post("/tickets", body)[1]["ticket"]
    page, api = f"/t/{ticket['token']}", f"/api/v1/phone/{ticket['token']}"
    phone = Visitor(proxy, headers={"Referer": f"https://{NAME}{page}"})

    def look() -> list[int]:
        paths = (page, f"/%74/{ticket['token']}", f"//t/{ticket['token']}", api)
        return [phone.ask("GET", path)[0].status for path in paths]

    assert look() == [200, 200, 200, 200]
    assert phone.post(f"/phone/{ticket['token']}/cancel", {})[0] == 200
    phone.ask("GET", "/static/none")
    hall.kill()
    try:
        assert look() == [502, 502, 502, 502]
        assert phone.ask("GET", "/login")[0].status == 502
    finally:
        hall.start()
    logged = proxy.logs()
    assert "/static/none 404" in logged
    assert "/login" in logged
    assert ticket["token"] not in logged
