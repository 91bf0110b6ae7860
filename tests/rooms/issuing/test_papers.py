"""Archive list, exchange file, hand-over list on paper, lists of issued numbers and their sign."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from server.core.errors import HallError
from server.fees import actions as fee_actions
from server.issuing import archive, dues, exchange, issuing_pdf, queries, rolls, views
from server.issuing.errors import LicenceCode
from server.issuing.exchange import Variant
from server.issuing.rules import Recipient
from server.privacy import personal_data
from server.spot_checks import finding_queries
from server.supervision import sign_search
from server.supervision.signs import Sign
from support.fees import charge
from support.halls import MONDAY, STAFF, SmallHall, at
from support.licences import (
    ISSUER,
    OFFICE,
    UNIT_CLERK,
    given,
    granted,
    hand_out,
    registered,
    shelved,
    with_issuer,
)
from support.web import Web


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with an issuer."""
    return with_issuer(small)


def test_the_archive_list_names_what_the_file_still_lacks(hall: SmallHall) -> None:
    case, licence = shelved(hall)
    ctx = hall.ctx

    def listed() -> Any:
        return ctx.read(lambda c: archive.archive_list(ctx, c, UNIT_CLERK, case))

    before = listed()
    assert "证照 JY-1 还没有发放" in before.complete
    hand_out(hall, licence)
    after = listed()
    assert after.papers[-1].served == "直接送达，申请人本人，2026-03-02"
    assert after.licences[0].place == "已领取，2026-03-02"
    assert [step.move for step in after.steps][-1] == "作出决定"
    assert "证照 JY-1 还没有发放" not in after.complete
    assert before.digest != after.digest == listed().digest
    assert issuing_pdf.archive_paper(after, "测试大厅").startswith(b"%PDF")


def test_the_exchange_file_has_the_national_fields_and_names_its_own(hall: SmallHall) -> None:
    case, _licence = shelved(hall)
    ctx = hall.ctx
    made = ctx.read(lambda c: exchange.exchange(ctx, c, ISSUER, case, Variant.GDBS))
    result = made["tables"]["UP_pro_result"][0]
    assert result["finish_code"] == "0"
    assert result["licences"][0]["licence_no"] == "JY-1"
    accept = made["tables"]["UP_pro_accept"][0]
    assert (accept["task_type"], accept["apply_type"], accept["applicant_type"]) == ("01", "1", "1")
    assert len(made["tables"]["UP_pro_process"]) == 5
    assert set(made["national_fields"]) & set(made["own_fields"]) == set()
    for rows in made["tables"].values():
        for row in rows:
            for name, longest in exchange.LENGTHS.items():
                assert len(row[name]) <= longest
    assert "110105194912310029" not in json.dumps(made)


def test_the_hand_over_list_is_printed_before_and_after_the_count(hall: SmallHall) -> None:
    number = given(hall, registered(hall, granted(hall)))
    shown = hall.ctx.read(lambda c: views.list_named(hall.ctx, c, UNIT_CLERK, number))
    data = issuing_pdf.list_data(shown, "测试大厅")
    assert data["parts"][0]["lines"][0][-1] == "□"
    assert issuing_pdf.handover_list(shown, "测试大厅").startswith(b"%PDF")


def test_unpaid_dues_hold_a_licence_back(hall: SmallHall) -> None:
    case, licence = shelved(hall)
    charge(hall)
    fee_actions.make(hall.ctx, UNIT_CLERK, hall.key(), case, "home", 1)
    assert hall.ctx.read(lambda c: dues.is_unpaid(c, hall.ctx.hall_id, case))
    with pytest.raises(HallError) as refused:
        hand_out(hall, licence)
    assert refused.value.code is LicenceCode.LICENCE_DUES


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_of_issued_numbers_is_read(encoding: str) -> None:
    text = "证照编号,证照名称,发证日期\nｊｙ 1,食品经营许可证,2026/03/01\n\nJY-2\n"
    lines = rolls.read_roll(text.replace("03/01", "03/01").encode(encoding))
    assert [(line.number, line.issued) for line in lines] == [("JY1", "2026-03-01"), ("JY-2", "")]


