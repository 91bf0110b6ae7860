"""Columns of the workbook's sheets: kinds of cells, and the columns that items have gained.

`shape` puts them into sheets. The hall's office sees the Chinese texts in its spreadsheet program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from server.catalogue.model import CaseMode, LimitUnit, NetworkScope

WEEKDAYS = "一二三四五六日"


class Kind(StrEnum):
    """Kind of a column's cells."""

    CODE = "code"
    TEXT = "text"
    LONG = "long"
    WHOLE = "whole"
    DECIMAL = "decimal"
    MONEY = "money"
    """Yuan in the cell, fen in the record."""
    DATE = "date"
    TIME = "time"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CODES = "codes"
    WORDS = "words"
    WEEKDAYS = "weekdays"
    FOR_READING = "for_reading"
    """Written for people only, never imported."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `field`: the record's field. `refers`: the sheet whose codes it contains."""

    field: str
    heading: str
    kind: Kind = Kind.TEXT
    width: int = 14
    required: bool = True
    refers: str = ""
    choices: tuple[tuple[str, object], ...] = ()
    low: int = 0
    high: int = 60
    """Bounds of a number; for text, `high` is the maximum length."""
    unique: bool = False
    falls_back: str = ""
    """Field whose value is used for an empty cell."""
    empty: object = None
    """Value of an empty cell of an optional column; None: that of its kind of cells."""
    added: bool = False
    """True for a column that older workbooks do not have; without it all its cells are empty."""
    note: str = ""


def code_column(field: str = "code", heading: str = "编码") -> Column:
    """Return the column of a record's own code."""
    note = "字母、数字、点、横线，不重复"
    return Column(field, heading, Kind.CODE, 12, unique=True, high=32, note=note)


def name_columns(width: int = 16, high: int = 60) -> tuple[Column, Column]:
    """Return the columns of the Chinese and the English name."""
    english = Column(
        "name_en", "英文名称", width=24, high=120, falls_back="name", note="不填则用中文名称"
    )
    return Column("name", "名称", width=width, high=high), english


def reference(
    field: str, heading: str, sheet: str, *, required: bool = True, note: str = ""
) -> Column:
    """Return a column that holds a code of another sheet."""
    return Column(
        field, heading, Kind.CODE, 12, required=required, refers=sheet, high=32, note=note
    )


def references(field: str, heading: str, sheet: str, *, required: bool, note: str) -> Column:
    """Return a column that holds several codes of another sheet."""
    return Column(
        field, heading, Kind.CODES, 24, required=required, refers=sheet, high=200, note=note
    )


def choice(field: str, heading: str, *choices: tuple[str, object], note: str = "") -> Column:
    """Return a column with a list of words to choose from, each with its value."""
    return Column(field, heading, Kind.CHOICE, 12, choices=choices, note=note)


def free_text(
    field: str, heading: str, width: int, high: int, *, required: bool = False, note: str = ""
) -> Column:
    """Return a column of free text with at most `high` characters."""
    kind = Kind.LONG if high > 60 else Kind.TEXT
    return Column(field, heading, kind, width, required=required, high=high, note=note)


def whole_number(field: str, heading: str, low: int, high: int, note: str = "") -> Column:
    """Return a column of whole numbers from `low` to `high`."""
    return Column(field, heading, Kind.WHOLE, 12, low=low, high=high, note=note)


def later(*columns: Column) -> tuple[Column, ...]:
    """Return columns that older workbooks do not have."""
    return tuple(replace(column, added=True) for column in columns)


def for_reading(field: str, heading: str, refers: str) -> Column:
    """Return a column that helps people read and is not imported."""
    return Column(
        field, heading, Kind.FOR_READING, 28, required=False, refers=refers, note="供阅读，不导入"
    )


GUIDE = later(
    free_text("official_code", "国家事项编码", 24, 60),
    free_text("service_object", "服务对象", 24, 120, note="如：自然人、企业法人"),
    free_text("conditions", "办理条件", 48, 1000, note="一个条件一行"),
    free_text("quota", "数量限制", 24, 200, note="没有限制的填：无数量限制"),
    free_text("limit_note", "时限说明", 32, 300, note="如哪些环节不计入"),
    free_text("fee_basis", "收费依据", 32, 300, note="收费的必填：哪个文件定的标准"),
    free_text("fee_reductions", "减免规定", 32, 300),
    free_text("result", "办理结果", 28, 120, note="证照、批文或决定的名称"),
    free_text("result_validity", "结果有效期", 20, 120, note="如：五年；长期有效；不适用"),
    free_text("office", "承办机构", 24, 60),
    free_text("joint_units", "联办机构", 24, 120),
    free_text("intermediary", "中介服务", 28, 200),
    choice(
        "network_scope",
        "通办范围",
        ("未填", NetworkScope.UNSTATED),
        ("仅本厅", NetworkScope.HALL),
        ("全县通办", NetworkScope.COUNTY),
        ("全市通办", NetworkScope.CITY),
        ("全省通办", NetworkScope.PROVINCE),
        ("跨省通办", NetworkScope.REGIONS),
        ("全国通办", NetworkScope.NATION),
    ),
    free_text("ways", "办理形式", 24, 120, note="如：窗口办理、网上办理"),
    Column(
        "visits",
        "到现场次数",
        Kind.WHOLE,
        10,
        required=False,
        high=9,
        note="全程网上可办的填0",
    ),
    free_text("places", "其他办理地点", 40, 500, note="本厅窗口不用填；一处一行"),
    free_text("consult_phone", "咨询电话", 16, 60, note="不填则用单位的电话"),
    free_text("complaint_phone", "投诉电话", 16, 60, note="不填则用单位的投诉电话"),
    free_text("remedies", "救济途径", 48, 500, note="对决定不服的，向谁、在多少天内提出"),
)
"""Columns of the official guide (办事指南)."""
CASES = later(
    Column(
        "mode",
        "六制办理方式",
        Kind.CHOICE,
        14,
        required=False,
        choices=(
            ("未填", CaseMode.UNSTATED),
            ("直接办理", CaseMode.DIRECT),
            ("承诺办理", CaseMode.PROMISED),
            ("联合办理", CaseMode.JOINT),
            ("上报办理", CaseMode.FORWARDED),
            ("明确答复", CaseMode.REPLY),
            ("集中收费", CaseMode.FEE),
        ),
        empty=CaseMode.UNSTATED,
        note="不填的：承诺时限大于0为承诺办理，否则为直接办理",
    ),
    Column(
        "extension_days",
        "可延长（工作日）",
        Kind.WHOLE,
        12,
        required=False,
        empty=10,
        note="经负责人批准，最多可延长一次；不填为10，不能延长的填0",
    ),
    Column(
        "three_hands",
        "三人分别办理",
        Kind.YES_NO,
        10,
        required=False,
        note="受理、审核、审批须由三人分别办理的填是",
    ),
)
"""Columns that the cases (办件) of an item need."""
LEGAL_UNIT = Column(
    "legal_unit",
    "法定时限单位",
    Kind.CHOICE,
    10,
    required=False,
    choices=(("工作日", LimitUnit.WORKING), ("自然日", LimitUnit.CALENDAR)),
    empty=LimitUnit.WORKING,
    note="法律按日历上的天数计算的填自然日；不填为工作日",
)
