"""Round trip of the workbook: a catalogue is read back unchanged, equal books have equal bytes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, time
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.catalogue.model import (
    ApplicantClass,
    CaseMode,
    Catalogue,
    FeeStandard,
    FlowStage,
    Group,
    Handling,
    Item,
    ItemKind,
    LimitUnit,
    Mandate,
    Material,
    NetworkScope,
    OpenLine,
    Presence,
    Scope,
    Site,
    Staff,
    Unit,
    Window,
    WindowKind,
    Zone,
)
from server.catalogue.reference import load
from server.catalogue.workbook import Flaw, digest, export, problems, read
from server.catalogue.workbook.digest import added_fields
from server.catalogue.workbook.shape import SHEETS
from server.catalogue.workbook.values import EARLIEST, SEPARATORS, is_clean
from server.core.actors import Role
from server.core.working_days import SpecialDay


def exported(catalogue: Catalogue) -> bytes:
    stream = io.BytesIO()
    export(catalogue, stream)
    return stream.getvalue()


def again(catalogue: Catalogue) -> object:
    return read(io.BytesIO(exported(catalogue)), catalogue.hall)


SEEN = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Zs"])
TRICKY = ("=1+1", "𠮷", "+8610", "-", "@SUM(A1)", "0012", "1e5", "是", "#REF!", "'a")


def text(longest: int) -> st.SearchStrategy[str]:
    written = st.text(SEEN, min_size=1, max_size=min(longest, 12)).filter(is_clean)
    return st.one_of(st.sampled_from([t for t in TRICKY if len(t) <= longest]), written)


def maybe(longest: int) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), text(longest))


def some(codes: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), unique=True, min_size=1).map(tuple)


DAYS = st.dates(EARLIEST, date(2200, 1, 1))
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
LETTERS = st.characters(categories=["L", "Nd", "S"], exclude_characters=SEPARATORS)
WORDS = st.text(LETTERS, min_size=1, max_size=20).filter(is_clean)
CODES = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,11}\Z")
WEEKDAYS = st.frozensets(st.integers(1, 7), min_size=1)
MATERIALS = st.lists(
    st.builds(
        Material,
        text(120),
        maybe(60),
        st.booleans(),
        maybe(60),
        maybe(120),
        maybe(300),
        maybe(300),
        st.booleans(),
        st.booleans(),
        maybe(200),
    ),
    max_size=3,
    unique_by=lambda m: m.name,
).map(tuple)
FLOW = st.lists(
    st.builds(
        FlowStage,
        text(40),
        text(60),
        st.integers(0, 9990).map(lambda tenths: tenths / 10),
        text(120),
        st.booleans(),
    ),
    max_size=4,
).map(tuple)


FEES = st.lists(
    st.builds(
        FeeStandard,
        CODES,
        text(60),
        st.integers(1, 100_000_000),
        text(20),
        text(300),
    ),
    max_size=4,
    unique_by=lambda line: line.code,
).map(tuple)


def lines(longest: int) -> st.SearchStrategy[str]:
    """Draw nothing, or up to three lines of one cell."""
    return st.lists(text(longest), max_size=3).map("\n".join)


GUIDE = st.fixed_dictionaries(
    {
        "official_code": maybe(60),
        "service_object": maybe(120),
        "conditions": lines(300),
        "quota": maybe(200),
        "limit_note": maybe(300),
        "fee_basis": maybe(300),
        "fee_reductions": maybe(300),
        "result": maybe(120),
        "result_validity": maybe(120),
        "office": maybe(60),
        "joint_units": maybe(120),
        "intermediary": maybe(200),
        "network_scope": st.sampled_from(NetworkScope),
        "ways": maybe(120),
        "visits": st.one_of(st.none(), st.integers(0, 9)),
        "places": lines(100),
        "consult_phone": maybe(60),
        "complaint_phone": maybe(60),
        "remedies": lines(100),
        "flow": FLOW,
        "fees": FEES,
    }
)
"""Fields of the official guide."""
CASES = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(CaseMode),
        "extension_days": st.integers(0, 60),
        "three_hands": st.booleans(),
    }
)
"""Fields that cases need; the unit of the legal limit is drawn with the limits."""


@st.composite
def items(draw: st.DrawFn, code: str, unit: str, groups: list[str]) -> Item:
    consult = draw(st.booleans())
    legal, unit_of_limit = draw(st.integers(0, 999)), draw(st.sampled_from(LimitUnit))
    longest = legal * 5 // 7 if unit_of_limit is LimitUnit.CALENDAR else legal
    return Item(
        code=code,
        unit=unit,
        group=draw(st.sampled_from(groups)),
        name=f"{draw(text(40))}{code}",
        name_en=draw(text(120)),
        kind=draw(st.sampled_from(ItemKind)),
        handling=Handling.CONSULT if consult else Handling.ACCEPTED,
        materials=draw(MATERIALS),
        legal_basis=draw(text(500)),
        promised_days=draw(st.integers(0, longest if legal else 999)),
        legal_days=legal,
        fee=draw(text(200)),
        service_minutes=draw(st.integers(10, 4800)) / 10,
        keywords=draw(st.lists(WORDS, max_size=3, unique=True).map(tuple)),
        advice=draw(text(300)) if consult else draw(maybe(300)),
        advice_en=draw(text(300)) if consult else draw(maybe(300)),
        **draw(GUIDE),
        legal_unit=unit_of_limit,
        **draw(CASES),
    )


@st.composite
def units(draw: st.DrawFn, code: str, prefix: str) -> Unit:
    presence = draw(st.sampled_from(Presence))
    away = presence is not Presence.HALL
    return Unit(
        code=code,
        name=draw(text(60)),
        name_en=draw(text(120)),
        short=draw(text(10)),
        prefix=prefix,
        presence=presence,
        target_wait=draw(st.integers(1, 480)),
        place=draw(text(300)) if away else draw(maybe(300)),
        place_en=draw(text(300)) if away else draw(maybe(300)),
        phone=draw(maybe(40)),
        complaint_phone=draw(maybe(40)),
    )


def sites() -> st.SearchStrategy[tuple[Site, ...]]:
    """Draw up to two buildings."""
    building = st.builds(
        Site, CODES, text(60), text(120), text(300), maybe(300), maybe(500), maybe(500)
    )
    return st.lists(building, max_size=2, unique_by=lambda site: site.code).map(tuple)


def placed(buildings: tuple[Site, ...]) -> st.SearchStrategy[str]:
    """Draw the site of a zone: one of them, or none if there are not several."""
    codes = [site.code for site in buildings]
    return st.sampled_from(codes if len(codes) > 1 else ["", *codes])


@st.composite
def mandates(draw: st.DrawFn, code: str, unit: str, codes: list[str], general: str) -> Mandate:
    signed, begins, ends = sorted(draw(st.tuples(DAYS, DAYS, DAYS)))
    return Mandate(
        code=code,
        unit=unit,
        signed_on=signed,
        valid_from=begins,
        valid_to=draw(st.sampled_from([ends, None])),
        items=draw(some(codes)),
        windows=(general,),
        powers=draw(maybe(500)),
        duties=draw(maybe(500)),
    )


@st.composite
def people(draw: st.DrawFn, numbers: list[str], windows: list[str]) -> tuple[Staff, ...]:
    """Draw staff who may all use every window, so that anybody may cover for anybody else."""
    staff = []
    for place, number in enumerate(numbers):
        others = [n for n in numbers if n != number]
        staff.append(
            Staff(
                number=number,
                name=draw(text(40)),
                unit="",
                role=draw(st.sampled_from(Role)),
                windows=tuple(windows) if place else draw(some(windows)),
                post=draw(maybe(40)),
                cover=draw(st.sampled_from(["", *others])),
            )
        )
    return tuple(staff)


def spans(scope: Scope, subject: str) -> st.SearchStrategy[list[OpenLine]]:
    """Draw no lines, or one or two that do not overlap and include Mondays at ten."""
    first = st.builds(
        OpenLine,
        st.just(scope),
        st.just(subject),
        WEEKDAYS.map(lambda days: days | {1}),
        st.builds(time, st.integers(0, 9), st.integers(0, 59)),
        st.builds(time, st.integers(11, 12), st.integers(0, 59)),
    )
    second = st.builds(
        OpenLine,
        st.just(scope),
        st.just(subject),
        WEEKDAYS,
        st.builds(time, st.integers(13, 17), st.integers(0, 59)),
        st.builds(time, st.integers(18, 23), st.integers(0, 59)),
    )
    return st.one_of(st.tuples(first).map(list), st.tuples(first, second).map(list))


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Draw a valid catalogue: every unit has a window of its own, beside a comprehensive one."""
    unit_codes = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    groups = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    zones = draw(st.lists(CODES, min_size=1, max_size=2, unique=True))
    buildings = draw(sites())
    offered: list[Item] = []
    for unit in unit_codes:
        for number in range(draw(st.integers(1, 2))):
            offered.append(draw(items(f"{unit}.{number}", unit, groups)))  # noqa: PERF401
    windows = [
        Window("W00", 999, "=综合", "+G", WindowKind.COMPREHENSIVE, zones[0]),
        *(
            Window(
                f"W-{n}",
                n + 1,
                draw(text(20)),
                draw(text(120)),
                WindowKind.SPECIALISED,
                draw(st.sampled_from(zones)),
                (unit,),
                draw(st.sampled_from([(), tuple(i.code for i in offered if i.unit == unit)])),
            )
            for n, unit in enumerate(unit_codes)
        ),
    ]
    hours = draw(spans(Scope.HALL, ""))
    own = [(Scope.WINDOW, w.code) for w in windows] + [(Scope.SITE, s.code) for s in buildings]
    for scope, code in own + [(Scope.ITEM, i.code) for i in offered]:
        hours += draw(st.one_of(st.just([]), spans(scope, code)))
    numbers = draw(st.lists(CODES, max_size=3, unique=True))
    return Catalogue(
        hall=draw(CODES),
        hall_name=draw(text(60)),
        hall_name_en=draw(text(120)),
        version=draw(st.integers(1, 10**9)),
        zones=tuple(
            Zone(z, draw(text(60)), draw(text(120)), draw(placed(buildings))) for z in zones
        ),
        units=tuple(draw(units(c, p)) for c, p in zip(unit_codes, "AZH", strict=False)),
        groups=tuple(Group(g, draw(text(20)), draw(text(120))) for g in groups),
        items=tuple(offered),
        windows=tuple(windows),
        mandates=tuple(
            draw(mandates(f"M{n}", u, [i.code for i in offered if i.unit == u], "W00"))
            for n, u in enumerate(unit_codes[: draw(st.integers(0, 3))])
        ),
        staff=draw(people(numbers, [w.code for w in windows])),
        hours=tuple(hours),
        special_days=tuple(
            SpecialDay(d, draw(st.booleans()), draw(text(60)), draw(st.integers(1, 7)))
            for d in draw(st.lists(DAYS, max_size=3, unique=True))
        ),
        classes=(
            ApplicantClass("ordinary", draw(text(60)), draw(text(120)), 0),
            ApplicantClass("c2", "老", "Old", draw(st.integers(0, 9)), draw(maybe(1)), "@证"),
        ),
        sites=buildings,
    )


