"""Papers of the steps of complaints and redresses: read by whoever sees the step."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from server.complaints.errors import ComplaintCode
from server.leave.errors import LeaveCode
from server.ratings.errors import RatingCode
from support.code_cases.complaints import handed_in
from support.code_cases.ratings import bad_rating, chief_of_tax
from support.code_cases.requests import upload
from support.halls import STAFF
from support.web import Browser, Web


def code(answer: object) -> str:
    return str(answer.get_json()["code"])  # type: ignore[attr-defined]


def picture(colour: str = "white") -> bytes:
    """Return a small PNG picture; another colour is another paper."""
    stream = io.BytesIO()
    Image.new("RGB", (4, 3), colour).save(stream, "PNG")
    return stream.getvalue()


def handed(browser: Browser, name: str, colour: str = "white") -> str:
    """Hand in a picture and return its id."""
    return str(upload(browser, "/files", picture(colour), name).get_json()["id"])


CASES = {
    "complaint": (handed_in, {"move": "contact", "words": "已电话了解情况"}),
    "redress": (
        lambda web: (web.manager(), bad_rating(web)),
        {"move": "contact", "result": "reached"},
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_step_names_its_papers_and_hands_them_out(web: Web, kind: str) -> None:
    begin, step = CASES[kind]
    manager, steps = begin(web)
    papers = [handed(manager, "现场.png"), handed(manager, "签字.png", "black")]
    answer = manager.post(steps, step | {"evidence": papers}).get_json()
    shown = answer["steps"][-1]["evidence"]
    assert [(p["id"], p["name"]) for p in shown] == list(
        zip(papers, ("现场.png", "签字.png"), strict=True)
    )
    assert all(not s["evidence"] for s in answer["steps"][:-1])
    listed = manager.get(
        f"/office/{'complaints' if kind == 'complaint' else 'redresses'}"
    ).get_json()
    (case,) = listed["complaints" if kind == "complaint" else "redresses"]
    assert case["steps"][-1]["evidence"] == shown
    paper = manager.get(steps.replace("/move", f"/evidence/{papers[1]}"))
    assert paper.data == picture("black")
    assert paper.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("kind", CASES)
def test_only_papers_of_the_case_are_handed_out(web: Web, kind: str) -> None:
    begin, step = CASES[kind]
    manager, steps = begin(web)
    own, other = handed(manager, "现场.png"), handed(manager, "别处.png", "black")
    manager.post(steps, step | {"evidence": [own]})
    assert code(manager.get(steps.replace("/move", f"/evidence/{other}"))) == LeaveCode.FILE_UNKNOWN


def test_the_chief_representative_reads_papers_once_the_complaint_is_accepted(web: Web) -> None:
    chief, manager = chief_of_tax(web), web.manager()
    about = {"about": "person", "subject": STAFF["T1"], "topics": ["attitude"]}
    manager.post("/office/complaints", about)
    complaint = manager.get("/office/complaints").get_json()["complaints"][0]["id"]
    paper = handed(manager, "现场.png")
    step = {"move": "contact", "words": "已电话了解情况", "evidence": [paper]}
    manager.post(f"/complaints/{complaint}/move", step)
    evidence = f"/complaints/{complaint}/evidence/{paper}"
    assert code(chief.get(evidence)) == ComplaintCode.COMPLAINT_UNKNOWN
    manager.post(f"/complaints/{complaint}/move", {"move": "accept"})
    assert chief.get(evidence).data == picture()
    assert code(web.person(STAFF["T1"]).get(evidence)) == ComplaintCode.COMPLAINT_UNKNOWN


def test_whoever_served_reads_no_paper_of_the_redress(web: Web) -> None:
    chief = chief_of_tax(web)
    steps, manager = bad_rating(web), web.manager()
    paper = handed(manager, "现场.png")
    evidence = steps.replace("/move", f"/evidence/{paper}")
    manager.post(steps, {"move": "contact", "result": "reached", "evidence": [paper]})
    assert chief.get(evidence).data == picture()
    assert code(web.person(STAFF["T1"]).get(evidence)) == RatingCode.REDRESS_UNKNOWN
