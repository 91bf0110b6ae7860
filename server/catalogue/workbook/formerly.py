"""Former titles, headings and words of workbooks, so that an old export can still be read.

Only reading uses them; writing and all messages use the words of `shape`.
"""

from __future__ import annotations

TITLES = {"人群类别": "办事人"}
"""Former titles of sheets by current title."""
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
        "法定时限（工作日）": "legal_days",
        "窗口分钟": "service_minutes",
        "咨询指引": "advice",
        "英文咨询指引": "advice_en",
    },
    "materials": {"必交": "required"},
    "hours": {"窗口或事项编码": "subject"},
    "classes": {"标记": "mark", "出示证明": "proof"},
}
"""Fields of former headings, by the sheet's key."""
CHOICES: dict[str, dict[str, str]] = {"presence": {"已退出": "已撤出", "在别处": "在其他地点"}}
"""Current words of former choices, by field."""
