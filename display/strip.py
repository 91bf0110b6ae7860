"""Text of a window's LED strip: converts a window's state to the strip's desired state. Pure.

Strips are 4 to 8 Chinese characters wide; longer text scrolls. A call shows number and window.
"""

from __future__ import annotations

from server.queue.messages import WindowState


def strip(window: WindowState, back: str = "") -> dict[str, str]:
    """Return the desired state of a window's strip; `back`: expected end of a pause, HH:MM."""
    if window.state == "called":
        text = f"请{window.ticket}号到{window.number}号窗口"
        return {"mode": "call", "text": text, "colour": "red"}
    if window.state == "serving":
        return {"mode": "call", "text": f"正在办理{window.ticket}号", "colour": "green"}
    if window.state == "paused":
        text = f"暂停服务，约{back}恢复" if back else "暂停服务"
        return {"mode": "paused", "text": text, "colour": "yellow"}
    if window.state == "closed":
        return {"mode": "paused", "text": f"{window.number}号窗口未开放", "colour": "yellow"}
    return {"mode": "idle", "text": window.name, "colour": "green"}
