"""Problems of a workbook: stable codes with their messages.

The office reads them on its import page and on the command line, in Chinese or English.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """Stable code of a mistake that an import rejects."""

    FILE_TOO_LARGE = "file_too_large"
    NOT_A_WORKBOOK = "not_a_workbook"
    SHEET_MISSING = "sheet_missing"
    COLUMN_MISSING = "column_missing"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_REPEATED = "column_repeated"
    OUTSIDE_COLUMNS = "outside_columns"
    ROWS_TOO_MANY = "rows_too_many"
    HALL_ROWS = "hall_rows"
    OTHER_HALL = "other_hall"
    CELL_FORMULA = "cell_formula"
    CELL_ERROR = "cell_error"
    CELL_EMPTY = "cell_empty"
    NOT_TEXT = "not_text"
    DIGITS_LOST = "digits_lost"
    NOT_WHOLE = "not_whole"
    NOT_NUMBER = "not_number"
    NOT_MONEY = "not_money"
    NOT_DATE = "not_date"
    NOT_TIME = "not_time"
    NOT_YES_NO = "not_yes_no"
    NOT_IN_LIST = "not_in_list"
    NOT_WEEKDAYS = "not_weekdays"
    OUT_OF_RANGE = "out_of_range"
    TOO_FINE = "too_fine"
    TOO_LONG = "too_long"
    UNCLEAN_TEXT = "unclean_text"
    CODE_INVALID = "code_invalid"
    PREFIX_INVALID = "prefix_invalid"
    LIST_REPEATED = "list_repeated"
    UNKNOWN_REFERENCE = "unknown_reference"
    REPEATED = "repeated"
    REPEATED_TOGETHER = "repeated_together"
    NAME_REPEATED = "name_repeated"
    SITE_MISSING = "site_missing"
    PLACE_MISSING = "place_missing"
    ADVICE_MISSING = "advice_missing"
    PROMISE_LONGER = "promise_longer"
    PROMISE_LONGER_CALENDAR = "promise_longer_calendar"
    ITEM_UNSERVABLE = "item_unservable"
    WINDOW_WITHOUT_UNIT = "window_without_unit"
    WINDOW_WITH_UNIT = "window_with_unit"
    WINDOW_ITEM_FOREIGN = "window_item_foreign"
    MANDATE_DATES = "mandate_dates"
    MANDATE_EMPTY = "mandate_empty"
    MANDATE_ITEM_FOREIGN = "mandate_item_foreign"
    MANDATE_WINDOW_KIND = "mandate_window_kind"
    COVER_SELF = "cover_self"
    COVER_WINDOWS = "cover_windows"
    CHIEF_WITHOUT_UNIT = "chief_without_unit"
    CHIEF_REPEATED = "chief_repeated"
    HOURS_SUBJECT = "hours_subject"
    HOURS_REVERSED = "hours_reversed"
    HOURS_OVERLAP = "hours_overlap"
    HOURS_NONE = "hours_none"
    CLASS_ORDINARY = "class_ordinary"


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem to correct, in Chinese and English.

    `row` is 0 and `column` empty if it concerns the whole sheet; `sheet` is empty if it
    concerns the file.
    """

    code: Flaw
    sheet: str
    row: int
    column: str
    zh: str
    en: str
    value: str = ""

    def __str__(self) -> str:
        place = [self.sheet] if self.sheet else []
        place += [f"第{self.row}行"] if self.row else []
        place += [f"“{self.column}”"] if self.column else []
        return f"{'，'.join(place)}：{self.zh}" if place else self.zh


def problem(code: Flaw, sheet: str = "", row: int = 0, column: str = "", **data: object) -> Problem:
    """Return the problem with its messages.

    `data` fills the placeholders; `value` is the rejected value.
    """
    words = {name: _shown(value) for name, value in data.items()}
    zh, en = WORDS[code]
    value = words.get("value", "")
    return Problem(code, sheet, row, column, zh.format(**words), en.format(**words), value)


def _shown(value: object) -> str:
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(value))
    return text if len(text) <= 60 else text[:59] + "…"


