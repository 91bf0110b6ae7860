"""ESC/POS bytes of a slip: literals, an independent reader in both kanji states, QR, pictures."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from devices.fonts import FontMissingError, font_path, load_font
from devices.printers import layout
from devices.printers.document import QR, Cut, Document, Feed, Line, Pair, Rule, Text
from devices.printers.escpos import Encoded, Profile, encode, without_real_time
from devices.printers.paper import Paper, TextRow
from devices.printers.paper_picture import render
from support.escpos_reader import Code, Knife, Picture, PrintedLine, read
from support.slips import documents

SLIP = Document(
    (
        Text("市民服务中心", 2, 2, bold=True, align="center"),
        Text("A012", 4, 4, bold=True, align="center"),
        Pair("前面等候：", "3 人"),
        Text("￥0，①②", underline=True),
        Rule(),
        QR("http://hall.example/t/abc", 5),
        Feed(2),
        Cut(),
    )
)


def printed(data: bytes, *, kanji: bool = True) -> list[PrintedLine]:
    return [row for row in read(data, kanji_at_power_up=kanji) if isinstance(row, PrintedLine)]


def test_the_bytes_of_a_line_are_those_of_the_command_table() -> None:
    data = encode(Document((Text("市民A1", 2, 2, bold=True, align="center"),)), Profile()).data
    assert data == bytes.fromhex(
        "1B40 1D6100"  # init, no automatic status
        "1B6101 1B4501 1B2D00"  # centre, bold, no underline
        "1C26 1D2111 1C210C CAD0C3F1"  # kanji on, both sizes, 市民 in GB18030
        "4131 0A 1C2E"
    )


def test_qr_and_cut_are_those_of_the_command_table() -> None:
    data = encode(Document((QR("HTTP://A", 6), Cut())), Profile()).data
    assert data == bytes.fromhex(
        "1B40 1D6100 1B6101"
        "1D286B0400 31413200"
        "1D286B0300 314306"
        "1D286B0300 314531"
        "1D286B0B00 315030 485454503A2F2F41"
        "1D286B0300 315130 0A"
        "1D564200"
    )


@pytest.mark.parametrize("kanji", [True, False])
@pytest.mark.parametrize("charset", layout.CHARSETS)
def test_a_slip_is_correct_in_both_kanji_states_at_power_up(
    kanji: bool, charset: layout.Charset
) -> None:
    data = encode(SLIP, Profile(charset=charset)).data
    rows = list(read(data, kanji_at_power_up=kanji))
    texts = [row.text for row in rows if isinstance(row, PrintedLine)]
    assert texts[:2] == ["市民服务中心", "A012"]
    assert texts[2] == "前面等候：" + " " * 34 + "3 人"
    assert texts[3] == "￥0，①②"
    assert texts[4] == "-" * 48
    assert rows[-1] == Knife()
    assert Code(b"http://hall.example/t/abc", 5) in rows
    number = rows[1]
    assert isinstance(number, PrintedLine)
    assert {(glyph.wide, glyph.high) for glyph in number.glyphs} == {(8, 8)}
    assert (number.align, number.cells) == (1, 32)


def test_large_chinese_uses_its_own_size_command() -> None:
    line = printed(encode(Document((Text("到3号", 4, 3),)), Profile()).data)[0]
    assert [(g.char, g.wide, g.high) for g in line.glyphs] == [
        ("到", 2, 2),
        ("3", 4, 3),
        ("号", 2, 2),
    ]


@pytest.mark.parametrize(("columns", "width"), [(48, 1), (32, 1), (32, 2), (48, 4)])
@given(text=st.text("请A012号到窗口，。 abcdefgh（）", max_size=120))
@settings(max_examples=60)
def test_no_line_is_wider_than_the_paper_and_nothing_is_lost(
    columns: int, width: int, text: str
) -> None:
    data = encode(Document((Text(text, width),)), Profile(columns=columns)).data
    lines = printed(data)
    assert all(line.cells <= columns for line in lines)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(), st.integers(1, 8))
def test_a_text_is_as_wide_as_its_characters(text: str, width: int) -> None:
    assert layout.cells(text, width) == sum(layout.char_cells(char, width) for char in text)


def test_closing_punctuation_does_not_begin_a_line() -> None:
    rows = layout.wrap("一二三四五六七八九十一二三四五六。下", 32)
    assert rows == ["一二三四五六七八九十一二三四五", "六。下"]


@pytest.mark.parametrize(
    ("text", "columns", "width", "lines"),
    [
        ("一二三四五", 8, 1, ["一二三", "四五"]),
        ("一二三四五。", 8, 1, ["一二三", "四五。"]),
        ("1、2、3、4号 东厅", 30, 2, ["1、2、3、4号", "东厅"]),
        ("go to window A", 13, 1, ["go to", "window A"]),
        ("一二三，四", 8, 1, ["一二", "三，四"]),
    ],
)
def test_a_last_line_has_more_than_one_character(
    text: str, columns: int, width: int, lines: list[str]
) -> None:
    assert layout.wrap(text, columns, width) == lines


@pytest.mark.parametrize(
    ("text", "columns", "scale"),
    [("A012", 48, 8), ("A012", 32, 8), ("AB012", 32, 6), ("A012", 14, 4), ("{number}号", 48, 4)],
)
def test_the_largest_type_fills_the_paper(text: str, columns: int, scale: int) -> None:
    data = encode(Document((Text(text, 4, 4),)), Profile(columns=columns)).data
    assert {(g.wide, g.high) for line in printed(data) for g in line.glyphs if g.char < "~"} == {
        (scale, scale)
    }


def test_english_words_stay_whole() -> None:
    assert layout.wrap("please come to window three", 12) == ["please come", "to window", "three"]
    assert layout.wrap("x" * 30, 12) == ["x" * 12, "x" * 12, "x" * 6]


def test_a_pair_that_does_not_fit_takes_two_lines() -> None:
    assert layout.pair_lines("办理事项", "3 号窗口", 32)[0].endswith("3 号窗口")
    rows = layout.pair_lines("办理事项办理事项办理事项", "企业设立登记", 32)
    assert rows == ["办理事项办理事项办理事项", " " * 20 + "企业设立登记"]


@pytest.mark.parametrize(
    ("char", "charset", "expected"),
    [
        ("市", "gb2312", True),
        ("·", "gb2312", True),
        ("—", "gb2312", True),
        ("朗", "gb2312", True),
        ("镕", "gb2312", False),
        ("镕", "gbk", True),
        ("㛃", "gbk", False),
        ("㛃", "gb18030", True),
        ("𬭎", "gb18030", False),
        ("é", "gb18030", True),
        ("😀", "gb18030", False),
    ],
)
def test_what_a_printer_s_font_has(char: str, charset: layout.Charset, expected: bool) -> None:
    assert layout.in_charset(char, charset) is expected


def test_a_rare_name_is_drawn() -> None:
    document = Document((Text("姓名：𬭎䶮", align="center", underline=True), Text("后")))
    rows = list(read(encode(document, Profile(charset="gbk")).data, kanji_at_power_up=False))
    picture = rows[0]
    assert isinstance(picture, Picture)
    assert picture.row_bytes == 72
    image = Image.frombytes("1", (576, len(picture.dots) // 72), picture.dots)
    left, top, right, bottom = image.getbbox() or (0, 0, 0, 0)
    assert 200 < left < right < 380
    assert top < 8
    assert bottom > 20
    assert [row.text for row in rows if isinstance(row, PrintedLine)] == ["后"]


def test_without_a_font_a_placeholder_replaces_the_rare_character() -> None:
    profile = Profile(charset="gbk", font="/nowhere/font.ttc")
    encoded = encode(Document((Text("王𬭎"),)), profile)
    assert printed(encoded.data)[0].text == "王〓"
    assert encoded.substituted == "𬭎"
    with pytest.raises(FontMissingError, match="nowhere") as caught:
        font_path("/nowhere/font.ttc")
    assert "找不到中文字体" in caught.value.zh


def test_the_font_has_what_the_web_font_lacks() -> None:
    font = load_font(40)
    blank = font.getmask("\U000e0001").getbbox()
    assert all(font.getmask(char).getbbox() != blank for char in "㛃䶮𬭎市")


@given(st.binary(max_size=200))
def test_pictures_hold_no_real_time_command(dots: bytes) -> None:
    safe = without_real_time(dots)
    assert len(safe) == len(dots)
    assert all((a, b) not in {(0x10, 0x04), (0x10, 0x05), (0x10, 0x14)} for a, b in pairwise(safe))


def test_a_copy_is_marked_at_the_top() -> None:
    data = encode(Document(SLIP.lines, copy=True), Profile()).data
    assert printed(data)[0].text == "补打 COPY"


@given(documents, st.sampled_from(layout.CHARSETS), st.sampled_from([32, 48]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_any_document_makes_whole_commands_only(
    document: Document, charset: layout.Charset, columns: int, kanji: bool
) -> None:
    encoded: Encoded = encode(document, Profile(columns, charset))
    rows = list(read(encoded.data, kanji_at_power_up=kanji))
    cuts = sum(isinstance(line, Cut) for line in document.lines)
    assert sum(isinstance(row, Knife) for row in rows) == cuts
    codes = [row.data for row in rows if isinstance(row, Code)]
    assert codes == [line.data.encode() for line in document.lines if isinstance(line, QR)]


def paper_of(data: bytes, *, kanji: bool, columns: int = 48) -> Paper:
    paper = Paper(columns, lambda: kanji)
    buffer = bytearray(data)
    while paper.execute_next(buffer):
        pass
    return paper


@pytest.mark.parametrize("kanji", [True, False])
def test_the_rendered_slip_can_be_scanned(kanji: bool) -> None:
    slip = paper_of(encode(SLIP, Profile()).data, kanji=kanji).finished[0]
    picture = Image.open(io.BytesIO(render(slip)))
    barcodes = zxingcpp.read_barcodes(picture)
    assert [code.text for code in barcodes] == ["http://hall.example/t/abc"]


# Bytes that python-escpos 3.1 sent for a demo ticket, measured: a third-party client.
FOREIGN = bytes.fromhex(
    "1B40 1D2111 1B6101 CAD0C3F1B7FECEF1D6D0D0C40A 1D2133 1B7400 413031320A 1B6406 1D5600"
)


@pytest.mark.parametrize(("kanji", "text"), [(True, "市民服务中心"), (False, "╩╨├±╖■╬±╓╨╨─")])
def test_the_simulator_prints_a_third_party_slip_correctly(kanji: bool, text: str) -> None:
    slip = paper_of(FOREIGN, kanji=kanji).finished[0]
    rows = [row for row in slip.rows if isinstance(row, TextRow)]
    assert [row.text for row in rows] == [text, "A012"]
    assert rows[1].spans[0].width == 4
    assert render(slip).startswith(b"\x89PNG")


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=200)
def test_the_simulator_accepts_any_bytes(data: bytes, kanji: bool) -> None:
    paper = paper_of(data, kanji=kanji)
    assert paper.slip.number >= 1


@given(st.lists(st.sampled_from(SLIP.lines), max_size=6))
def test_simulator_and_reader_agree(lines: list[Line]) -> None:
    data = encode(Document(tuple(lines)), Profile()).data
    paper = paper_of(data, kanji=False)
    slips = [*paper.finished, paper.slip]
    rows = [row.text for slip in slips for row in slip.rows if isinstance(row, TextRow)]
    assert rows == [line.text for line in printed(data, kanji=False) if line.glyphs]
