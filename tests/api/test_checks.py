"""Spot checks through the API: permissions, secrecy of the drawn times, photos."""

from __future__ import annotations

import io
import json
import re
import subprocess
from typing import Any

import pytest
from PIL import Image

from server.core import journal
from server.core.folder_key import key_in
from server.queue import snapshot
from server.queue.business_day import keep_day
from server.spot_checks import draw_commitment
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks.routes import Checks
from server.spot_checks.schedule import SpotCheckScheduler
from support.code_cases.checks import SAID, join, make_finding, mark, photo, upload, walk
from support.halls import ADMINISTRATOR, MONDAY, STAFF, at
from support.web import Browser, Web

DAY = MONDAY.isoformat()
EXIF_PLACE = 0x8825


def keep(web: Web, now: int) -> None:
    """Run the server's periodic work at this time."""
    web.small.clock.set(now)
    keep_day(web.small.ctx)
    SpotCheckScheduler(web.small.ctx, web.small.hall.config.data).update()


def opened(web: Web) -> draw_commitment.SealedDay:
    """Return the draw, which only the server can open."""
    ctx = web.small.ctx
    row = ctx.read(lambda c: spot_checks_queries.day(c, "small", DAY))
    assert row is not None
    return draw_commitment.unseal(key_in(web.small.hall.config.data, ctx.tokens), row)


def secrets(day: draw_commitment.SealedDay) -> list[str]:
    """Return the seed and every written form of the drawn times."""
    clock = [f"{minute // 60:02}:{minute % 60:02}" for minute in day.times]
    return [day.seed, *clock, *(str(day.at(minute)) for minute in day.times)]


def all_answers(web: Web, people: list[Browser]) -> str:
    """Return every answer of every GET route to these people, with every known id."""
    texts = []
    for route in web.app.api.routes:
        if route.method != "GET":
            continue
        web.app.api.limits.reset()  # no request is rejected by the rate limit
        for value in (DAY, f"{DAY}-1", "x"):
            path = re.sub(r"<[^>]+>", value, route.path)
            for suffix in ("", f"?from={DAY}&to={DAY}"):
                texts += [browser.get(path + suffix).data.decode("latin-1") for browser in people]
    assert not any("too_many" in text for text in texts)
    return " ".join(texts)


def feed_state(web: Web) -> str:
    """Return the state that the live feed sends."""
    state = Checks(web.small.hall).state(snapshot.take(web.small.ctx), "")
    return state.model_dump_json()


