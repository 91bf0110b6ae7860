"""Guides of items: what everybody is told, in the version in force, on the page and on paper."""

from __future__ import annotations

import io
from dataclasses import replace

from pypdf import PdfReader

from display.board import MAIN, board
from server.catalogue import queries
from server.catalogue.actions import import_catalogue
from server.catalogue.model import (
    CaseMode,
    FeeStandard,
    FlowStage,
    Handling,
    Item,
    ItemKind,
    LimitUnit,
    Material,
    NetworkScope,
)
from server.catalogue.workbook.digest import item_digest
from server.core.actors import SYSTEM
from server.disclosure.messages import Guide
from server.queue import snapshot
from support.halls import SmallHall
from support.web import Web

MATERIALS = (
    Material(
        "申请表",
        "原件1份",
        issuer="申请人自备",
        requirement="本人签字",
        sample="填单台",
        tolerable=True,
    ),
    Material("营业执照", "电子件1份", issuer="登记机关", by_sharing=True),
    Material("照片", "2张", False, "申请人自备", "换领时", how_to_get="照相馆"),
)
FILLED = {
    "materials": MATERIALS,
    "conditions": "年满十八周岁\n本人到场",
    "fee": "每本10元",
    "fee_basis": "《收费办法》第二条",
    "result": "核准决定书",
    "visits": 2,
    "network_scope": NetworkScope.CITY,
    "flow": (
        FlowStage("审查", "经办人", 2.5, "意见"),
        FlowStage("鉴定", "专家", 9, "鉴定书", counted=False),
    ),
    "fees": (FeeStandard("book", "工本费", 1000, "本", "《收费办法》第二条"),),
    "mode": CaseMode.JOINT,
    "legal_days": 30,
    "legal_unit": LimitUnit.CALENDAR,
    "extension_days": 4,
    "three_hands": True,
}


def publish(small: SmallHall, **fields: object) -> Item:
    """Publish a new version in which the item `tax-1` has these values; return it."""
    now = small.ctx.catalogue()
    item = replace(now.item_by["tax-1"], **fields)  # type: ignore[arg-type]
    items = tuple(item if entry.code == item.code else entry for entry in now.items)
    import_catalogue(small.ctx, SYSTEM, replace(now, items=items), "")
    return item


def test_every_field_of_a_guide_survives_the_database(small: SmallHall) -> None:
    item = publish(small, **FILLED)
    stored = small.ctx.read(lambda c: queries.load(c, small.ctx.hall_id, 2))
    assert stored.item_by["tax-1"] == item
    assert small.ctx.catalogue().item_by["tax-1"] == item
    assert stored.item_by["tax-2"].visits is None


def test_everybody_reads_the_guide_of_the_version_in_force(small: SmallHall) -> None:
    browser = Web(small).browser()
    before = browser.get("/items/tax-1/guide").get_json()
    item = publish(small, **FILLED)
    after = browser.get("/items/tax-1/guide").get_json()
    assert (before["version"], after["version"]) == (1, 2)
    assert after["digest"] == item_digest(item) != before["digest"]
    assert [paper["name"] for paper in after["materials"]] == ["申请表", "营业执照", "照片"]
    assert after["materials"][2]["when_needed"] == "换领时"
    assert [(s["stage"], s["days"], s["counted"]) for s in after["flow"]] == [
        ("审查", 2.5, True),
        ("鉴定", 9, False),
    ]
    assert [(f["name"], f["amount"], f["unit"]) for f in after["fees"]] == [("工本费", 1000, "本")]
    assert after["visits"] == 2
    assert (before["mode"], before["legal_unit"]) == ("promised", "working")
    assert (after["mode"], after["legal_days"], after["legal_unit"]) == ("joint", 30, "calendar")
    assert [window["code"] for window in after["windows"]] == [
        window["code"] for window in before["windows"]
    ]
    assert after["windows"]
    assert after["hours"][0]["opens"] < after["hours"][0]["closes"]
    assert browser.get("/items/none/guide").get_json()["code"] == "item_unknown"


def test_a_digest_stays_while_other_items_change(small: SmallHall) -> None:
    browser = Web(small).browser()
    before = browser.get("/items/tax-2/guide").get_json()
    publish(small, **FILLED)
    after = browser.get("/items/tax-2/guide").get_json()
    assert (after["version"], after["digest"]) == (2, before["digest"])


def test_telephones_are_the_unit_s_where_the_item_names_none(small: SmallHall) -> None:
    publish(small, consult_phone="000-1", complaint_phone="000-2")
    guide = Web(small).browser().get("/items/tax-1/guide").get_json()
    assert (guide["consult_phone"], guide["complaint_phone"]) == ("000-1", "000-2")
    now = small.ctx.catalogue()
    units = tuple(replace(unit, phone="000-3", complaint_phone="000-4") for unit in now.units)
    import_catalogue(small.ctx, SYSTEM, replace(now, units=units), "")
    guide = Web(small).browser().get("/items/tax-2/guide").get_json()
    assert (guide["consult_phone"], guide["complaint_phone"]) == ("000-3", "000-4")


