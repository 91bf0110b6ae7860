"""Titles, headings and words that workbooks had before: an old export is read as it was written.

Only reading asks here; writing and every sentence use the words of `shape`.
"""

from __future__ import annotations

TITLES = {"人群类别": "办事人"}
"""Titles of sheets: as it is now, as it was."""
HEADINGS: dict[str, dict[str, str]] = {
    "units": {
        "票号字母": "prefix",
        "目标等候分钟": "target_wait",
        "去向": "place",
        "英文去向": "place_en",
    },
    "items": {
        "法律依据": "legal_basis",
        "承诺工作日": "promised_days",
        "法定工作日": "legal_days",
        "窗口分钟": "service_minutes",
        "咨询指引": "advice",
        "英文咨询指引": "advice_en",
    },
    "materials": {"必交": "required"},
    "classes": {"标记": "mark", "出示证明": "proof"},
}
"""Former headings of a sheet, by its key, with the field they meant."""
CHOICES: dict[str, dict[str, str]] = {"presence": {"已退出": "已撤出", "在别处": "在其他地点"}}
"""Former words of a choice, by field, with the word of today."""
