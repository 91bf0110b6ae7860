"""What leaves the hall on paper or as a workbook: month sheets, bulletins.

Takes finished messages and shapes them; it reads no database and decides nothing. Everything here
takes longer than a few milliseconds: call it away from the event loop.
"""

from __future__ import annotations

from server.reports import bulletin, month_sheet

__all__ = ["bulletin", "month_sheet"]