def paper(small: SmallHall) -> str:
    """Return the text of the printed guide of `tax-1`."""
    response = Web(small).browser().get("/items/tax-1/guide.pdf")
    assert response.mimetype == "application/pdf"
    pages = PdfReader(io.BytesIO(response.data)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def test_the_paper_says_what_the_page_says(small: SmallHall) -> None:
    item = publish(small, **FILLED)
    words = paper(small)
    for part in (
        *("第2版", item_digest(item), "年满十八周岁本人到场", "每本10元", "全市通办", "2次"),
        *("由窗口共享取得，不用提交", "本人签字；可容缺后补；示范文本：填单台", "照相馆"),
        *("2.5个工作日", "9个工作日（不计入）", "联合办理", "30个自然日"),
        "经负责人批准，可以延长4个工作日",
    ):
        assert part in words, part
    publish(small, fee="不收费")
    assert "第3版" in paper(small)


def test_the_paper_of_an_item_for_consultation_names_who_accepts_it(small: SmallHall) -> None:
    publish(small, handling=Handling.CONSULT, advice="到市局二楼办理", advice_en="Upstairs")
    words = paper(small)
    assert "本厅仅咨询。到市局二楼办理" in words
    assert "咨询时间" in words
    assert "办理方式" not in words, "nothing is handled here"


def test_a_guide_holds_every_published_field_of_the_item() -> None:
    own = {"unit", "group", "service_minutes", "keywords", "three_hands", "hazard", "third_party"}
    assert set(Item.__slots__) - own <= set(Guide.model_fields)


def test_a_guide_shows_an_extension_only_where_there_is_one(small: SmallHall) -> None:
    browser = Web(small).browser()

    def extension(**fields: object) -> int:
        publish(small, **fields)
        return int(browser.get("/items/tax-1/guide").get_json()["extension_days"])

    approval = {"kind": ItemKind.APPROVAL, "extension_days": 4, "promised_days": 5}
    assert extension(**approval) == 4
    assert extension(**approval | {"extension_days": 0}) == 0
    assert extension(**approval | {"promised_days": 0}) == 0, "it is done at once"
    assert extension(**approval | {"kind": ItemKind.SERVICE}) == 0, "no administrative permission"
    advice = {"handling": Handling.CONSULT, "advice": "市局", "advice_en": "Upstairs"}
    assert extension(**approval | advice) == 0
    assert browser.get("/items/tax-1/guide").get_json()["mode"] is None


def test_the_kiosk_names_the_unit_of_the_legal_limit(small: SmallHall) -> None:
    browser = Web(small).browser()
    assert browser.get("/items/tax-1").get_json()["legal_unit"] == "working"
    publish(small, **FILLED)
    page = browser.get("/items/tax-1").get_json()
    assert (page["legal_days"], page["legal_unit"]) == (30, "calendar")


def test_the_office_counts_gaps_by_unit_and_names_them_by_item(small: SmallHall) -> None:
    manager = Web(small).manager()
    first = manager.get("/office/disclosure").get_json()
    tax = next(unit for unit in first["units"] if unit["code"] == "tax")
    assert tax["complete"] == 0
    assert tax["findings"] > tax["items"] > 1
    detail = manager.get("/office/disclosure/tax").get_json()
    assert sum(len(item["findings"]) for item in detail["items"]) == tax["findings"]
    gap = next(f for f in detail["items"][0]["findings"] if f["code"] == "result_missing")
    assert (gap["field"], gap["message_zh"]) == ("result", "没有写办理结果的名称")
    publish(small, **FILLED)
    later = manager.get("/office/disclosure/tax").get_json()
    assert later["version"] == 2
    assert "result_missing" not in str(next(i for i in later["items"] if i["code"] == "tax-1"))
    assert later["items"][-1]["code"] != "tax-1", "complete items come last"


def test_boards_get_what_their_windows_accept_and_nobody_has_to_fetch(small: SmallHall) -> None:
    browser = Web(small).browser()
    publish(small, **FILLED)
    answer = browser.get("/guides").get_json()
    brief = next(guide for guide in answer["guides"] if guide["code"] == "tax-1")
    assert brief["materials"] == ["申请表"]
    assert brief["zones"] == sorted(
        {window["zone"] for window in browser.get("/items/tax-1/guide").get_json()["windows"]}
    )
    publish(small, handling=Handling.CONSULT, advice="市局", advice_en="Upstairs")
    later = browser.get("/guides").get_json()
    assert later["version"] == 3
    assert "tax-1" not in {guide["code"] for guide in later["guides"]}


def test_boards_show_no_guide_until_the_office_wants_it(small: SmallHall) -> None:
    assert board(snapshot.take(small.ctx), MAIN).guide_seconds == 0
    Web(small).administrator().post("/office/settings", {"values": {"board_guide_seconds": 8}})
    state = board(snapshot.take(small.ctx), MAIN)
    assert (state.guide_seconds, state.version) == (8, 1)


def test_the_kiosk_names_version_and_address_of_the_guide(small: SmallHall) -> None:
    publish(small, **FILLED)
    page = Web(small).browser().get("/items/tax-1").get_json()
    assert page["version"] == 2
    assert page["guide"].endswith("/items/tax-1")
    assert [paper["by_sharing"] for paper in page["materials"]] == [False, True, False]
