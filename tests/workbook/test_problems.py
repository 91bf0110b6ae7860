"""Problems of an import: every one is reported with sheet, row, column and words."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from openpyxl.workbook import Workbook

from server.catalogue.model import Catalogue, Presence
from server.catalogue.reference import load
from server.catalogue.workbook import Flaw, Problem, problems, read
from server.catalogue.workbook.problem import WORDS
from server.catalogue.workbook.shape import MAX_ROWS, SHEETS

Spoil = Callable[[Workbook], None]
Case = tuple[Flaw, str, int, str, Spoil]


def put(sheet: str, row: int, heading: str, value: object) -> Spoil:
    """Return a change that writes `value` into the cell under that heading."""

    def spoil(book: Workbook) -> None:
        page = book[sheet]
        headings = [cell.value for cell in page[1]]
        page.cell(row, headings.index(heading) + 1).value = value  # type: ignore[assignment]

    return spoil


def cell(flaw: Flaw, sheet: str, row: int, heading: str, value: object) -> Case:
    return flaw, sheet, row, heading, put(sheet, row, heading, value)


def both(*spoils: Spoil) -> Spoil:
    def spoil(book: Workbook) -> None:
        for each in spoils:
            each(book)

    return spoil


def _second_site(book: Workbook) -> None:
    book["办公地点"].append(["north", "城北楼", "North building", "北街2号"])


def _remove_sheet(book: Workbook) -> None:
    del book["人群类别"]


def _remove_column(book: Workbook) -> None:
    book["单位"].delete_cols(3)


def _add(sheet: str, row: int, column: int, value: str) -> Spoil:
    def spoil(book: Workbook) -> None:
        book[sheet].cell(row, column).value = value

    return spoil


def _clear(sheet: str) -> Spoil:
    def spoil(book: Workbook) -> None:
        book[sheet].delete_rows(2, 100)

    return spoil


def _too_many(book: Workbook) -> None:
    page = book["区域"]
    for number in range(MAX_ROWS):
        page.append([f"z{number}", "厅", "Hall"])


def _error(book: Workbook) -> None:
    target = book["区域"]["B2"]
    target.value = "#REF!"
    target.data_type = "e"


CASES: list[Case] = [
    (Flaw.SHEET_MISSING, "人群类别", 0, "", _remove_sheet),
    (Flaw.COLUMN_MISSING, "单位", 1, "英文名称", _remove_column),
    (Flaw.COLUMN_UNKNOWN, "单位", 1, "", _add("单位", 1, 12, "备注")),
    (Flaw.COLUMN_REPEATED, "单位", 1, "名称", _add("单位", 1, 12, "名称")),
    (Flaw.OUTSIDE_COLUMNS, "单位", 2, "", _add("单位", 2, 20, "便条")),
    (Flaw.ROWS_TOO_MANY, "区域", MAX_ROWS + 2, "", _too_many),
    (Flaw.HALL_ROWS, "大厅", 0, "", _clear("大厅")),
    cell(Flaw.OTHER_HALL, "大厅", 2, "大厅编码", "big"),
    cell(Flaw.CELL_FORMULA, "单位", 2, "名称", "=1+1"),
    (Flaw.CELL_ERROR, "区域", 2, "名称", _error),
    cell(Flaw.CELL_EMPTY, "单位", 2, "名称", None),
    cell(Flaw.NOT_TEXT, "单位", 2, "名称", date(2026, 1, 1)),
    cell(Flaw.DIGITS_LOST, "人员", 2, "工号", 110101199001010000),
    cell(Flaw.NOT_WHOLE, "单位", 2, "等候目标（分钟）", 12.5),
    cell(Flaw.NOT_NUMBER, "事项", 2, "窗口办理用时（分钟）", "很快"),
    cell(Flaw.NOT_MONEY, "收费标准", 2, "金额（元）", 10.505),
    cell(Flaw.NOT_DATE, "委托书", 2, "生效日期", "明天"),
    cell(Flaw.NOT_TIME, "开放时间", 2, "开始", "早上"),
    cell(Flaw.NOT_YES_NO, "人员", 2, "首席代表", "可能"),
    cell(Flaw.NOT_IN_LIST, "窗口", 2, "种类", "万能窗口"),
    cell(Flaw.NOT_WEEKDAYS, "开放时间", 2, "星期", "每天"),
    cell(Flaw.OUT_OF_RANGE, "窗口", 2, "窗口号", 1000),
    cell(Flaw.OUT_OF_RANGE, "收费标准", 2, "金额（元）", 0),
    cell(Flaw.TOO_FINE, "事项", 2, "窗口办理用时（分钟）", 12.25),
    cell(Flaw.TOO_LONG, "人员", 2, "姓名", "长" * 41),
    cell(Flaw.UNCLEAN_TEXT, "人员", 2, "姓名", "甲\u200b明"),
    cell(Flaw.CODE_INVALID, "区域", 2, "编码", "东 厅"),
    cell(Flaw.PREFIX_INVALID, "单位", 2, "号码字母", "O"),
    cell(Flaw.LIST_REPEATED, "人员", 2, "可用窗口", "W01、W01"),
    cell(Flaw.UNKNOWN_REFERENCE, "事项", 2, "单位", "fire"),
    cell(Flaw.REPEATED, "窗口", 3, "窗口号", 1),
    (
        Flaw.REPEATED_TOGETHER,
        "材料",
        3,
        "",
        put("材料", 3, "材料名称", "申请书"),
    ),
    cell(Flaw.NAME_REPEATED, "事项", 3, "名称", "延期申报核准"),
    (
        Flaw.SITE_MISSING,
        "区域",
        2,
        "办公地点",
        both(_second_site, put("区域", 2, "办公地点", None)),
    ),
    cell(Flaw.PLACE_MISSING, "单位", 2, "现办理地点", None),
    (Flaw.ADVICE_MISSING, "事项", 2, "受理地点指引", put("事项", 2, "办理方式", "仅咨询")),
    cell(Flaw.PROMISE_LONGER, "事项", 2, "承诺时限（工作日）", 11),
    (
        Flaw.PROMISE_LONGER_CALENDAR,
        "事项",
        2,
        "承诺时限（工作日）",
        both(put("事项", 2, "法定时限单位", "自然日"), put("事项", 2, "承诺时限（工作日）", 9)),
    ),
    (Flaw.ITEM_UNSERVABLE, "事项", 2, "编码", put("开放时间", 4, "星期", "日")),
    cell(Flaw.WINDOW_WITHOUT_UNIT, "窗口", 3, "单位", None),
    cell(Flaw.WINDOW_WITH_UNIT, "窗口", 2, "单位", "tax"),
    cell(Flaw.WINDOW_ITEM_FOREIGN, "窗口事项", 2, "事项编码", "water-1"),
    cell(Flaw.MANDATE_DATES, "委托书", 2, "终止日期", date(2025, 12, 31)),
    (Flaw.MANDATE_EMPTY, "委托书", 2, "委托书编号", _clear("委托事项")),
    cell(Flaw.MANDATE_ITEM_FOREIGN, "委托事项", 2, "事项编码", "tax-1"),
    cell(Flaw.MANDATE_WINDOW_KIND, "委托书", 2, "综合窗口", "W02"),
    cell(Flaw.COVER_SELF, "人员", 2, "B角工号", "1001"),
    cell(Flaw.COVER_WINDOWS, "人员", 2, "B角工号", "1003"),
    cell(Flaw.CHIEF_WITHOUT_UNIT, "人员", 3, "首席代表", "是"),
    cell(Flaw.CHIEF_REPEATED, "人员", 4, "首席代表", "是"),
    cell(Flaw.HOURS_SUBJECT, "开放时间", 4, "对象编码", "W01"),
    cell(Flaw.HOURS_REVERSED, "开放时间", 2, "结束", "08:00"),
    (Flaw.HOURS_OVERLAP, "开放时间", 3, "开始", put("开放时间", 3, "开始", "11:59")),
    (Flaw.HOURS_NONE, "开放时间", 0, "", _clear("开放时间")),
    (Flaw.CLASS_ORDINARY, "人群类别", 0, "优先级", put("人群类别", 2, "优先级", 1)),
]
FILE_FLAWS = {Flaw.FILE_TOO_LARGE, Flaw.NOT_A_WORKBOOK}


def _away(book: Workbook) -> None:
    put("单位", 2, "进驻情况", "在其他地点")(book)


@pytest.mark.parametrize(
    ("flaw", "sheet", "row", "column", "spoil"), CASES, ids=[case[0].value for case in CASES]
)
def test_a_problem_is_reported_with_its_place(
    flaw: Flaw,
    sheet: str,
    row: int,
    column: str,
    spoil: Spoil,
    problems_after: Callable[[Spoil], list[Problem]],
) -> None:
    more = _away if flaw is Flaw.PLACE_MISSING else None
    problem_list = problems_after(both(spoil, more) if more else spoil)
    places = [(p.code, p.sheet, p.row, p.column) for p in problem_list]
    assert (flaw, sheet, row, column) in places, places


def test_every_problem_has_a_case_and_words_in_both_languages() -> None:
    assert {case[0] for case in CASES} | FILE_FLAWS == set(Flaw)
    assert set(WORDS) == set(Flaw)
    assert all(zh and en for zh, en in WORDS.values())


def test_a_zone_of_an_unlisted_site_is_one_problem(
    problems_after: Callable[[Spoil], list[Problem]],
) -> None:
    (flaw,) = problems_after(put("区域", 2, "办公地点", "south"))
    place = (flaw.code, flaw.sheet, flaw.row, flaw.column)
    assert place == (Flaw.UNKNOWN_REFERENCE, "区域", 2, "办公地点")
    assert "south" in flaw.zh
    assert "办公地点" in flaw.zh
    assert "south" in flaw.en


def test_zones_name_no_site_in_a_hall_of_one(
    problems_after: Callable[[Spoil], list[Problem]],
) -> None:
    assert problems_after(put("区域", 2, "办公地点", None)) == []


def test_an_untouched_book_has_no_problem(
    problems_after: Callable[[Spoil], list[Problem]],
) -> None:
    assert problems_after(lambda _book: None) == []


def test_all_problems_are_reported_at_once_in_the_order_of_the_book(
    problems_after: Callable[[Spoil], list[Problem]],
) -> None:
    problem_list = problems_after(
        both(
            put("人员", 2, "角色", "头头"),
            put("单位", 2, "等候目标（分钟）", "很久"),
            put("单位", 3, "号码字母", "A"),
            put("事项", 4, "主题", "none"),
            put("窗口", 2, "窗口号", 0),
        )
    )
    assert [(p.code, p.sheet, p.row) for p in problem_list] == [
        (Flaw.NOT_WHOLE, "单位", 2),
        (Flaw.REPEATED, "单位", 3),
        (Flaw.UNKNOWN_REFERENCE, "事项", 4),
        (Flaw.OUT_OF_RANGE, "窗口", 2),
        (Flaw.NOT_IN_LIST, "人员", 2),
    ]


def test_one_mistake_is_one_problem(
    problems_after: Callable[[Spoil], list[Problem]],
) -> None:
    """Report one mistake as one problem.

    A window of an unreadable kind adds no problem for the mandate that names it.
    """
    problem_list = problems_after(put("窗口", 2, "种类", "综合"))
    assert [(p.sheet, p.row, p.column) for p in problem_list] == [("窗口", 2, "种类")]


def test_a_problem_reads_as_a_sentence_with_its_place(
    problems_after: Callable[[Spoil], list[Problem]],
) -> None:
    [problem_list] = problems_after(put("窗口", 3, "窗口号", "二号"))
    assert str(problem_list) == "窗口，第3行，“窗口号”：应填整数，不能填“二号”"
    assert problem_list.en == "a whole number is needed, not 二号"
    assert problem_list.value == "二号"


def test_blank_rows_are_skipped_and_counted(
    problems_after: Callable[[Spoil], list[Problem]],
) -> None:
    def spoil(book: Workbook) -> None:
        book["窗口"].insert_rows(3, 2)
        put("窗口", 6, "区域", "north")(book)

    assert [(p.sheet, p.row) for p in problems_after(spoil)] == [("窗口", 6)]


def test_other_sheets_and_the_order_of_columns_do_not_matter(
    problems_after: Callable[[Spoil], list[Problem]],
) -> None:
    def spoil(book: Workbook) -> None:
        book.create_sheet("便条", 0)["A1"] = "=NOW()"
        page = book["区域"]
        for line in page.iter_rows(max_col=2):
            line[0].value, line[1].value = line[1].value, line[0].value

    assert problems_after(spoil) == []


def test_the_reference_hall_has_no_problem() -> None:
    assert problems(load()) == []


def test_a_catalogue_is_checked_without_a_workbook(small: Catalogue) -> None:
    tax, water = small.units
    withdrawn = replace(tax, presence=Presence.WITHDRAWN)
    problem_list = problems(replace(small, units=(withdrawn, replace(water, prefix="A"))))
    assert [(p.code, p.sheet, p.row, p.column) for p in problem_list] == [
        (Flaw.PLACE_MISSING, "单位", 2, "现办理地点"),
        (Flaw.PLACE_MISSING, "单位", 2, "英文现办理地点"),
        (Flaw.REPEATED, "单位", 3, "号码字母"),
    ]


def test_invalid_texts_of_a_catalogue_are_problems(small: Catalogue) -> None:
    zone = small.zones[0]
    for name in (" 厅", "厅\ufffe", "厅\ud800", "厅\x07", "厅\n", "厅_x0041_"):
        problem_list = problems(replace(small, zones=(replace(zone, name=name),)))
        assert [p.code for p in problem_list] == [Flaw.UNCLEAN_TEXT], name


def test_headings_are_unique_in_each_sheet() -> None:
    for sheet in SHEETS:
        headings = [c.heading for c in sheet.columns]
        assert len(set(headings)) == len(headings)


def test_files_that_are_no_workbooks_have_problems_of_their_own() -> None:
    result = read(io.BytesIO(b"hello"))
    assert isinstance(result, list)
    assert [(p.code, p.sheet) for p in result] == [(Flaw.NOT_A_WORKBOOK, "")]
    assert str(result[0]).startswith("这不是")
