"""Reply to a complainant on A4, as offices hand it out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from server.complaints.messages import ComplaintStepView, ComplaintView
from server.complaints.rules import TELLING, ComplaintMove, Outcome
from server.core.documents import pdf

TEMPLATE = Path(__file__).with_name("reply.typ")
TITLES = {
    ComplaintMove.ANSWER: "投诉建议答复书",
    ComplaintMove.REFUSE: "投诉建议不予受理告知书",
    ComplaintMove.HAND_ON: "投诉建议转办告知书",
}
HEADS = {
    ComplaintMove.ANSWER: "答复意见",
    ComplaintMove.REFUSE: "不予受理的理由",
    ComplaintMove.HAND_ON: "转办去向",
}
OUTCOMES = {
    Outcome.PROVEN: "属实",
    Outcome.PARTLY: "部分属实",
    Outcome.UNPROVEN: "不属实",
}


def _last(shown: ComplaintView) -> ComplaintStepView | None:
    steps = [step for step in shown.steps if step.move in TELLING]
    return steps[-1] if steps else None


def is_ready(shown: ComplaintView) -> bool:
    """Return True once there is something to reply."""
    return _last(shown) is not None


def paper(hall: str, shown: ComplaintView, code: str, url: str) -> bytes:
    """Return the reply as PDF."""
    step = _last(shown)
    assert step is not None, "a reply is ready"
    subject = [
        shown.unit_name,
        shown.window_name,
        f"{shown.ticket_number}号" if shown.ticket_number else "",
    ]
    return pdf(
        TEMPLATE,
        {
            "hall": hall,
            "title": TITLES[step.move],
            "number": shown.number,
            "source": f"{shown.source} {shown.source_number}".strip(),
            "name": shown.contact_name,
            "received": _day(shown.day),
            "subject": "　".join(filter(None, subject)) or "大厅",
            "outcome": OUTCOMES[step.outcome] if step.outcome else "",
            "head": HEADS[step.move],
            "words": step.words,
            "dated": _day(step.day),
            "code": code,
            "url": url,
        },
    )


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"
