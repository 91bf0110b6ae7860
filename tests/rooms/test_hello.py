"""A capability is one folder and one line: `support/hello` is added to a copy of the server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.chromium import NODE

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("server", "kiosk", "counters", "display")
SCRIPT = """
import json, sys
from pathlib import Path
from support.halls import SmallHall, at
from server.core import rooms
from support.web import Web
from server.capability import capabilities
from server.core.field_words import field_words
from server.queue import snapshot

folder = Path(sys.argv[1])
small = SmallHall(f"sqlite:///{folder / 'hall.db'}", folder, at(9))
assert "server.hello" in rooms.ROOMS
web = Web(small)
office = web.administrator()
feed = web.app.feeds.feed("hello")
state = lambda: feed.build(snapshot.take(small.ctx), "").model_dump()
alarms = lambda: [
    [alarm.code, alarm.loud]
    for alarm in web.app.feeds.feed("office").build(snapshot.take(small.ctx), "").alarms
    if alarm.code.startswith("hello")
]
pushed = []
small.ctx.bus.subscribe(lambda event: pushed.append(feed.affected_keys(event)))
greet = lambda word: office.post("/hello", {"greeting": word})
report = {
    "greeted": [greet("zao").status_code, greet("hao").status_code],
    "refused": greet("wan").get_json(),
    "invalid": office.post("/hello", {"greeting": ""}).get_json()["message_zh"],
    "read": office.get("/hello").get_json(),
    "feed": state(),
    "alarms": alarms(),
    "pushed": [sorted(keys) for keys in pushed if keys],
}
sections = office.get("/office/settings").get_json()["sections"]
report["setting"] = [s for s in sections if s["code"] == "hello"]
for capability in capabilities():
    if capability.name == "hello":
        [job(small.hall)() for job in capability.jobs]
changed = office.post("/office/settings", {"values": {"hello_limit": 11}})
report |= {
    "after_job": state(),
    "alarms_after": alarms(),
    "bounds": changed.get_json()["message_zh"],
    "documented": "/api/v1/hello" in office.client.get("/api/openapi.json").get_json()["paths"],
}
small.close()
print(json.dumps(report, ensure_ascii=False))
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the server with the capability: one folder, and one line in the list of rooms.

    Compiled modules are copied too: compiling four packages again takes seconds.
    """
    copy = tmp_path_factory.mktemp("house")
    skip = shutil.ignore_patterns("dist")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=skip)
    for name in ("devices", "node_modules"):
        (copy / name).symlink_to(ROOT / name)
    for name in ("package.json", "tsconfig.json", "vite.config.ts"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "tests" / "support" / "hello", copy / "server" / "hello", ignore=skip)
    rooms = copy / "server" / "core" / "rooms.py"
    line = '    "server.alarms",\n'
    text = rooms.read_text()
    assert line in text
    rooms.write_text(text.replace(line, line + '    "server.hello",\n'))
    return copy


@pytest.fixture(scope="module")
def report(house: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Answers, states, alarms and settings of the capability, as its users see them."""
    folder = tmp_path_factory.mktemp("hall")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, folder],
        cwd=house,
        env={"PYTHONPATH": f"{house}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_its_route_answers_and_is_documented(report: dict[str, Any]) -> None:
    assert report["greeted"] == [200, 200]
    assert report["read"] == {"greetings": ["zao", "hao"], "limit": 2}
    assert report["documented"]


def test_its_error_has_words(report: dict[str, Any]) -> None:
    assert report["refused"]["code"] == "greeted_enough"
    assert report["refused"]["message_zh"] == "今天已问候 2 次，请明天再来。"
    assert report["invalid"] == "“问候语”填写有误，请检查。"


def test_its_feed_is_pushed_after_each_greeting(report: dict[str, Any]) -> None:
    assert report["feed"] == report["read"]
    assert report["pushed"] == [["*"], ["*"]]


def test_its_setting_is_on_the_page_with_words_and_bounds(report: dict[str, Any]) -> None:
    (section,) = report["setting"]
    assert section["name"] == "问候"
    assert section["settings"][0]["name"] == "一天最多问候几次"
    assert report["bounds"] == "“一天最多问候几次”应在1至10之间。"


def test_its_alarm_is_quiet_and_its_job_ends_it(report: dict[str, Any]) -> None:
    assert report["alarms"] == [["hello_enough", False]]
    assert report["after_job"]["greetings"] == []
    assert report["alarms_after"] == []


def test_its_section_is_in_the_menu_of_the_office(house: Path) -> None:
    subprocess.run(
        [NODE, house / "node_modules" / "vite" / "bin" / "vite.js", "build"],
        cwd=house,
        env={"HALL_PAGES": "staff", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        timeout=120,
        check=True,
    )
    scripts = (house / "server" / "web" / "dist" / "assets").glob("*.js")
    texts = [script.read_text() for script in scripts]
    assert any("问候大厅" in text for text in texts)
    assert any("各位好，今天也辛苦了。" in text for text in texts)
