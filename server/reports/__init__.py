"""Month sheets and bulletins as PDF and workbook.

Converts finished messages; it reads no database and contains no rules. Everything here takes
longer than a few milliseconds: call it off the event loop.
"""

from __future__ import annotations

from server.reports import bulletin, month_sheet

__all__ = ["bulletin", "month_sheet"]
