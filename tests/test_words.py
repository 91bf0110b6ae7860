"""Words that people read: a menu they are sent to is there, a time is the hall's own."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = ROOT / "server" / "office" / "web" / "sections.ts"
NAMED = re.compile(r'name: \{ zh: "([^"]+)", en: "([^"]+)" \}')
SENT_ZH = re.compile(r"(?:在|到|页面)“(?:管理 → )?([^”]{2,12})”(?:里|取|导入|补打)")
SENT_EN = re.compile(r"(?:under|Office →|see) ([A-Z][a-z]+(?: [a-z]+)*?)[;,.)]")
TEXTS = [
    path
    for folder in ("kiosk", "counters", "display", "server/web", "server/office", "server/wire")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".vue", ".ts", ".py") and "dist" not in path.parts
]


def test_every_menu_that_people_are_sent_to_is_there() -> None:
    names = NAMED.findall(SECTIONS.read_text())
    there = {name for pair in names for name in pair}
    sent = [
        (path.name, name)
        for path in TEXTS
        for pattern in (SENT_ZH, SENT_EN)
        for name in pattern.findall(path.read_text())
    ]
    assert len(sent) > 8
    assert [one for one in sent if one[1] not in there] == []


def test_no_time_that_people_read_is_of_the_machines_zone() -> None:
    """The hall has a zone; a server, a kiosk and a browser may each stand in another one."""
    zoneless = re.compile(
        r"\.astimezone\(\)|fromtimestamp\([^(),]+\)|\(?\bnow(?:\.value|\(\))?\)\.toISOString"
        r"|Now\(\)\)\.get(?:FullYear|Month|Date|Hours|Day)\(|timeZone: \"Asia"
    )
    folders = ("kiosk", "counters", "display", "devices", "server")
    sources = [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".vue", ".ts", ".py") and "dist" not in path.parts
    ]
    assert len(sources) > 300
    assert [path.name for path in sources if zoneless.search(path.read_text())] == []


def test_nothing_but_a_case_is_closed() -> None:
    """办结 closes a case; of a number it is said only where the matter itself was done at once."""
    folders = ("kiosk", "counters", "display", "server")
    sources = [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".vue", ".ts", ".py", ".typ")
        and "dist" not in path.parts
        and path.name != "request_words.py"  # of requests, not of numbers
    ]
    closed = re.compile(r"(?<!当场)办结")
    assert [path.name for path in sources if closed.search(path.read_text())] == []
