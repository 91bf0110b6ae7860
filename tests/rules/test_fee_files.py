"""The bank's file of fees: what is read, what is refused, and which days it covers."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fees.bank_file import (
    FileDaysError,
    FileFormError,
    FileLinesError,
    payments,
    span_of,
)
from server.fees.reconciling import BankLine
from server.fees.rules import number_of

HEAD = "交易日期,银行流水号,缴款通知书编号,金额\n"
TODAY = date(2026, 3, 2)
NUMBER = number_of(TODAY, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_the_bank_s_encodings(encoding: str) -> None:
    text = (
        f'机构,交易日期,流水号,通知书编号,金额（元）\n农行,2026-03-02,ab01,{NUMBER},"1,080.50"\n\n'
    )
    (row,) = payments(text.encode(encoding), TODAY)
    assert row.number == 2
    assert row.line == BankLine("AB01", NUMBER, "2026-03-02", 108050)


@pytest.mark.parametrize(
    "row",
    [
        '2026-03-02,="0012AB",J,¥80',
        "2026-03-02,'0012ab,J,80.00",
        '2026-03-02,"0012AB\t",J,"80"',
        "2026-03-02,00 12 AB,J,80.0",
        "2026-03-02,0012AB,J,¥ 80",
    ],
)
def test_a_spreadsheet_s_habits_are_understood(row: str) -> None:
    for newline in ("\n", "\r\n"):
        text = f"Date, Reference ,NOTICE,Amount{newline}{row}{newline}"
        (entry,) = payments(text.encode(), TODAY)
        assert entry.line == BankLine("0012AB", "J", "2026-03-02", 8000)


@pytest.mark.parametrize("text", ["-80.00", "\N{MINUS SIGN}80", "¥-80", "－80.0"])
def test_a_refund_is_a_negative_amount(text: str) -> None:
    (entry,) = payments(f"{HEAD}2026-03-02,T001,J,{text}\n".encode(), TODAY)
    assert entry.line.amount == -8000


def test_a_file_covers_its_rows_or_the_days_that_are_stated() -> None:
    rows = payments(f"{HEAD}2026-02-27,R001,J,1\n2026-03-01,R002,J,1\n".encode(), TODAY)
    first, last = date(2026, 2, 27), date(2026, 3, 1)
    assert span_of(rows, None, None, TODAY) == ("2026-02-27", "2026-03-01")
    assert span_of(rows, date(2026, 2, 1), TODAY, TODAY) == ("2026-02-01", "2026-03-02")
    assert span_of([], None, TODAY, TODAY) == span_of([], TODAY, None, TODAY)
    assert span_of([], TODAY, TODAY, TODAY) == ("2026-03-02", "2026-03-02")
    wrong = (first, first), (last, last), (first, date(2026, 3, 3)), (last, first)
    for span in wrong:
        with pytest.raises(FileDaysError):
            span_of(rows, *span, TODAY)
    with pytest.raises(FileDaysError):
        span_of([], None, None, TODAY)


def test_only_a_whole_formula_of_text_is_unwrapped() -> None:
    for reference in ('="0012AB', '0012AB"', '=0012AB"'):
        row = f"2026-03-02,'{reference},J,80\n"
        with pytest.raises(FileLinesError):
            payments((HEAD + row).encode(), TODAY)


def test_a_row_may_end_early_where_the_notice_is_last() -> None:
    head = "交易日期,银行流水号,金额,缴款通知书编号\n"
    (entry,) = payments((head + "2026-03-02,OK01,80\n").encode(), TODAY)
    assert entry.line.notice == ""


def test_bounds_of_a_file_belong_to_it() -> None:
    longest = f"2026-03-02,OK00,{'x' * 64},80\n"
    assert len(payments((HEAD + longest).encode(), TODAY)[0].line.notice) == 64
    rows = "".join(f"2026-03-02,OK{n:05d},J,80\n" for n in range(20_000))
    assert len(payments((HEAD + rows).encode(), TODAY)) == 20_000
    with pytest.raises(FileFormError):
        payments((HEAD + rows + "2026-03-02,OK99999,J,80\n").encode(), TODAY)
    with pytest.raises(FileFormError):
        payments((HEAD + "2026-03-02,OK01,\x00,80\n").encode(), TODAY)
    two = "soon,A,J,80\n2026-03-02,OK01,J,80\nlater,B,J,80\n"
    with pytest.raises(FileLinesError) as refused:
        payments((HEAD + two).encode(), TODAY)
    assert refused.value.rows == [2, 4]


def test_a_number_that_names_no_notice_is_kept_as_it_is() -> None:
    lines = payments((HEAD + "20260302,AB01,二手房,80\n2026/03/01,AB02,,80.5\n").encode(), TODAY)
    assert [row.line.notice for row in lines] == ["二手房", ""]
    assert [row.line.amount for row in lines] == [8000, 8050]


@pytest.mark.parametrize(
    "row",
    [
        "2026-03-03,AB01,J,80",
        "2026-02-30,AB01,J,80",
        ",AB01,J,80",
        "2026-03-02,A1,J,80",
        "2026-03-02,,J,80",
        "2026-03-02,AB01,J,0",
        "2026-03-02,AB01,J,--80",
        "2026-03-02,AB01,J,80.001",
        "2026-03-02,AB01,J,1e3",
        "2026-03-02,AB01,J",
        f"2026-03-02,AB01,{'x' * 65},80",
        "2026-03-02,OK01,J,80",
    ],
)
def test_every_wrong_row_is_named_and_nothing_is_read(row: str) -> None:
    good = "2026-03-02,OK01,J,80\n"
    with pytest.raises(FileLinesError) as refused:
        payments((HEAD + good + row + "\n").encode(), TODAY)
    assert refused.value.rows == [3]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xff\xff",
        b"PK\x03\x04\x00\x00",
        "日期,流水号\n".encode(),
        (HEAD.strip() + ",金额\n").encode(),
        (HEAD + "2026-03-02,AB01,J,80\n" * 20_001).encode(),
    ],
)
def test_what_is_no_table_of_payments_is_refused(content: bytes) -> None:
    with pytest.raises(FileFormError):
        payments(content, TODAY)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for whole in (content, HEAD.encode() + content):
        with suppress(FileFormError, FileLinesError):
            assert all(row.line.amount > 0 for row in payments(whole, TODAY))
