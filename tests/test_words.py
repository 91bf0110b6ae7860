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


CHINESE = re.compile(r"zh: \"([^\"\n]*)\"|\"([^\"\n]*[\u4e00-\u9fff][^\"\n]*)\"")
OURS = [
    path
    for folder in ("server", "devices")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".vue", ".ts", ".py")
    and not {"dist", "build"} & set(path.parts)
    and path != ROOT / "server" / "workbook" / "formerly.py"
]
FORMER = (
    *("读不懂", "看不懂", "没有回答", "没有消息", "没有应答"),  # things are no people
    *("法定工作日", "承诺工作日"),  # a limit, not the days the state works
    *("封印", "假条", "在他处", "业务科", "大厅管理办公室"),  # one thing, one name
)


def test_no_word_that_was_given_up_comes_back() -> None:
    """The table of terms, as far as it can be told by the word alone."""
    said = [
        (path.name, one or other)
        for path in OURS
        for one, other in CHINESE.findall(path.read_text())
    ]
    assert len(said) > 1500
    assert [one for one in said if any(word in one[1] for word in FORMER)] == []


def test_an_ellipsis_has_six_dots() -> None:
    """GB/T 15834, in the words of pages; a lone "…" is a sign, not a sentence."""
    halves = [
        (path.name, zh)
        for path in OURS
        for zh, _ in CHINESE.findall(path.read_text())
        if re.search(r"(?<!…)…(?!…)", zh)
    ]
    assert halves == []


def test_nothing_but_a_case_is_closed() -> None:
    """办结 closes a case; of a number it is said only where the matter itself was done at once."""
    folders = ("kiosk", "counters", "display", "server")
    sources = [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".vue", ".ts", ".py", ".typ") and "dist" not in path.parts
    ]
    closed = re.compile(r"(?<!当场)办结")
    assert [path.name for path in sources if closed.search(path.read_text())] == []