def test_no_route_feed_log_or_journal_reveals_a_time_before_it_is_due(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    keep(web, at(6))
    people = [web.browser(), web.clerk("T1", seated=False), web.manager(), web.administrator()]
    day = opened(web)
    lines = web.small.ctx.read(lambda c: list(journal.lines(c, "small")))
    written = " ".join(str(line) for line in lines)
    everything = all_answers(web, people) + feed_state(web) + written + caplog.text
    assert DAY in everything
    assert day.seal in everything
    assert [secret for secret in secrets(day) if secret in everything] == []
    web.small.clock.set(day.at(day.times[0]))
    keep(web, day.at(day.times[0]))
    everything = all_answers(web, people) + feed_state(web)
    assert str(day.at(day.times[0])) in feed_state(web)
    later = [day.seed, *secrets(day)[2:3], str(day.at(day.times[1]))]
    assert [secret for secret in later if secret in everything] == []


def test_after_closing_anybody_can_verify_the_draw(web: Web) -> None:
    keep(web, at(6))
    day = opened(web)
    keep(web, at(17, 30))
    seal = web.browser().get(f"/checks/seals/{DAY}").get_json()
    assert (seal["seal"], seal["seed"], seal["faults"]) == (day.seal, day.seed, [])
    assert seal["times"] == secrets(day)[1:3]
    assert day.seed in seal["recipe"]
    (history,) = web.manager().get(f"/office/checks/days?from={DAY}&to={DAY}").get_json()["days"]
    assert [check["reason"] for check in history["checks"]] == ["server_down", "server_down"]
    assert web.browser().get("/checks/seals/2026-03-03").status_code == 404


def test_the_published_command_line_computes_the_commitment(web: Web) -> None:
    keep(web, at(6))
    keep(web, at(17, 30))
    seal = web.browser().get(f"/checks/seals/{DAY}").get_json()
    script = seal["recipe"].replace("xxd -r -p", "python3 -c 'import sys;"
        "sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))'")  # fmt: skip
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == seal["seal"]


def test_clerks_see_their_own_chiefs_their_units_and_nobody_anothers(web: Web) -> None:
    _, number = make_finding(web)
    own = web.person(STAFF["T1"]).get("/my/findings").get_json()["findings"]
    assert [finding["id"] for finding in own] == [number]
    assert web.person(STAFF["S1"]).get("/my/findings").get_json() == {"findings": []}
    for path in (f"/my/findings/{number}/photos/1",):
        assert web.person(STAFF["S1"]).get(path).get_json()["code"] == "finding_unknown"
        assert web.person(STAFF["T1"]).get(path).get_json()["code"] == "photo_unknown"
    assert web.clerk("T1").get("/office/findings").get_json()["code"] == "forbidden"
    assert web.browser().get("/my/findings").get_json()["code"] == "not_signed_in"


def test_a_finding_is_disputed_and_settled_through_the_api(web: Web) -> None:
    manager, number = make_finding(web)
    clerk = web.person(STAFF["T1"])
    finding_view = clerk.post(f"/my/findings/{number}/dispute", SAID).get_json()
    assert (finding_view["state"], finding_view["can_dispute"]) == ("disputed", False)
    settle = f"/office/findings/{number}/settle"
    body = {"stands": True, "why": "监控可见"}
    assert manager.post(settle, body).get_json()["code"] == "finding_own"
    upheld = web.person(ADMINISTRATOR).post(settle, body).get_json()
    assert (upheld["state"], upheld["step"]) == ("upheld", "notice")
    done = {"words": "已明确替岗", "day": "2026-03-04"}
    right = clerk.post(f"/my/findings/{number}/rectify", done).get_json()
    assert right["rectified"]["day"] == "2026-03-04"
    assert [line["state"] for line in right["history"]][-2:] == ["upheld", "rectified"]
    bad = clerk.post(f"/my/findings/{number}/rectify", done | {"day": "2026-02-31"})
    assert bad.get_json()["code"] == "invalid"


def test_a_mark_is_stored_once_however_it_is_sent(web: Web) -> None:
    manager, check = walk(web)
    body = {"id": "m-7", "window": "T1", "mark": "serving", "at": at(9)}
    path = f"/office/checks/{check}/marks"
    answers = [manager.post(path, body, key=key) for key in ("one", "one", "two")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len(manager.get(f"/office/checks/{check}").get_json()["marks"]) == 1
    again = manager.post("/office/checks/extra", {"other": STAFF["G2"]}, key="start").get_json()
    assert (
        manager.post("/office/checks/extra", {"other": STAFF["G2"]}, key="start").get_json()
        == again
    )


def camera(place: bool = True) -> bytes:
    """Return a large photo that is rotated and has a GPS position."""
    picture = Image.linear_gradient("L").resize((3000, 2000)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by a quarter
    exif[0x010F] = "CAMERA-MAKER"
    if place:
        exif.get_ifd(EXIF_PLACE)[2] = (31.0, 12.0, 3.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"SECRET-COMMENT")
    return out.getvalue()


def test_a_photo_is_stored_smaller_and_without_its_position(web: Web) -> None:
    manager, check = walk(web)
    raw = camera()
    assert b"CAMERA-MAKER" in raw
    photo_id = upload(manager, check, raw).get_json()["id"]
    assert upload(manager, check, raw).get_json()["id"] == photo_id
    mark(manager, check, photos=[photo_id], staff=STAFF["T1"])
    answer = manager.get(f"/office/checks/{check}/photos/{photo_id}")
    assert answer.mimetype == "image/jpeg"
    picture = Image.open(io.BytesIO(answer.data))
    assert picture.size == (853, 1280)
    assert dict(picture.getexif()) == {}
    assert not [word for word in (b"CAMERA", b"SECRET", b"Exif") if word in answer.data]
    manager.post(f"/office/checks/{check}/finish")
    join(web, check)
    number = manager.get("/office/findings").get_json()["findings"][0]["id"]
    clerk = web.person(STAFF["T1"])
    assert clerk.get(f"/my/findings/{number}/photos/1").data == answer.data


def test_a_photo_belongs_to_its_check_and_is_a_picture(web: Web) -> None:
    manager, check = walk(web)
    photo_id = upload(manager, check, photo()).get_json()["id"]
    path = f"/office/checks/{check}/photos/{photo_id}"
    assert manager.get(path).get_json()["code"] == "photo_unknown"
    mark(manager, check, photos=[photo_id])
    assert manager.get(path).status_code == 200
    other = walk(web)[1]
    assert manager.get(f"/office/checks/{other}/photos/{photo_id}").status_code == 404
    for bad in (b"", b"GIF89a", photo()[:200], b"<svg/>"):
        assert upload(manager, check, bad).get_json()["code"] == "photo_invalid"
    stranger = web.administrator()
    assert upload(stranger, check, photo()).get_json()["code"] == "not_a_checker"


def marked(web: Web) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(feed_state(web))
    return state


def test_the_feed_shows_an_inspection_round_in_walking_order(web: Web) -> None:
    web.clerk("T1")
    manager, check = walk(web)
    mark(manager, check, mark="at_post", staff=STAFF["T1"])
    state = marked(web)
    assert [window["code"] for window in state["windows"]] == ["T1", "T2", "G1", "G2", "S1"]
    assert state["windows"][0]["known"]["staff_name"] == "测试1"
    assert state["windows"][0]["expected"][0]["how"] == "signed_in"
    (running,) = state["walks"]
    assert (running["check"]["id"], len(running["marks"])) == (check, 1)
    manager.post(f"/office/checks/{check}/finish")
    assert marked(web)["windows"] == []


def test_the_office_has_an_alarm_once_a_check_is_due_and_not_before(web: Web) -> None:
    keep(web, at(6))
    due = opened(web).at(opened(web).times[0])
    web.small.clock.set(due - 1)

    def codes() -> list[str]:
        web.app.api.limits.reset()
        return [alarm["code"] for alarm in web.manager().get("/office/today").get_json()["alarms"]]

    assert "check_due" not in codes()
    keep(web, due)
    assert "check_due" in codes()
    _, number = make_finding(web)
    web.person(STAFF["T1"]).post(f"/my/findings/{number}/dispute", SAID)
    assert "findings_disputed" in codes()


def test_only_the_office_gets_the_feed(web: Web) -> None:
    feed = web.app.feeds.feed("checks")
    assert feed is not None
    people = (web.clerk("T1"), web.manager())
    allowed = []
    for browser in people:
        secret = browser.client.get_cookie("hall_session")
        assert secret is not None
        allowed.append(feed.allow(web.small.hall.people.session(secret.value), ""))
    assert [*allowed, feed.allow(None, "")] == [False, True, False]
