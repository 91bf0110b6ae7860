"""Wording and freezing of the bulletin: no figure typed by hand, same content same digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.attendance.week_lines import AttendanceLine
from server.bulletins.differences import differences
from server.bulletins.digests import amendment_digest, bulletin_digest
from server.bulletins.errors import BulletinCode
from server.bulletins.figures import Figures
from server.bulletins.wording import check, pieces, plain, sections
from server.bulletins.words import DRAFT_SENTENCES
from server.core.errors import HallError
from server.core.weeks import Fact, Week, parse_week, week_of
from server.queue.week_lines import percentile

FACTS = {"late": Fact("3", "/office#month/all/2026-W10"), "rate": Fact("97.5%", "/x")}
LINE = AttendanceLine(
    "tax", "税务局", 2, 40, 38, 2, 0, 0, 0, 0, 0, 0, 0.95, None, "/office#month/tax/2026-W10"
)
FIGURES = Figures("2026-W10", "2026-03-02", "2026-03-08", "测试大厅", FACTS, units=(LINE,))


def test_figures_are_quoted_with_their_evidence() -> None:
    parts = pieces("迟到{late}次，准时率{rate}。", FACTS)
    assert [(p.text, p.link) for p in parts] == [
        ("迟到", ""),
        ("3", "/office#month/all/2026-W10"),
        ("次，准时率", ""),
        ("97.5%", "/x"),
        ("。", ""),
    ]
    assert plain("迟到{late}次", FACTS) == "迟到3次"


@pytest.mark.parametrize(
    ("section", "words", "reason"),
    [
        ("attendance", "迟到5次", "digit"),
        ("attendance", "迟到５次", "digit"),
        ("attendance", "迟到⑤次", "digit"),
        ("attendance", "迟到{early}次", "figure"),
        ("attendance", "迟到{late次", "brace"),
        ("nothing", "好", "section"),
        ("attendance", "好" * 1001, "length"),
    ],
)
def test_no_figure_is_written_by_hand(section: str, words: str, reason: str) -> None:
    with pytest.raises(HallError) as refused:
        check(section, words, FACTS)
    assert (refused.value.code, refused.value.data["reason"]) == (
        BulletinCode.BULLETIN_WORDS,
        reason,
    )


@pytest.mark.parametrize(
    ("section", "words", "data"),
    [
        ("nothing", "好", {"reason": "section", "found": "nothing"}),
        ("closing", "好" * 1001, {"reason": "length", "found": "1001"}),
        ("closing", "迟到{early}次", {"reason": "figure", "found": "{early}"}),
        ("closing", "迟到}次" + "好" * 30, {"reason": "brace", "found": "迟到}次" + "好" * 16}),
        ("closing", "{late}次}", {"reason": "brace", "found": "次}"}),
        ("closing", "第{late}Ⅷ次", {"reason": "digit", "found": "Ⅷ"}),
        ("closing", "好3次5", {"reason": "digit", "found": "3"}),
    ],
)
def test_a_refusal_names_what_was_found(section: str, words: str, data: dict[str, str]) -> None:
    with pytest.raises(HallError) as refused:
        check(section, words, FACTS)
    assert refused.value.data == data


def test_the_words_of_a_section_may_have_a_thousand_characters() -> None:
    check("closing", "好" * 1000, FACTS)
    check("closing", "{late}", FACTS)


def test_figures_at_both_ends_make_no_empty_piece() -> None:
    assert [piece.text for piece in pieces("{late}次{rate}", FACTS)] == ["3", "次", "97.5%"]


def test_a_figure_that_is_gone_stays_as_it_was_written() -> None:
    assert plain("迟到{early}次", FACTS) == "迟到{early}次"


@given(st.text(max_size=60))
def test_accepted_words_print_only_digits_of_figures(words: str) -> None:
    try:
        check("summary", words, FACTS)
    except HallError:
        return
    free = "".join(piece.text for piece in pieces(words, FACTS) if not piece.link)
    assert not any(c.isnumeric() and c.isdigit() for c in free)


def test_an_edited_section_replaces_the_drafted_one_only() -> None:
    words = sections(DRAFT_SENTENCES, FIGURES, {"closing": "请各单位知悉。"})
    assert words["closing"] == "请各单位知悉。"
    assert words["summary"] == DRAFT_SENTENCES["summary"]


def test_the_words_on_licences_state_what_left_and_what_came_back() -> None:
    names = ("licences_handed", "licences_posted", "licences_returned")
    facts = {name: Fact(str(n), "/office#issuing") for n, name in enumerate(names, 1)}
    words = "窗口发放证照1本，邮寄2本，邮寄退回3本。"
    assert plain(sections(DRAFT_SENTENCES, FIGURES, {})["issuing"], facts) == words


def test_the_digest_is_of_every_figure_and_word() -> None:
    words = {"summary": "好"}
    first = bulletin_digest(1, FIGURES, words)
    assert first == bulletin_digest(1, replace(FIGURES), dict(words))
    other = replace(FIGURES, units=(replace(LINE, late=3),))
    assert len({first, bulletin_digest(2, FIGURES, words), bulletin_digest(1, other, words)}) == 3
    assert bulletin_digest(1, FIGURES, {"summary": "不好"}) != first
    assert amendment_digest(first, 1, "更正", []) != amendment_digest("", 1, "更正", [])


def test_differences_name_the_changed_figures() -> None:
    facts = FACTS | {"late": Fact("2", "/office#month/all/2026-W10")}
    today = replace(FIGURES, facts=facts, units=(replace(LINE, late=1, on_time=39),))
    assert [(d.name, d.was, d.now, d.link) for d in differences(FIGURES, today)] == [
        ("late", "3", "2", "/office#month/all/2026-W10"),
        (
            "税务局考勤",
            "应打卡40次，准时38次，迟到2次，早退0次，缺卡0次，旷工半天0人次",
            "应打卡40次，准时39次，迟到1次，早退0次，缺卡0次，旷工半天0人次",
            "/office#month/tax/2026-W10",
        ),
    ]
    assert differences(FIGURES, FIGURES) == ()


@pytest.mark.parametrize("text", ["2026-W54", "2026-W00", "2026-10", "2026-W7", "x-W01"])
def test_an_invalid_week_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_week(text)


def test_weeks_over_the_turn_of_the_year() -> None:
    assert week_of(date(2027, 1, 3)) == Week(2026, 53)
    assert week_of(date(2027, 1, 4)).before() == Week(2026, 53)
    assert parse_week("2026-W53").last == date(2027, 1, 3)


def test_the_last_week_that_can_be_named() -> None:
    assert parse_week("9998-W01") == Week(9998, 1)
    with pytest.raises(ValueError, match="9999"):
        parse_week("9999-W01")


def test_a_percentile_is_at_most_the_largest_value() -> None:
    assert percentile([1, 2], 1.0) == 2


def test_percentiles() -> None:
    assert (percentile([], 0.5), percentile([3, 1, 2], 0.5), percentile([1, 2], 0.9)) == (
        None,
        2,
        2,
    )
