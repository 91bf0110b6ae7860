"""Number lease as a server sends it, small enough to read: A980 to A984 for one item."""

from __future__ import annotations

from typing import Any

ORIGIN = "http://hall.test"
NOON = 1_772_424_000_000
"""Hall time of the tests, in milliseconds."""
HOUR = 3_600_000


def problem(code: str) -> dict[str, Any]:
    return {"code": code, "message_zh": "不行", "message_en": "No", "data": {}}


def lease(used: int = 0, last: int = 984, **more: object) -> dict[str, Any]:
    """Return a number lease of A980 to A984 for one item that closes an hour after noon."""
    step = {"windows": ["W01"], "paper": "1号", "refusal": None}
    shut = {"windows": [], "paper": "", "refusal": problem("after_last_ticket")}
    return {
        "kiosk": "1",
        "secret": "a-secret",
        "day": "2026-03-02",
        "begins": NOON - 12 * HOUR,
        "ends": NOON + 12 * HOUR,
        "utc_offset": 8 * 3600,
        "version": 1,
        "url": ORIGIN,
        "origins": [ORIGIN],
        "patience": 60,
        "classes": {"ordinary": {"mark": "", "paper": ""}},
        "words": {
            code: problem(code) for code in ("item_unknown", "class_unknown", "numbers_exhausted")
        },
        "paper": {
            "lines": [
                {"type": "text", "text": "{number}"},
                {"type": "text", "text": "{applicant}"},
                {"type": "pair", "left": "{item}", "right": "{time}"},
                {"type": "cut"},
            ],
            "copy": False,
        },
        "items": {
            "x-1": {
                "prefix": "A",
                "steps": "w",
                "page": {
                    "item": {"code": "x-1", "name": "事项{number}", "name_en": "Item"},
                    "unit": {"name": "单位"},
                },
            }
        },
        "ticket": {"state": "waiting"},
        "windows": {"W01": {"code": "W01", "number": 1}},
        "steps": {"w": [{"at": NOON - 12 * HOUR, **step}, {"at": NOON + HOUR, **shut}]},
        "blocks": [
            {
                "id": "20260302-A980",
                "prefix": "A",
                "first": 980,
                "last": last,
                "used": used,
                "tokens": [f"token-{n}" for n in range(980, last + 1)],
            }
        ],
        "now": NOON,
        **more,
    }
