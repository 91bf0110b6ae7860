"""Status bytes of ESC/POS printers: literals, and no unknown byte ever counts as healthy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.printers.answers import PAPER_ANSWERS, AnswerReader, is_status
from devices.printers.status import PrinterStatus, query


def test_the_status_request_is_that_of_the_command_table() -> None:
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
def test_status_answers_give_state_and_code(
    answers: tuple[int | None, ...], state: str, code: str
) -> None:
    health = PrinterStatus(dict(enumerate(answers, 1))).health()
    assert (health.state, health.code) == (state, code)


@pytest.mark.parametrize("byte", [0x00, 0x11, 0x13, 0xFF, 0x10, 0x92])
def test_noise_is_no_answer(byte: int) -> None:
    assert AnswerReader().feed(bytes((byte,))) == []


@pytest.mark.parametrize("byte", range(256))
def test_only_the_four_paper_answers_confirm_the_end(byte: int) -> None:
    reader = AnswerReader()
    reader.feed(bytes((byte,)))
    assert reader.paper == (byte in (0x00, 0x03, 0x0C, 0x0F))
    assert not (is_status(byte) and byte in PAPER_ANSWERS)


FRAMES = st.tuples(
    st.sampled_from([byte for byte in range(256) if byte & 0x93 == 0x10]),
    *[st.sampled_from([byte for byte in range(256) if byte & 0x90 == 0])] * 3,
).map(bytes)
ANSWERS = st.sampled_from([byte for byte in range(256) if is_status(byte)]).map(
    lambda b: bytes((b,))
)
PAPER = st.sampled_from(sorted(PAPER_ANSWERS)).map(lambda b: bytes((b,)))
NOISE = st.sampled_from([b"\x11", b"\x13", b"\xff"])


@given(st.lists(st.one_of(FRAMES, ANSWERS, PAPER, NOISE)), st.data())
def test_frames_of_automatic_status_are_dropped(parts: list[bytes], data: st.DataObject) -> None:
    """Take only requested bytes for answers, however the stream is split."""
    stream, replies, reader = b"".join(parts), [], AnswerReader()
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        replies += reader.feed(stream[:size])
        stream = stream[size:]
    single = [part[0] for part in parts if len(part) == 1]
    assert replies == [byte for byte in single if is_status(byte)]
    assert reader.paper == sum(byte in PAPER_ANSWERS for byte in single)


@given(
    st.dictionaries(
        st.integers(1, 4),
        st.none() | st.sampled_from([byte for byte in range(256) if is_status(byte)]),
    )
)
def test_a_printer_is_healthy_only_if_every_answer_came(answers: dict[int, int | None]) -> None:
    status = PrinterStatus(answers)
    if status.health().state == "ok":
        assert status.complete
        assert status.problem() is None
    readings = status.health().readings
    assert set(readings) == {"paper", "cover", "cutter", "online"}
