"""Small hall for the workbook tests, and a way to damage its workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, time

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from server.catalogue.model import (
    ApplicantClass,
    Catalogue,
    FeeStandard,
    FlowStage,
    Group,
    Handling,
    Item,
    ItemKind,
    Mandate,
    Material,
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
from server.catalogue.workbook import Problem, export, read
from server.core.actors import Role
from server.core.working_days import SpecialDay

WEEK = frozenset({1, 2, 3, 4, 5})
Spoil = Callable[[Workbook], None]


def _unit(code: str, prefix: str) -> Unit:
    return Unit(code, f"{code}局", code.title(), code, prefix, Presence.HALL, 20)


def _item(code: str, unit: str, name: str) -> Item:
    return Item(
        code=code,
        unit=unit,
        group="shop",
        name=name,
        name_en=name,
        kind=ItemKind.APPROVAL,
        handling=Handling.ACCEPTED,
        materials=(Material("申请书", "原件1份"), Material("照片", required=False)),
        legal_basis="《中华人民共和国行政许可法》第十二条",
        promised_days=5,
        legal_days=10,
        fee="不收费",
        service_minutes=12.5,
        keywords=("开店", "real estate"),
        flow=(FlowStage("受理", "窗口人员", 0, "受理凭证"),),
        fees=(FeeStandard("book", "工本费", 1050, "本", "收费办法"),),
    )


@pytest.fixture(scope="session")
def small() -> Catalogue:
    return Catalogue(
        hall="small",
        hall_name="小县政务服务中心",
        hall_name_en="Small County",
        version=3,
        zones=(Zone("east", "东厅", "East", "centre"),),
        units=(_unit("tax", "A"), _unit("water", "B")),
        groups=(Group("shop", "开店", "Shop"),),
        items=(
            _item("tax-1", "tax", "延期申报核准"),
            _item("tax-2", "tax", "定额变更核准"),
            _item("water-1", "water", "取水许可"),
        ),
        windows=(
            Window("W01", 1, "综合", "General", WindowKind.COMPREHENSIVE, "east"),
            Window("W02", 2, "办税", "Tax", WindowKind.SPECIALISED, "east", ("tax",)),
            Window(
                "W03", 3, "申报", "Filing", WindowKind.SPECIALISED, "east", ("tax",), ("tax-1",)
            ),
        ),
        mandates=(
            Mandate(
                "M1", "water", date(2025, 12, 1), date(2026, 1, 1), None, ("water-1",), ("W01",)
            ),
        ),
        staff=(
            Staff("1001", "甲一明", "tax", Role.CLERK, ("W01", "W02"), "办税", True, "1002"),
            Staff("1002", "乙二华", "", Role.MANAGER, ("W02",)),
            Staff("1003", "丙三宁", "tax", Role.CLERK, ("W03",)),
        ),
        hours=(
            OpenLine(Scope.HALL, "", WEEK, time(8, 30), time(12)),
            OpenLine(Scope.HALL, "", WEEK, time(14, 30), time(17, 30)),
            OpenLine(Scope.ITEM, "tax-1", frozenset({2}), time(9), time(11)),
        ),
        special_days=(
            SpecialDay(date(2026, 1, 1), opens=False, note="元旦"),
            SpecialDay(date(2026, 1, 4), opens=True, note="调休", like_weekday=5),
        ),
        classes=(
            ApplicantClass("ordinary", "普通", "Ordinary", 0),
            ApplicantClass("elderly", "老年人", "Elderly", 2, "老", "身份证"),
        ),
        sites=(Site("centre", "中心楼", "Main building", "中心路1号", "1 Centre Road"),),
    )


@pytest.fixture(scope="session")
def book(small: Catalogue) -> bytes:
    """Return the small hall's workbook."""
    stream = io.BytesIO()
    export(small, stream)
    return stream.getvalue()


@pytest.fixture
def problems_after(book: bytes) -> Callable[[Spoil], list[Problem]]:
    """Return a function that damages the small hall's workbook and reads it."""

    def problems(spoil: Spoil) -> list[Problem]:
        pages = openpyxl.load_workbook(io.BytesIO(book))
        spoil(pages)
        stream = io.BytesIO()
        pages.save(stream)
        stream.seek(0)
        result = read(stream, "small")
        return result if isinstance(result, list) else []

    return problems
