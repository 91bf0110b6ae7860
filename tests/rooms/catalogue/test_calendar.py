"""Working calendar: seeded years, the office's import, missing years; and uploaded papers."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.catalogue import calendar_import, calendar_list
from server.catalogue import calendar_queries as stored
from server.catalogue import hours as catalogue_hours
from server.catalogue.actions import import_catalogue
from server.catalogue.calendar_list import Flaw, Problem
from server.catalogue.workbook import digest
from server.core.actors import SYSTEM
from server.core.errors import CommonCode, HallError
from server.core.working_days import SpecialDay
from server.hall.opening import open_hall
from server.leave import files as leave_files
from server.leave.errors import LeaveCode
from support.halls import CHEAP, SmallHall, catalogue
from support.leave_halls import A, actor

NEW_YEAR, MADE_UP = date(2026, 1, 1), date(2026, 2, 28)
LIST_2027 = (
    "日期 休班 名称\n2027-01-01 休 元旦\n2月6日至2月12日 休 春节\n2月14日 班 春节调休 周五\n"
)


def test_a_new_hall_knows_the_published_years(small: SmallHall) -> None:
    workdays = small.ctx.workdays()
    assert workdays.known(2026)
    assert not workdays.known(2027)
    assert workdays.weekday(NEW_YEAR) is None
    assert workdays.weekday(MADE_UP) == 1
    assert workdays.count(date(2026, 1, 1), date(2026, 12, 31)) == 248
    assert calendar_import.seed(small.ctx) == 0


def test_tickets_and_attendance_use_one_calendar(small: SmallHall) -> None:
    book = small.ctx.catalogue()
    assert not catalogue_hours.hall_spans(book, NEW_YEAR)
    assert catalogue_hours.hall_spans(book, MADE_UP)


def test_the_workbook_holds_only_the_halls_own_days(small: SmallHall) -> None:
    book = small.ctx.catalogue()
    assert book.special_days == ()
    assert book.state_days
    assert digest(book) == digest(catalogue())
    assert import_catalogue(small.ctx, SYSTEM, book, "again") == (1, False)


def test_the_halls_own_day_wins(small: SmallHall) -> None:
    own = (SpecialDay(MADE_UP, False, "停电"),)
    import_catalogue(small.ctx, SYSTEM, replace(catalogue(), special_days=own), "own")
    assert small.ctx.workdays().weekday(MADE_UP) is None
    assert not catalogue_hours.hall_spans(small.ctx.catalogue(), MADE_UP)


def test_an_imported_year_is_used_at_once(small: SmallHall) -> None:
    days = calendar_list.read(calendar_list.rows_of_text(LIST_2027), 2027)
    assert not any(isinstance(day, Problem) for day in days)
    plain = [day for day in days if isinstance(day, SpecialDay)]
    assert calendar_import.put_year(small.ctx, SYSTEM, 2027, plain, "paste") == 9
    workdays = small.ctx.workdays()
    assert workdays.known(2027)
    assert workdays.weekday(date(2027, 2, 14)) == 5
    assert workdays.weekday(date(2027, 2, 8)) is None
    calendar_import.put_year(small.ctx, SYSTEM, 2027, plain[:1], "paste")
    assert small.ctx.workdays().weekday(date(2027, 2, 8)) == 1


@given(st.text(st.sampled_from("2027-1月日至～，, \t|\n休班周一；。元旦"), max_size=60))
def test_any_text_is_a_list_or_has_its_problems(text: str) -> None:
    """Read any text as a list or report its problems, without an exception.

    A line that consisted of commas alone raised one.
    """
    for year in (2027, 2000):
        entries = calendar_list.read(calendar_list.rows_of_text(text), year)
        assert entries
        kinds = {type(entry) for entry in entries}
        assert kinds in ({Problem}, {SpecialDay})


def test_an_import_by_another_process_is_used(small: SmallHall) -> None:
    assert not small.ctx.workdays().known(2027)
    other = open_hall(small.hall.config, hasher=CHEAP)
    calendar_import.put_year(
        other.ctx, SYSTEM, 2027, [SpecialDay(date(2027, 1, 1), False, "元旦")], "x"
    )
    other.ctx.store.close()
    small.ctx.refresh()
    assert small.ctx.workdays().known(2027)


def test_december_days_of_the_next_notice(small: SmallHall) -> None:
    last = date(2026, 12, 31)
    calendar_import.put_year(small.ctx, SYSTEM, 2027, [SpecialDay(last, False, "元旦")], "paste")
    assert small.ctx.workdays().weekday(last) is None
    rows = small.ctx.read(lambda c: stored.of_year(c, "small", 2026))
    assert last.isoformat() not in [row.day for row in rows]


@pytest.mark.parametrize(
    ("day", "missing"),
    [
        (date(2026, 3, 2), []),
        (date(2026, 10, 31), []),
        (date(2026, 11, 1), [(2027, False)]),
        (date(2027, 3, 1), [(2027, True)]),
        (date(2027, 12, 1), [(2027, True), (2028, False)]),
    ],
)
def test_missing_calendar_years_are_reported(
    small: SmallHall, day: date, missing: list[tuple[int, bool]]
) -> None:
    assert [(m.year, m.now) for m in calendar_import.missing(small.ctx, day)] == missing


def test_a_make_up_day_without_a_weekday_keeps_the_settings(small: SmallHall) -> None:
    day = SpecialDay(date(2027, 2, 14), True, "调休", 0)
    calendar_import.put_year(small.ctx, SYSTEM, 2027, [day], "paste")
    assert small.ctx.workdays().weekday(day.day) == 1
    small.configure(makeup_weekday=4)
    assert small.ctx.workdays().weekday(day.day) == 4


def test_every_problem_of_a_list_is_found_at_once() -> None:
    text = (
        "2027-13-01 休 坏日子\n2026-05-01 休 去年\n2027-01-01 放 元旦\n2027-01-02 休\n"
        "2027-01-03 休 元旦\n1月3日 休 元旦\n2027-03-01 班 春节调休\n"
        "2月12日至2月6日 休 春节\n2027-05-01 休 劳动节 周一\n"
    )
    problems = calendar_list.read(calendar_list.rows_of_text(text), 2027)
    assert [(p.line, p.flaw) for p in problems if isinstance(p, Problem)] == [
        (1, Flaw.DAY),
        (2, Flaw.YEAR),
        (3, Flaw.KIND),
        (4, Flaw.NAME),
        (6, Flaw.TWICE),
        (7, Flaw.WORKED_ANYWAY),
        (8, Flaw.STRETCH),
        (9, Flaw.WEEKDAY),
    ]
    assert calendar_list.read([], 2027) == [Problem(0, Flaw.EMPTY)]


def test_a_sheet_reads_like_a_pasted_list() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("日期", "休/班", "名称"),
        (date(2027, 1, 1), "休", "元旦"),
        ("2月14日", "班", "春节调休", "周五"),
    ):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    rows = calendar_list.rows_of_sheet(stream.getvalue())
    assert not isinstance(rows, Problem)
    assert calendar_list.read(rows, 2027) == [
        SpecialDay(date(2027, 1, 1), False, "元旦", 0),
        SpecialDay(date(2027, 2, 14), True, "春节调休", 5),
    ]
    assert calendar_list.rows_of_sheet(b"no sheet") == Problem(0, Flaw.FILE)


def picture(kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 3), "white").save(stream, kind)
    return stream.getvalue()


def test_papers_are_kept_by_their_hash(small: SmallHall) -> None:
    first = leave_files.store(small.hall, actor(A), "假条.png", "", picture())
    assert leave_files.store(small.hall, actor(A), "../../other.png", "", picture()) == first
    content = leave_files.load(small.hall, first)
    assert (content.name, content.media, content.data) == ("假条.png", "image/png", picture())
    path = small.hall.config.data / "files" / first[:2] / first
    assert path.read_bytes() == picture()
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in path.parent.iterdir()] == [first]


@pytest.mark.parametrize(
    "data",
    [b"", b"<script>alert(1)</script>", b"MZ\x90\x00", b"<svg/>", picture("GIF"), b"\xff\xd8\xff"],
)
def test_only_pictures_and_pdf_by_content(small: SmallHall, data: bytes) -> None:
    with pytest.raises(HallError) as caught:
        leave_files.store(small.hall, actor(A), "photo.jpg", "", data)
    assert caught.value.code is LeaveCode.FILE_TYPE


def test_a_paper_too_large_or_of_another_kind(small: SmallHall) -> None:
    small.configure(file_limit_kb=64)
    with pytest.raises(HallError) as caught:
        leave_files.store(small.hall, actor(A), "a.pdf", "", b"%PDF-" + b"x" * 64 * 1024)
    assert caught.value.code is CommonCode.TOO_LARGE
    with pytest.raises(HallError) as caught:
        leave_files.store(small.hall, actor(A), "a.pdf", "image/jpeg", b"%PDF-1.7")
    assert caught.value.code is LeaveCode.FILE_TYPE
    with pytest.raises(HallError) as caught:
        leave_files.load(small.hall, "0" * 64)
    assert caught.value.code is LeaveCode.FILE_UNKNOWN


def test_a_decompression_bomb_is_rejected(small: SmallHall) -> None:
    stream = io.BytesIO()
    Image.new("1", (9000, 9000)).save(stream, "PNG")
    assert leave_files.store(small.hall, actor(A), "wide.png", "", stream.getvalue())


def test_the_calendar_needs_no_business_data_to_be_seeded(small: SmallHall) -> None:
    assert small.ctx.read(lambda c: stored.years(c, "small")) >= frozenset({2024, 2025, 2026})