@settings(max_examples=40, deadline=None)
@given(catalogues())
def test_any_valid_catalogue_survives_export_and_import(catalogue: Catalogue) -> None:
    assert problems(catalogue) == []
    assert again(catalogue) == catalogue


def test_the_reference_hall_survives_export_and_import() -> None:
    hall, result = load(), again(load())
    assert isinstance(result, Catalogue)
    assert result == hall
    assert digest(result) == digest(hall), "the same workbook is no new version"


def test_every_minute_of_the_day_survives(small: Catalogue) -> None:
    minutes = [time(m // 60, m % 60) for m in range(24 * 60)]
    lines = [
        OpenLine(Scope.HALL, "", frozenset({n % 7 + 1}), a, b)
        for n, (a, b) in enumerate(zip(minutes[::2], minutes[1::2], strict=True))
    ]
    catalogue = replace(small, hours=(*lines, small.hours[-1]))
    result = again(catalogue)
    assert result == catalogue


@pytest.mark.parametrize("name", TRICKY)
def test_text_is_text_and_never_a_formula(small: Catalogue, name: str) -> None:
    catalogue = replace(small, zones=(replace(small.zones[0], name=name),))
    book = openpyxl.load_workbook(io.BytesIO(exported(catalogue)))
    assert book["区域"]["B2"].data_type == "s"
    assert again(catalogue) == catalogue


def test_equal_catalogues_make_equal_bytes(small: Catalogue) -> None:
    assert exported(small) == exported(replace(small))


def test_the_digest_covers_contents_but_not_versions(small: Catalogue) -> None:
    assert digest(small) == digest(replace(small, version=99, hall="other"))
    assert digest(small) != digest(replace(small, hall_name="别处"))
    assert digest(load()) == digest(load())
    line = replace(small.hours[0], weekdays=frozenset({1}))
    assert digest(small) != digest(replace(small, hours=(line, *small.hours[1:])))


def test_a_hall_keeps_the_digest_from_before_there_were_sites_and_guides(small: Catalogue) -> None:
    plain_hall = as_before(small)
    # Of the same hall, as the version before guides computed it.
    assert digest(plain_hall) == "6a1dce8972a12298054e90e87a2f8fb4b7851bd798d667c00f584cee54183579"
    listed = replace(plain_hall, sites=small.sites)
    guided = replace(plain_hall, items=small.items)
    assert len({digest(hall) for hall in (plain_hall, listed, guided, small)}) == 4


@pytest.mark.parametrize("field", added_fields(Item))
def test_each_field_of_the_guide_counts_in_the_digest(small: Catalogue, field: str) -> None:
    filled: dict[str, Any] = {
        "visits": 0,
        "network_scope": NetworkScope.CITY,
        "flow": (),
        "fees": (),
        "mode": CaseMode.DIRECT,
        "legal_unit": LimitUnit.CALENDAR,
        "extension_days": 0,
        "three_hands": True,
    }
    changed = replace(small.items[0], **{field: filled.get(field, "x")})
    assert digest(small) != digest(replace(small, items=(changed, *small.items[1:])))


def as_before(hall: Catalogue) -> Catalogue:
    """Return a hall as it was before its first site was listed, and without guides."""
    return replace(
        hall,
        sites=(),
        zones=tuple(replace(zone, site="") for zone in hall.zones),
        items=tuple(replace(item, flow=(), fees=()) for item in hall.items),
    )


def test_a_book_from_before_there_were_sites_and_guides_is_read(small: Catalogue) -> None:
    plain_hall = as_before(small)
    book = openpyxl.load_workbook(io.BytesIO(exported(plain_hall)))
    for sheet in SHEETS:
        if sheet.added:
            del book[sheet.title]
            continue
        later = [n for n, column in enumerate(sheet.columns, 1) if column.added]
        for place in reversed(later):
            book[sheet.title].delete_cols(place)
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    assert read(stream, "small") == plain_hall


def test_empty_cells_of_cases_have_their_meaning(small: Catalogue) -> None:
    filled = replace(
        small.items[0],
        mode=CaseMode.JOINT,
        legal_unit=LimitUnit.CALENDAR,
        extension_days=0,
        three_hands=True,
    )
    catalogue = replace(small, items=(filled, *small.items[1:]))
    assert again(catalogue) == catalogue
    book = openpyxl.load_workbook(io.BytesIO(exported(catalogue)))
    page = book["事项"]
    words = ("六制办理方式", "法定时限单位", "可延长（工作日）", "三人分别办理")
    places = [cell.column for cell in page[1] if cell.value in words]
    assert len(places) == len(words)
    for place in places:
        page.cell(2, place).value = None
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    assert read(stream, "small") == small


def test_the_book_has_instructions_and_choice_lists(small: Catalogue) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported(small)))
    assert book.sheetnames[0] == "说明"
    guide = [str(cell.value) for line in book["说明"] for cell in line if cell.value]
    assert guide[0] == "小县政务服务中心业务数据工作簿"
    assert any("不能使用公式" in line for line in guide)
    for page in book.worksheets[1:]:
        assert page.freeze_panes == "B2"
    rules = {
        str(rule.sqref): rule.formula1
        for rule in book["事项"].data_validations.dataValidation
        if rule.type == "list"
    }
    assert rules["B2:B5001"].startswith("OFFSET('单位'!$A$2")
    assert '"审批事项,公共服务事项"' in rules.values()


def test_english_names_left_out_are_the_chinese_ones(small: Catalogue) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported(small)))
    book["区域"]["C2"].value = None
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    result = read(stream)
    assert isinstance(result, Catalogue)
    assert result.zones[0].name_en == "东厅"


def test_values_typed_by_people_are_read(small: Catalogue) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported(small)))
    book["人员"]["A4"].value = 1003
    book["人员"]["E2"].value = "W01，W02"
    book["开放时间"]["C2"].value = "周一、周二、周三、周四、周五"
    book["开放时间"]["D2"].value = "8：30"
    book["委托书"]["D2"].value = "2026年1月1日"
    book["窗口"]["B2"].value = "1"
    book["材料"]["E2"].value = True
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    assert read(stream, "small") == small


def test_the_book_holds_no_macro_and_no_link(small: Catalogue) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(small))) as archive:
        names = archive.namelist()
    assert not [n for n in names if "vba" in n.lower() or "external" in n.lower()]


def test_an_empty_hall_gives_a_form_to_fill_in() -> None:
    empty = Catalogue("new", "新大厅", "New", 1, (), (), (), (), (), (), (), ())
    assert problems(empty) == again(empty)
    assert [p.code for p in problems(empty)] == [Flaw.HOURS_NONE]
