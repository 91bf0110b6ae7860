"""Absent attack surface: other origins, methods, HTTP clients, shell commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.web import Web

ROOT = Path(__file__).resolve().parents[2]
SERVER = ("server", "kiosk", "counters", "display")
ELSEWHERE = (
    *("server/demo/rehearsal", "server/cli", "kiosk/agent.py", "server/demo/routes.py"),
    "server/branches/http_transport.py",
)
"""Separate programs that call a server, the demo's simulators on the same machine, and the line of
a branch server to the main one of its hall."""
CLIENTS = frozenset({"urllib.request", "http.client", "requests", "httpx", "aiohttp", "websocket"})
SHELLS = frozenset({"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"})
EVIL = "https://evil.example"


def modules(folders: tuple[str, ...], mark: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield path and syntax tree of every module below whose text matches `mark`."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text()
            if re.search(mark, text):
                yield str(path.relative_to(ROOT)), ast.parse(text)


def test_a_page_of_another_origin_is_not_allowed(web: Web) -> None:
    browser = web.browser()
    for path in ("/api/v1/session", "/", "/api/v1/openapi.json"):
        answer = browser.client.get(path, headers={"Origin": EVIL})
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")], path
    preflight = browser.client.options(
        "/api/v1/tickets",
        headers={"Origin": EVIL, "Access-Control-Request-Method": "POST"},
    )
    assert "Access-Control-Allow-Origin" not in preflight.headers


@pytest.mark.parametrize(("origin", "let_in"), [(EVIL, False), ("http://localhost", True)])
def test_a_live_connection_needs_the_own_origin(web: Web, origin: str, let_in: bool) -> None:
    answer = web.browser().client.get(
        "/socket.io/?EIO=4&transport=websocket", headers={"Origin": origin}
    )
    assert ("Not an accepted origin" in answer.get_data(as_text=True)) is not let_in


def test_only_built_files_are_served(web: Web) -> None:
    client = web.browser().client
    for path in ("/.git/config", "/assets/", "/.env", "/hall.toml", "/assets/../../hall.toml"):
        assert client.get(path).status_code == 404, path
    for method in ("TRACE", "TRACK", "PROPFIND"):
        assert client.open("/api/v1/session", method=method).status_code == 405, method


def test_headers_of_an_untrusted_proxy_are_ignored(web: Web) -> None:
    admin = web.administrator()
    admin.post("/office/readers", {"serial": "CE1", "way": "push", "name": "door"})
    admin.post("/office/readers/CE1", {"name": "door", "networks": "10.1.0.0/16"})
    line = web.app.flask.test_client()

    def pinged(address: str, **headers: str) -> int:
        proxy_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        place = {"REMOTE_ADDR": address}
        return line.get(
            "/iclock/ping?SN=CE1", headers=proxy_headers, environ_overrides=place
        ).status_code

    assert pinged("10.1.0.5") == 200
    assert pinged("192.0.2.9", X_Forwarded_For="10.1.0.5", X_Real_IP="10.1.0.5") == 403
    assert pinged("192.0.2.9", Forwarded="for=10.1.0.5") == 403


def test_query_parameters_do_not_override_the_body(web: Web) -> None:
    manager = web.manager()
    body = {"item": "P-1", "applicant": "ordinary", "print": False}
    answer = manager.post("/tickets?item=Q-1&applicant=elderly&item=R-1", body)
    plain = manager.post("/tickets", body)
    assert answer.status_code == plain.status_code
    with_query, wanted = answer.get_json(), plain.get_json()
    assert with_query.get("ticket", {}).get("item") == wanted.get("ticket", {}).get("item")


def test_the_server_makes_no_outgoing_requests() -> None:
    wanted = "|".join(re.escape(name) for name in CLIENTS)
    for name, _tree in modules(SERVER, rf"(?m)^\s*(?:import|from) (?:{wanted})\b"):
        assert name.startswith(ELSEWHERE), name


def test_no_shell_command_is_run() -> None:
    for name, tree in modules(
        (*SERVER, "devices"), r"shell|os\.system|popen|getoutput|getstatusoutput"
    ):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in SHELLS, f"{name}:{node.lineno}"
                shell = [k for k in node.keywords if k.arg == "shell"]
                assert all(ast.unparse(k.value) == "False" for k in shell), f"{name}:{node.lineno}"


def test_regular_expressions_are_constants() -> None:
    """Build no regular expression from input."""
    for name, tree in modules(SERVER, r"\bre\.[a-z]+\("):
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for node in calls:
            if ast.unparse(node.func).startswith("re.") and node.args:
                first = node.args[0]
                variables = [
                    n for n in ast.walk(first) if isinstance(n, ast.Attribute | ast.Subscript)
                ]
                assert not variables, f"{name}:{node.lineno}: {ast.unparse(first)}"


def test_certificate_verification_is_never_off() -> None:
    words = ("ssl_verify", "CERT_NONE", "_create_unverified_context", "check_hostname", "cert_reqs")
    for folder in (*SERVER, "devices"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            assert not [word for word in words if word in text], path
