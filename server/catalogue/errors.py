"""Error codes of the workbook and the calendar, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class CatalogueCode(ErrorCode):
    """Error codes of the workbook and the calendar."""

    CALENDAR_LIST = "calendar_list"
    WORKBOOK = "workbook"


REFUSALS: dict[ErrorCode, Refusal] = {
    CatalogueCode.CALENDAR_LIST: Refusal(
        422,
        "放假安排有 {count} 处问题，没有导入任何内容。",
        "The list of days has {count} problems; nothing was imported.",
    ),
    CatalogueCode.WORKBOOK: Refusal(
        422,
        "工作簿有 {count} 处问题，没有导入任何内容。",
        "The workbook has {count} problems; nothing was imported.",
    ),
}