@pytest.mark.parametrize(
    ("text", "line"), [("", 1), ("JY-1\n,证\n", 2), ("JY-1,证,昨天\n", 1), ("x" * 61, 1)]
)
def test_a_wrong_list_names_its_line(text: str, line: int) -> None:
    with pytest.raises(HallError) as refused:
        rolls.read_roll(text.encode())
    assert (refused.value.code, refused.value.data["line"]) == (LicenceCode.ROLL_FILE, line)


def test_a_number_without_a_case_is_a_sign_and_one_with_a_case_is_none(hall: SmallHall) -> None:
    registered(hall, granted(hall), "JY-1")
    content = "JY-1,证,2026-03-01\nJY-7,证,2026-03-01\nJY-8,证,\n".encode()
    _digest, without = rolls.hand_in(hall.ctx, UNIT_CLERK, hall.key(), "tax", "三月.csv", content)
    assert without == 2
    registered(hall, granted(hall), "JY-8")  # entered before the day is searched
    signs = hall.ctx.read(lambda c: sign_search.signs_of(hall.ctx, c, MONDAY))
    own = [sign for sign in signs if sign.sign is Sign.NO_LICENCE_CASE]
    assert [sign.words for sign in own] == ["证照编号 JY-7（证，2026-03-01 颁发）没有对应的办件"]
    hall.clock.set(at(9, day=date(2026, 3, 9)))
    assert sign_search.propose_day(hall.ctx, MONDAY) >= 1
    assert sign_search.propose_day(hall.ctx, MONDAY) == 0
    rows = hall.ctx.read(
        lambda c: finding_queries.of_days(c, hall.ctx.hall_id, "2026-01-01", "2026-12-31")
    )
    assert sum("JY-7" in row.facts for row in rows) == 1


def test_a_list_is_handed_in_by_its_unit_once(hall: SmallHall) -> None:
    act = rolls.hand_in
    args = ("tax", "a.csv", b"JY-1\n")
    act(hall.ctx, OFFICE, hall.key(), *args)
    for actor, code in ((UNIT_CLERK, LicenceCode.ROLL_TAKEN), (ISSUER, LicenceCode.LICENCE_POST)):
        with pytest.raises(HallError) as refused:
            act(hall.ctx, actor, hall.key(), *args)
        assert refused.value.code is code


def test_the_agents_name_is_erased_in_time_and_the_fact_stays(hall: SmallHall) -> None:
    _case, licence = shelved(hall)
    web = Web(hall)
    clerk = web.person(STAFF["G1"])
    png = _picture()
    paper = clerk.client.post(
        "/api/v1/files",
        data={"file": (BytesIO(png), "委托书.png")},
        headers=clerk.headers(""),
        content_type="multipart/form-data",
    ).get_json()["id"]
    hand_out(hall, licence, to=Recipient.AGENT, agent="李测试", authorisation=paper, number="0021")

    def agents() -> list[str]:
        rows = hall.ctx.read(lambda c: queries.receivers(c, hall.ctx.hall_id, [licence]))
        return [row.name for row in rows.values()]

    assert agents() == ["李测试"]
    hall.clock.set(at(9, day=date(2037, 3, 2)))
    personal_data.delete_old(hall.ctx, hall.hall.config.data)
    assert agents() == []
    facts = hall.ctx.read(lambda c: queries.FACTS.of(c, hall.ctx.hall_id, [licence]))[licence]
    assert (facts[-1].to, facts[-1].id_check) == ("agent", "agent")


def _picture() -> bytes:
    stream = BytesIO()
    Image.new("L", (4, 4)).save(stream, "PNG")
    return stream.getvalue()
