"""Status bytes of ESC/POS printers: literals, and nothing unknown is ever fine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.printers.status import PrinterStatus, is_answer, is_processed_mark, query


def test_the_question_is_the_table_s() -> None:
    assert [query(n).hex() for n in (1, 2, 3, 4)] == ["100401", "100402", "100403", "100404"]


@pytest.mark.parametrize(
    ("answers", "state", "code"),
    [
        ((0x12, 0x12, 0x12, 0x12), "ok", "ok"),
        ((0x12, 0x12, 0x12, 0x1E), "degraded", "paper_near_end"),
        ((0x1A, 0x32, 0x12, 0x72), "failed", "paper_out"),
        ((0x1A, 0x32, 0x12, 0x7E), "failed", "paper_out"),
        ((0x1A, 0x16, 0x12, 0x12), "failed", "cover_open"),
        ((0x1A, 0x52, 0x1A, 0x12), "failed", "cutter"),
        ((0x1A, 0x12, 0x12, 0x12), "failed", "offline"),
        ((0x1A, 0x52, 0x52, 0x12), "failed", "offline"),
        ((None, None, None, None), "unknown", "no_answer"),
        ((0x12, 0x12, None, None), "unknown", "partial_answer"),
        ((0x12, 0x16, None, None), "failed", "cover_open"),
    ],
)
def test_answers(answers: tuple[int | None, ...], state: str, code: str) -> None:
    health = PrinterStatus(dict(enumerate(answers, 1))).health()
    assert (health.state, health.code) == (state, code)


@pytest.mark.parametrize("byte", [0x00, 0x11, 0x13, 0xFF, 0x10, 0x92])
def test_noise_is_no_answer(byte: int) -> None:
    assert not is_answer(byte)


@given(st.integers(0, 255))
def test_an_answer_is_never_the_end_mark(byte: int) -> None:
    assert not (is_answer(byte) and is_processed_mark(byte))


@given(st.dictionaries(st.integers(1, 4), st.none() | st.integers(0, 255).filter(is_answer)))
def test_it_is_fine_only_when_every_answer_came(answers: dict[int, int | None]) -> None:
    status = PrinterStatus(answers)
    if status.health().state == "ok":
        assert status.complete
        assert status.problem() is None
    readings = status.health().readings
    assert set(readings) == {"paper", "cover", "cutter", "online"}
