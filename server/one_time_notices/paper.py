"""One-time notice as PDF, A4: every fault with what is right, remedies, signatures and seal."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path

import segno

from server.catalogue.limit_words import legal_words
from server.core.documents import pdf
from server.one_time_notices.messages import NoticeLineView, NoticeView
from server.one_time_notices.words import fault_words, grouped

TEMPLATE = Path(__file__).with_name("notice.typ")


def paper(view: NoticeView, address: str, at: datetime) -> bytes:
    """Return a notice as PDF; `address` is in its code, `at` its time on the hall's clock."""
    return pdf(
        TEMPLATE,
        {
            "hall": view.hall,
            "number": grouped(view.number),
            "unit": view.unit,
            "item": view.item_name,
            "time": f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}",
            "window": f"{view.window}号窗口" if view.window else "",
            "told_by": view.told_by,
            "phone": view.phone,
            "complaint_phone": view.complaint_phone,
            "corrected_by": "" if view.corrected_by == "-" else grouped(view.corrected_by),
            "corrected": bool(view.corrected_by),
            "rows": [_row(line) for line in view.lines],
            "in_order": "、".join(view.in_order),
            "promised": f"{view.promised_days}个工作日" if view.promised_days else "当场办结",
            "legal": legal_words(view.legal_days, view.legal_unit),
            "basis": view.legal_basis,
            "fee": view.fee,
            "remedies": view.remedies,
            "digest": view.digest,
            "version": view.version,
            "code": _code(address),
        },
    )


def _row(line: NoticeLineView) -> list[str]:
    issuer = f"由{line.issuer}出具" if line.issuer else ""
    helped = [part for part in (issuer, line.how) if part]
    return [
        str(line.place + 1),
        line.material,
        fault_words(line.faults, line.valid_until, line.words),
        line.form or "—",
        "；".join(helped) or "请咨询窗口",
    ]


def _code(address: str) -> str:
    """Return the QR code of an address as SVG."""
    stream = BytesIO()
    segno.make_qr(address, error="m").save(stream, kind="svg", border=0, xmldecl=False)
    return stream.getvalue().decode()
