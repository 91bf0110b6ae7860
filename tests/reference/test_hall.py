"""Reference hall: the counts of its source, real items, nothing that no window serves."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time
from pathlib import Path

import pytest

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import (
    CaseMode,
    Catalogue,
    Handling,
    ItemKind,
    LimitUnit,
    Presence,
    Scope,
    WindowKind,
)
from server.catalogue.reference import load
from server.core.actors import Role
from server.queue.routing import windows_for

REFERENCE = Path(__file__).resolve().parents[2] / "server" / "catalogue" / "reference"
MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)


@pytest.fixture(scope="module")
def hall() -> Catalogue:
    return load()


def test_counts_are_those_of_the_source(hall: Catalogue) -> None:
    kinds = Counter(i.kind for i in hall.items)
    windows = Counter(w.kind for w in hall.windows)
    assert len(hall.units) == 22
    assert kinds == {ItemKind.APPROVAL: 132, ItemKind.SERVICE: 37}
    assert windows == {WindowKind.COMPREHENSIVE: 4, WindowKind.SPECIALISED: 23}
    assert len(hall.staff) == 31
    assert Counter(s.role for s in hall.staff) == {
        Role.CLERK: 28,
        Role.MANAGER: 2,
        Role.ADMINISTRATOR: 1,
    }
    assert len({m.unit for m in hall.mandates}) == len(hall.mandates) == 15
    assert [z.code for z in hall.zones] == ["east", "west"]
    assert Counter(u.presence for u in hall.units) == {
        Presence.HALL: 20,
        Presence.WITHDRAWN: 1,
        Presence.ELSEWHERE: 1,
    }


def test_every_item_has_a_name_of_its_own_in_both_languages(hall: Catalogue) -> None:
    for names in ([i.name for i in hall.items], [i.name_en for i in hall.items]):
        assert [n for n, count in Counter(names).items() if count > 1] == []


def test_every_item_is_real(hall: Catalogue) -> None:
    for item in hall.items:
        assert not re.search(r"[0-9０-９A-Za-z]|事项|测试|示例", item.name), item.name
        assert len(item.name) >= 4
        assert 2 <= len(item.materials) <= 6
        assert all(m.form for m in item.materials)
        assert len({m.name for m in item.materials}) == len(item.materials), item.name
        assert re.match(r"《[^》]+》", item.legal_basis), item.name
        assert item.keywords
        assert item.fee
        assert 5 <= item.service_minutes <= 45


def test_every_accepted_item_can_be_served_on_some_day(hall: Catalogue) -> None:
    for item in hall.items:
        if item.handling is not Handling.ACCEPTED or not _here(hall, item.unit):
            continue
        noon = datetime.combine(MONDAY, time(10))
        codes = [w.code for w in windows_for(hall, item, noon)]
        assert codes, item.name
        assert catalogue_hours.next_opening(hall, item.code, codes, noon), item.name


def _here(hall: Catalogue, unit: str) -> bool:
    return hall.unit_by[unit].presence is Presence.HALL


def test_promised_times_are_half_as_long_as_the_legal_limits_in_total(hall: Catalogue) -> None:
    timed = [i for i in hall.items if i.legal_days]
    assert not any(i.promise_exceeds_law for i in timed)
    # Items without a legal time limit are done at once, with these exceptions: an office of another
    # place has to answer, or the completion is inspected.
    unbound = [i.name for i in hall.items if i.promised_days and not i.legal_days]
    assert len(unbound) == 2
    assert unbound[0] == "企业职工基本养老保险关系转移接续"
    assert unbound[1].endswith("备案")
    # Of seven calendar days five are working days.
    working = {LimitUnit.WORKING: 1.0, LimitUnit.CALENDAR: 5 / 7}
    legal = sum(i.legal_days * working[i.legal_unit] for i in timed)
    shorter = 1 - sum(i.promised_days for i in timed) / legal
    assert round(shorter * 100) == 48


def test_limits_that_laws_give_in_calendar_days_say_so(hall: Catalogue) -> None:
    calendar = {i.code: i.legal_days for i in hall.items if i.legal_unit is LimitUnit.CALENDAR}
    assert calendar == {
        "gaj-04": 60,
        "gaj-07": 15,
        "rsj-06": 60,
        "mzj-01": 60,
        "mzj-02": 60,
        "sthj-01": 60,
        "sthj-02": 30,
    }


def test_each_item_has_a_mode_that_fits_its_promise(hall: Catalogue) -> None:
    modes = Counter(i.mode for i in hall.items)
    assert set(modes) == {
        CaseMode.DIRECT,
        CaseMode.PROMISED,
        CaseMode.JOINT,
        CaseMode.FORWARDED,
    }
    assert [i.code for i in hall.items if i.mode is CaseMode.JOINT] == ["zrzy-07"]
    assert all((i.mode is CaseMode.DIRECT) is (i.promised_days == 0) for i in hall.items)


def test_approvals_with_three_stages_are_done_by_three_persons(hall: Catalogue) -> None:
    by_three = {i.code for i in hall.items if i.three_hands}
    staged = {i.code for i in hall.items if i.kind is ItemKind.APPROVAL and len(i.flow) >= 3}
    assert by_three == staged
    assert 0 < len(by_three) < len(hall.items)


# Words that would mislead the public: a law that does not apply, a form or a paper that may not be
# required, an office with another name, another document in English.
UNTRUE = {
    "税务行政许可申请表": {"swj-01"},
    "终止或解除劳动关系证明": set(),
    "《危险化学品安全管理条例》": set(),
    "不动产登记申请表": set(),
    "国有土地使用权证": set(),
    "银监会": set(),
}


def test_no_item_requires_what_the_law_does_not(hall: Catalogue) -> None:
    for words, allowed in UNTRUE.items():
        uses = {
            item.code
            for item in hall.items
            if words in item.legal_basis or any(words in m.name for m in item.materials)
        }
        assert uses <= allowed, words


def test_corrected_facts_stay_correct(hall: Catalogue) -> None:
    item = hall.item_by
    assert item["mzj-04"].name == "离婚登记申请", "done at once is the application only"
    assert "30日内" in item["mzj-04"].legal_basis
    assert item["rsj-11"].promised_days, "two places take part: never at once"
    assert item["nyj-06"].fee == "不收费"
    assert "citizens" in item["gaj-06"].name_en, "a residence permit is a foreigner's"
    homes = [i for i in hall.items if i.unit == "zrzy" and "登记（" in i.name]
    assert homes
    assert all(i.promised_days <= 5 for i in homes)
    assert hall.unit_by["sthj"].short == "生态环境"
    assert {item[code].handling for code in ("mzj-07", "mzj-09")} == {Handling.CONSULT}
    assert "学前教育法" in item["jyj-01"].legal_basis
    assert "因身体状况" in item["jyj-04"].name
    assert "备案" in item["scjg-07"].name, "prepackaged food only is filed"
    assert not re.search("第.+条", item["nyj-07"].legal_basis), "articles of the new law are unread"
    assert [m.name for m in item["mzj-03"].materials if "声明" in m.name] == [
        "无配偶、与对方无近亲关系的签字声明"
    ]
    assert hall.hall_name_en.endswith("Government Service Center")


UNSURE = re.compile(r"# *待核(.*)")


def test_a_value_from_memory_says_what_has_to_be_checked() -> None:
    notes = [
        (entry.name, note)
        for folder in (REFERENCE, REFERENCE / "units")
        for entry in sorted(folder.glob("*.toml"))
        for note in UNSURE.findall(entry.read_text(encoding="utf-8"))
    ]
    assert len(notes) > 20
    assert [note for note in notes if not re.match(r"：\S{2,}", note[1])] == []


def test_items_for_consultation_name_the_office_that_accepts_them(hall: Catalogue) -> None:
    consult = [i for i in hall.items if i.handling is Handling.CONSULT]
    assert len(consult) == 7
    assert all(i.advice and i.advice_en for i in consult)


def test_units_that_are_not_here_say_where_to_go(hall: Catalogue) -> None:
    for unit in hall.units:
        away = unit.presence is not Presence.HALL
        assert bool(unit.place) is bool(unit.place_en) is away


def test_every_window_has_people_and_comprehensive_ones_four_or_more(hall: Catalogue) -> None:
    allowed = Counter(code for s in hall.staff for code in s.windows)
    for window in hall.windows:
        least = 4 if window.kind is WindowKind.COMPREHENSIVE else 1
        assert allowed[window.code] >= least, window.code


def test_ticket_prefixes_are_one_letter_each_and_never_i_or_o(hall: Catalogue) -> None:
    prefixes = [u.prefix for u in hall.units]
    assert len(set(prefixes)) == 22
    assert set(prefixes) <= set("ABCDEFGHJKLMNPQRSTUVWXYZ")


def test_each_lending_unit_has_one_chief_representative(hall: Catalogue) -> None:
    lending = {s.unit for s in hall.staff if s.unit}
    assert Counter(s.unit for s in hall.staff if s.chief) == dict.fromkeys(lending, 1)


def test_mandates_cover_units_without_and_with_windows_of_their_own(hall: Catalogue) -> None:
    own = {unit for w in hall.windows for unit in w.units}
    mandated = {m.unit for m in hall.mandates}
    assert mandated - own
    assert mandated & own
    assert all(m.signed_on < m.valid_from == date(2026, 1, 1) for m in hall.mandates)


def test_one_window_is_open_only_on_tuesdays_and_thursdays(hall: Catalogue) -> None:
    assert catalogue_hours.weekdays_of(hall, ["W13"]) == (2, 4)
    assert not catalogue_hours.window_spans(hall, "W13", MONDAY)
    assert catalogue_hours.window_spans(hall, "W13", TUESDAY)


def test_some_windows_stay_open_through_lunch(hall: Catalogue) -> None:
    noon = time(13)
    through = [
        w.code
        for w in hall.windows
        if catalogue_hours.open_at(catalogue_hours.window_spans(hall, w.code, MONDAY), noon)
    ]
    assert through == ["W01", "W05", "W14"]


def test_one_item_keeps_hours_of_its_own(hall: Catalogue) -> None:
    subjects = {h.subject for h in hall.hours if h.scope is Scope.ITEM}
    assert [hall.item_by[s].name for s in subjects] == ["离婚登记申请"]


def test_public_holidays_are_not_the_halls_own_days(hall: Catalogue) -> None:
    """Leave public holidays to the calendar; the workbook holds only the hall's own days."""
    assert hall.special_days == ()


def test_applicant_classes_begin_with_the_ordinary_one(hall: Catalogue) -> None:
    first, *others = hall.classes
    assert (first.code, first.level) == ("ordinary", 0)
    assert all(c.level > 0 and len(c.mark) == 1 and c.proof for c in others)
