"""Words that people read: one term a thing, named menus exist, times are in the hall's zone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.terms import Term, sightings, terms, word_files

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


TERMS = terms()


def test_a_term_that_is_out_is_not_used() -> None:
    """Find no term of the table in a word file, but on pages of the office that have it yet."""
    places = sightings(TERMS)
    assert [str(place) for place in places if place.path not in place.term.later] == []
    left = {(place.path, place.term.word) for place in places}
    listed = {(path, term.word) for term in TERMS for path in term.later}
    assert listed - left == set(), "take them off the list"


def test_the_table_of_terms_is_in_order() -> None:
    words = [term.word for term in TERMS]
    assert len(set(words)) == len(words) > 60
    assert [term.word for term in TERMS if term.stands_in(term.instead)] == []
    assert [term.word for term in TERMS if bool(term.stays) is not bool(term.why)] == []
    named = {path for term in TERMS for path in (*term.only, *term.stays, *term.later)}
    assert [path for path in named if not (ROOT / path).exists()] == []


TEMPLATES = {
    "kiosk/web/words.ts": '  a: { zh: "甲<zh>", en: "say <en> now" },',
    "display/web/BoardPage.vue": '<p>甲<zh> <i lang="en">Say <en> now</i></p>',
    "server/queue/errors.py": 'TEXT = Refusal(404, "甲<zh>。", "Say <en> now.")',
    "server/queue/settings.py": 'days: int = setting(1, "甲<zh>", "Say <en> now")',
    "kiosk/slip.py": 'LINE = Text(f"甲{name}<zh> say <en> now")',
    "server/catalogue/reference/hall.toml": 'name = "甲<zh>"  # 乙\nname_en = "Say <en> now"',
    "server/bulletins/bulletin.typ": "[甲<zh> say <en> now]",
}
"""Word files of each kind, with a line that holds a Chinese and an English term."""


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_term_that_is_out_is_found_with_its_file_and_line(path: str, tmp_path: Path) -> None:
    table = [Term("票号", "号码", within=("车票号",)), Term("the desk", "the information desk")]
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    for zh, en, words in (
        ("票号", "the Desk", ["票号", "the desk"]),
        ("车票号", "the desks", []),
        ("号码", "at the information desk", []),
    ):
        file.write_text(
            "\n\n" + TEMPLATES[path].replace("<zh>", zh).replace("<en>", en), encoding="utf-8"
        )
        places = sightings(table, tmp_path)
        assert [place.term.word for place in places] == words
        assert {(place.path, place.line) for place in places} <= {(path, 3), (path, 4)}


def test_names_in_code_and_comments_are_no_words(tmp_path: Path) -> None:
    table = [Term("票号", "号码"), Term("papers", "documents")]
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk" / "a.py").write_text('"""票号 of papers"""\n# 票号\nkey = "papers"\n')
    (tmp_path / "kiosk" / "a.ts").write_text('// 票号\npapers: { zh: "材料" }, /* 票号\n票号 */\n')
    (tmp_path / "kiosk" / "a.toml").write_text("a = 1  # 票号\n")
    assert len(word_files(tmp_path)) == 3
    assert sightings(table, tmp_path) == []


CHINESE = re.compile(r"zh: \"([^\"\n]*)\"|\"([^\"\n]*[\u4e00-\u9fff][^\"\n]*)\"")
OURS = [
    path
    for folder in ("kiosk", "counters", "display", "devices", "server")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".vue", ".ts", ".py")
    and not {"dist", "build"} & set(path.parts)
    and path != ROOT / "server" / "catalogue" / "workbook" / "formerly.py"
]


def test_an_ellipsis_has_six_dots() -> None:
    """Follow GB/T 15834 in the words of pages; a lone "…" is a symbol, not a sentence."""
    halves = [
        (path.name, zh)
        for path in OURS
        for zh, _ in CHINESE.findall(path.read_text())
        if re.search(r"(?<!…)…(?!…)", zh)
    ]
    assert halves == []


def test_a_range_is_written_without_a_dash() -> None:
    """Write 12至18分钟 for the public: people take a short dash for a minus."""
    dash = re.compile(r"[}\d]\s?[–-]\s?[{\d][^\"]*[\u4e00-\u9fff]")
    public = ("kiosk", "counters", "display")
    texts = [
        (path.name, zh or other)
        for path in OURS
        if path.relative_to(ROOT).parts[0] in public
        for zh, other in CHINESE.findall(path.read_text())
    ]
    assert len(texts) > 300
    assert dash.search("约 {low}–{high} 分钟")
    assert [text for text in texts if dash.search(text[1])] == []