WORDS: dict[Flaw, tuple[str, str]] = {
    Flaw.FILE_TOO_LARGE: (
        "文件太大，超过{limit} MB，请检查是否选错了文件",
        "the file is larger than {limit} MB",
    ),
    Flaw.NOT_A_WORKBOOK: (
        "这不是可以读取的 .xlsx 工作簿，请从系统导出后再填写",
        "this is not a readable .xlsx workbook",
    ),
    Flaw.SHEET_MISSING: ("缺少此工作表，请从系统重新导出后填写", "the sheet is missing"),
    Flaw.COLUMN_MISSING: ("缺少这一列", "the column is missing"),
    Flaw.COLUMN_UNKNOWN: (
        "没有名为“{value}”的列，请删除或改正表头",
        "there is no column {value}",
    ),
    Flaw.COLUMN_REPEATED: ("这一列出现了两次", "the column appears twice"),
    Flaw.OUTSIDE_COLUMNS: (
        "表格范围外有内容“{value}”，请删除",
        "{value} stands outside the table",
    ),
    Flaw.ROWS_TOO_MANY: ("超过{limit}行", "more than {limit} rows"),
    Flaw.HALL_ROWS: ("必须有且只有一行，现有{value}行", "exactly one row is needed, not {value}"),
    Flaw.OTHER_HALL: (
        "这是“{value}”大厅的工作簿，当前大厅是“{other}”",
        "the workbook is of hall {value}, this is {other}",
    ),
    Flaw.CELL_FORMULA: (
        "不能使用公式，请改为填写结果",
        "formulas are not taken; enter the result",
    ),
    Flaw.CELL_ERROR: ("单元格是错误值{value}", "the cell holds the error {value}"),
    Flaw.CELL_EMPTY: ("不能空着", "must not be empty"),
    Flaw.NOT_TEXT: ("应填文字，不能填“{value}”", "text is needed, not {value}"),
    Flaw.DIGITS_LOST: (
        "“{value}”超过15位，表格程序已丢失末尾的数字；请把单元格设为文本后重新填写",
        "{value} has more than 15 digits, of which the spreadsheet lost the last; enter it as text",
    ),
    Flaw.NOT_WHOLE: ("应填整数，不能填“{value}”", "a whole number is needed, not {value}"),
    Flaw.NOT_NUMBER: ("应填数字，不能填“{value}”", "a number is needed, not {value}"),
    Flaw.NOT_MONEY: (
        "应填金额（元，最多两位小数），不能填“{value}”",
        "an amount in yuan with at most two decimals is needed, not {value}",
    ),
    Flaw.NOT_DATE: (
        "应填日期，如2026-01-01，不能填“{value}”",
        "a date such as 2026-01-01 is needed, not {value}",
    ),
    Flaw.NOT_TIME: (
        "应填时刻，如08:30，不能填“{value}”",
        "a time such as 08:30 is needed, not {value}",
    ),
    Flaw.NOT_YES_NO: ("应填“是”或“否”，不能填“{value}”", "是 or 否 is needed, not {value}"),
    Flaw.NOT_IN_LIST: (
        "应填{other}之一，不能填“{value}”",
        "one of {other} is needed, not {value}",
    ),
    Flaw.NOT_WEEKDAYS: (
        "应填星期，如“一二三四五”，不能填“{value}”",
        "weekdays such as 一二三四五 are needed, not {value}",
    ),
    Flaw.OUT_OF_RANGE: (
        "“{value}”超出范围，应在{low}到{high}之间",
        "{value} is not between {low} and {high}",
    ),
    Flaw.TOO_FINE: ("“{value}”最多一位小数", "{value} has more than one decimal"),
    Flaw.TOO_LONG: ("太长，最多{high}个字", "longer than {high} characters"),
    Flaw.UNCLEAN_TEXT: (
        "含有不可见字符、首尾空格或分隔符，请重新填写",
        "contains invisible characters, outer spaces or separators",
    ),
    Flaw.CODE_INVALID: (
        "编码“{value}”只能用字母、数字、点和横线，且以字母或数字开头",
        "code {value} may hold only letters, digits, dots and dashes",
    ),
    Flaw.PREFIX_INVALID: (
        "号码字母“{value}”应为一个或两个大写字母，不用I和O",
        "prefix {value} must be one or two capital letters other than I and O",
    ),
    Flaw.LIST_REPEATED: ("“{value}”重复填写", "{value} is listed twice"),
    Flaw.UNKNOWN_REFERENCE: ("“{value}”不在“{other}”表中", "{value} is not in sheet {other}"),
    Flaw.REPEATED: ("“{value}”与第{other}行重复", "{value} repeats row {other}"),
    Flaw.REPEATED_TOGETHER: ("与第{other}行重复", "repeats row {other}"),
    Flaw.NAME_REPEATED: (
        "同一单位已有名为“{value}”的事项",
        "the unit already has an item called {value}",
    ),
    Flaw.SITE_MISSING: (
        "大厅有多处办公地点，必须写明区域在哪一处",
        "in a hall of several sites a zone must name its site",
    ),
    Flaw.PLACE_MISSING: (
        "单位不在本厅，必须写明去哪里办",
        "a unit that is not here must say where to go",
    ),
    Flaw.ADVICE_MISSING: (
        "仅咨询的事项必须写明由谁受理",
        "a consult-only item must say who accepts it",
    ),
    Flaw.PROMISE_LONGER: (
        "承诺{value}个工作日，超过法定{other}个工作日",
        "promised {value} working days exceed the legal {other}",
    ),
    Flaw.PROMISE_LONGER_CALENDAR: (
        "承诺{value}个工作日，超过法定{other}个自然日",
        "promised {value} working days exceed the legal {other} calendar days",
    ),
    Flaw.ITEM_UNSERVABLE: (
        "没有任何窗口能受理“{value}”：没有专项窗口、没有委托书，或开放时间对不上",
        "no window can ever accept {value}",
    ),
    Flaw.WINDOW_WITHOUT_UNIT: ("专项窗口必须写明单位", "a specialised window needs a unit"),
    Flaw.WINDOW_WITH_UNIT: (
        "综合窗口凭委托书受理，不能写单位和事项",
        "a comprehensive window serves by mandate and has no units or items",
    ),
    Flaw.WINDOW_ITEM_FOREIGN: (
        "“{value}”不是该窗口单位的事项",
        "{value} is not an item of the window's units",
    ),
    Flaw.MANDATE_DATES: ("{value}早于{other}", "{value} is before {other}"),
    Flaw.MANDATE_EMPTY: ("委托书没有列出任何事项", "the mandate names no item"),
    Flaw.MANDATE_ITEM_FOREIGN: (
        "“{value}”不是委托单位的事项",
        "{value} is not an item of the unit that gives the mandate",
    ),
    Flaw.MANDATE_WINDOW_KIND: (
        "“{value}”不是综合窗口，不能接受委托",
        "{value} is not a comprehensive window",
    ),
    Flaw.COVER_SELF: ("B角不能是本人", "a person cannot be their own cover"),
    Flaw.COVER_WINDOWS: (
        "B角“{value}”没有A角任何一个窗口的使用权限",
        "{value} may not use any window of this person",
    ),
    Flaw.CHIEF_WITHOUT_UNIT: (
        "首席代表必须有派出单位",
        "a chief representative needs a unit",
    ),
    Flaw.CHIEF_REPEATED: (
        "单位“{value}”已有首席代表",
        "unit {value} already has a chief representative",
    ),
    Flaw.HOURS_SUBJECT: (
        "范围与编码不符：大厅不填编码，窗口或事项必须填存在的编码",
        "the scope and the code do not fit",
    ),
    Flaw.HOURS_REVERSED: (
        "结束时间{value}不晚于开始时间{other}",
        "closing at {value} is not after opening at {other}",
    ),
    Flaw.HOURS_OVERLAP: ("与第{other}行的时间重叠", "overlaps row {other}"),
    Flaw.HOURS_NONE: ("没有大厅的开放时间", "the hall has no opening hours"),
    Flaw.CLASS_ORDINARY: (
        "人群类别中必须有一种优先级为0（一般群众）",
        "one class of applicants must have level 0",
    ),
}
