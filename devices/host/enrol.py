"""Agent enrolment: exchanges a one-time code for the agent's token and stores the token.

It retries while the server cannot be reached and stops with a clear error when the server rejects
the code. The token is written only to the configured file (mode 0600) and never logged.
"""

from __future__ import annotations

import json
import logging
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
RETRY_SECONDS = 2.0


class EnrolError(Exception):
    """Error for an agent that has no token and cannot get one; `zh` and `en` give the reason."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


def token(
    server: str, name: str, code: str, path: Path, pause: Callable[[float], bool]
) -> str | None:
    """Return the agent's token, from its file or in exchange for the code.

    `pause(seconds)` waits between attempts and returns True when the agent must stop; the result is
    then None.

    Raises:
        EnrolError: There is no code, or the server rejects it.
    """
    if path.is_file():
        stored = path.read_text(encoding="utf-8").strip()
        if stored:
            return stored
    if not code:
        raise EnrolError(
            f"没有令牌文件 {path.name}，也没有 enrol_code；请在管理页面“设备登记”生成登记码",
            f"no token file {path.name} and no enrol_code; get a one-time code from the office",
        )
    while True:
        try:
            new_token = _exchange(server, name, code)
        except (OSError, ValueError) as error:
            log.warning("server not ready for enrolment: %s", error)
            if pause(RETRY_SECONDS):
                return None
            continue
        _store(path, new_token)
        return new_token


def _exchange(server: str, name: str, code: str) -> str:
    body = json.dumps({"code": code, "kind": "agent", "name": name}).encode()
    if not server.startswith(("http://", "https://")):
        raise EnrolError(f"服务器地址 {server!r} 不对", f"server address {server!r} is wrong")
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
        f"{server}/api/v1/enrol", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            value = json.loads(answer.read()).get("token")
    except urllib.error.HTTPError as error:
        with error:
            if error.code >= 500 or error.code == 429:
                raise
            raise EnrolError(
                f"服务器不接受登记码（{error.code}）；登记码只能用一次，请重新生成",
                f"the server refused the code ({error.code}); codes work once, get a new one",
            ) from None
    if not isinstance(value, str) or not value:
        raise ValueError("no token in the server's answer")
    return value


def _store(path: Path, new_token: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(new_token + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
