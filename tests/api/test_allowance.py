"""Allowances of live connections: messages are counted in frames and bytes, however split."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.live.allowance import SECONDS, STRANGER, Allowance, Meter

PONG = b"\x81\x81abcd\x52"


def frame(size: int, *, opcode: int = 1, fin: bool = True, mask: bool = True) -> bytes:
    """Return a frame as a client sends it."""
    head = bytes((opcode | 0x80 * fin, min(size, 126) | 0x80 * mask))
    if 125 < size < 1 << 16:
        head += size.to_bytes(2, "big")
    elif size >= 1 << 16:
        head = bytes((head[0], 127 | 0x80 * mask)) + size.to_bytes(8, "big")
    return head + (b"abcd" if mask else b"") + b"x" * size


def fed(meter: Meter, data: bytes, cuts: list[int]) -> bool:
    """Return True if all pieces of the data were allowed."""
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return all(meter.count(data[a:b]) for a, b in pairwise(places) if a < b)


SIZES = st.lists(st.sampled_from([0, 1, 5, 125, 126, 300, 65_535, 65_536]), min_size=1, max_size=9)


@given(SIZES, st.lists(st.integers(0, 1 << 20), max_size=12), st.data())
def test_frames_are_counted_wherever_they_are_cut(
    sizes: list[int], cuts: list[int], data: st.DataObject
) -> None:
    stream = b"".join(frame(size) for size in sizes)
    enough = Meter(Allowance(len(sizes), len(stream)), lambda: 1.0)
    assert fed(enough, stream, cuts)
    assert enough.at_message_start
    fewer = Meter(Allowance(len(sizes) - 1, len(stream)), lambda: 1.0)
    assert not fed(fewer, stream, cuts)
    smaller = Meter(Allowance(len(sizes), len(stream) - 1), lambda: 1.0)
    assert not fed(smaller, stream, cuts)
    part = data.draw(st.integers(1, len(frame(sizes[-1])) - 1))
    open_ = Meter(Allowance(99, 1 << 30), lambda: 1.0)
    assert fed(open_, stream[:-part], cuts)
    assert not open_.at_message_start


def test_a_fragmented_message_ends_with_its_last_frame() -> None:
    meter = Meter(STRANGER, lambda: 1.0)
    assert meter.count(frame(3, fin=False))
    assert not meter.at_message_start
    assert meter.count(frame(0, opcode=9)), "a ping may come between"
    assert not meter.at_message_start
    assert meter.count(frame(3, opcode=0))
    assert meter.at_message_start


@pytest.mark.parametrize("flood", [PONG, frame(1, opcode=9), frame(0, opcode=10), frame(400)])
def test_pongs_pings_and_events_count_alike(flood: bytes) -> None:
    meter = Meter(STRANGER, lambda: 1.0)
    allowed = 0
    while meter.count(flood):
        allowed += 1
        assert allowed <= STRANGER.frames
    assert allowed > 0


def test_an_unmasked_frame_is_rejected() -> None:
    assert not Meter(STRANGER, lambda: 1.0).count(frame(3, mask=False))


def test_an_allowance_is_renewed_after_some_seconds() -> None:
    now = [100.0]
    meter = Meter(Allowance(2, 1000), lambda: now[0])
    assert [meter.count(PONG) for _ in range(3)] == [True, True, False]
    now[0] += SECONDS
    assert meter.count(PONG)
