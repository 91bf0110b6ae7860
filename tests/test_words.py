"""Words that people read: named menus exist, times are in the hall's zone."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MENU = [ROOT / "server" / "web" / "section.ts", *sorted(ROOT.glob("server/*/web/section.ts"))]
NAMED = re.compile(r'name: \{ zh: "([^"]+)", en: "([^"]+)" \}')
SENT_ZH = re.compile(r"(?:在|到|页面)“(?:管理 → )?([^”]{2,12})”(?:里|取|导入|补打)")
SENT_EN = re.compile(r"(?:under|Office →|see) ([A-Z][a-z]+(?: [a-z]+)*?)[;,.)]")
TEXTS = [
    path
    for folder in ("kiosk", "counters", "display", "server")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".vue", ".ts", ".py") and "dist" not in path.parts
]


def test_every_menu_named_in_a_text_exists() -> None:
    pairs = [pair for path in MENU for pair in NAMED.findall(path.read_text())]
    menus = {name for pair in pairs for name in pair}
    mentions = [
        (path.name, name)
        for path in TEXTS
        for pattern in (SENT_ZH, SENT_EN)
        for name in pattern.findall(path.read_text())
    ]
    assert len(mentions) > 8
    assert [mention for mention in mentions if mention[1] not in menus] == []


def test_displayed_times_are_in_the_halls_zone() -> None:
    """Format times in the hall's zone.

    A server, a kiosk and a browser may each run in another zone.
    """
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
    and path != ROOT / "server" / "catalogue" / "workbook" / "formerly.py"
]
FORMER = (
    *("读不懂", "看不懂", "没有回答", "没有消息", "没有应答"),  # things are no people
    *("法定工作日", "承诺工作日"),  # a limit, not the days the state works
    *("封印", "假条", "在他处", "业务科", "大厅管理办公室"),  # one thing, one name
)


def test_no_rejected_word_is_used() -> None:
    """Use no rejected word of the table of terms, as far as a single word can show it."""
    sentences = [
        (path.name, zh or other) for path in OURS for zh, other in CHINESE.findall(path.read_text())
    ]
    assert len(sentences) > 1500
    assert [zh for zh in sentences if any(word in zh[1] for word in FORMER)] == []


def test_an_ellipsis_has_six_dots() -> None:
    """Follow GB/T 15834 in the words of pages; a lone "…" is a symbol, not a sentence."""
    halves = [
        (path.name, zh)
        for path in OURS
        for zh, _ in CHINESE.findall(path.read_text())
        if re.search(r"(?<!…)…(?!…)", zh)
    ]
    assert halves == []


def test_only_a_case_is_called_closed() -> None:
    """Use 办结 only of a case; of a number only where the matter was done on the spot."""
    folders = ("kiosk", "counters", "display", "server")
    sources = [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".vue", ".ts", ".py", ".typ") and "dist" not in path.parts
    ]
    closed = re.compile(r"(?<!当场)办结")
    assert [path.name for path in sources if closed.search(path.read_text())] == []
