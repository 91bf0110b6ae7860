"""Text of a window's LED strip: converts a window's state to the strip's desired state. Pure.

Strips are 4 to 8 Chinese characters wide; longer text scrolls. Each text is chosen so that it
stands still on eight characters: two columns a character, one a digit. Red means that the window
does not serve; a call is yellow.
"""

from __future__ import annotations

import unicodedata

from server.queue.messages import WindowState

COLUMNS = 16
"""Columns of the usual strip: eight Chinese characters."""


def columns(text: str) -> int:
    """Return the columns of a text: two for a Chinese character or mark, one for ASCII."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def fitting(*texts: str) -> str:
    """Return the first text that fits the usual strip, else the last, which scrolls."""
    return next((text for text in texts if columns(text) <= COLUMNS), texts[-1])


def strip(window: WindowState, back: str = "", flag: str = "") -> dict[str, str]:
    """Return the desired state of a window's strip; `back`: expected end of a pause, HH:MM.

    `flag`: text of the window that has the red flag.
    """
    here, ticket = f"{window.number}号", f"{window.ticket}号"
    if window.state == "called":
        text = fitting(f"请{ticket}到{here}窗口", f"{ticket}到{here}窗口", f"{ticket}到{here}")
        return {"mode": "call", "text": text, "colour": "yellow"}
    if window.state == "serving":
        return {"mode": "call", "text": f"正在办理{ticket}", "colour": "green"}
    if window.state == "paused":
        text = f"暂停 约{back}恢复" if back else f"{here}窗口暂停服务"
        return {"mode": "paused", "text": text, "colour": "red"}
    if window.state == "closed":
        return {"mode": "paused", "text": f"{here}窗口未开放", "colour": "red"}
    text = fitting(f"{here} {flag}", flag) if flag else f"{here} {window.name}"
    return {"mode": "idle", "text": text, "colour": "green"}
