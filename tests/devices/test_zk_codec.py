"""Bytes of the pull protocol: third-party frames, corrupted bytes, both short layouts."""

from __future__ import annotations

import re
import struct
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.fingerprint import codec
from devices.fingerprint.codec import FrameError, Packet, Record, StreamReader

BASE = datetime.fromisoformat("2026-03-02T08:00:00")


# Made by pyzk-new 0.9.1, except the first, which is in the protocol's public description.
@pytest.mark.parametrize(
    ("packet", "frame"),
    [
        (Packet(codec.CONNECT, 0, 0), "e80317fc00000000"),
        (Packet(codec.AUTH, 101, 1, bytes.fromhex("41363279")), "4e04d84b6500010041363279"),
        (
            Packet(codec.PREPARE_BUFFER, 101, 6, struct.pack("<bhii", 1, 13, 0, 0)),
            "df05b4ec65000600010d000000000000000000",
        ),
    ],
)
def test_golden_frames(packet: Packet, frame: str) -> None:
    assert codec.encode_packet(packet).hex() == frame
    assert codec.decode_packet(bytes.fromhex(frame)) == packet


def test_packets_are_wrapped_for_tcp() -> None:
    frame = codec.wrap_for_tcp(codec.encode_packet(Packet(codec.CONNECT, 0, 0)))
    assert frame.hex() == "5050827d08000000e80317fc00000000"


@pytest.mark.parametrize(
    ("key", "session", "answer"),
    [
        (1234, 101, "41363279"),
        (0, 7, "617d3279"),
        (999_999, 65_000, "22813294"),
        (2468, 1, "f1583279"),
    ],
)
def test_comm_keys_are_encoded_as_by_another_client(key: int, session: int, answer: str) -> None:
    assert codec.auth_data(key, session).hex() == answer


def test_times_are_encoded_as_by_another_client() -> None:
    assert codec.time_number(datetime.fromisoformat("2026-03-02T08:20:05")) == 841_134_005
    assert codec.time_of(841_134_005) == datetime.fromisoformat("2026-03-02T08:20:05")
    assert codec.time_of(0) == datetime.fromisoformat("2000-01-01T00:00:00")


@given(st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2099-12-31")))
@settings(max_examples=100, deadline=None)
def test_times_survive_encoding_and_decoding(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert codec.time_of(codec.time_number(whole)) == whole


UNTIL = datetime.fromisoformat("2026-12-31")


@given(st.binary(max_size=300), st.sampled_from([16, 40]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_records_or_rejected(data: bytes, size: int) -> None:
    for each in codec.records(data, size):
        assert isinstance(each, Record | bytes)
    for read in (
        codec.sizes,
        codec.dataset,
        codec.decode_packet,
        lambda some: codec.short_records(some, UNTIL),
        lambda some: codec.records_of_unknown_size(some, UNTIL),
    ):
        try:
            read(data)
        except FrameError:
            continue
    list(codec.users(data, 72, "gb18030"))
    list(codec.users(data, 28, "gb18030"))


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 30), st.binary(max_size=3))
@settings(max_examples=100, deadline=None)
def test_packets_are_found_however_split(bodies: list[bytes], size: int, noise: bytes) -> None:
    packets = [Packet(codec.DATA, 7, n, body) for n, body in enumerate(bodies)]
    stream = b"".join(codec.wrap_for_tcp(codec.encode_packet(packet)) for packet in packets)
    reader = StreamReader()
    packets_read: list[Packet] = []
    for start in range(0, len(stream), size):
        packets_read += reader.feed(stream[start : start + size])
    assert packets_read == packets
    try:
        list(reader.feed(noise + b"\x00" * 16))
    except FrameError:
        return
    raise AssertionError("noise was taken for a packet")


def test_impossible_records_are_returned_as_bytes() -> None:
    good = struct.pack("<I4sBB2sI", 7, struct.pack("<I", 841_134_005), 1, 0, b"", 0)
    shifted = good[2:] + good[:2]
    records = codec.records(good + shifted + b"\xff" * 16, 16)
    assert isinstance(records[0], Record)
    assert records[0].number == "7"
    assert records[1:] == [shifted, b"\xff" * 16]


# From time clocks with older firmware [issue]: the time is at offset 4.
OLDER = bytes.fromhex("07002800a8eba71e")


def test_the_older_layout_is_recognised_by_plausible_times() -> None:
    [record] = codec.short_records(OLDER, UNTIL)
    assert isinstance(record, Record)
    assert (record.uid, record.device_time) == (7, datetime.fromisoformat("2016-01-01T19:02:00"))
    # The same record after its own date is impossible: it is garbled, and not guessed.
    with pytest.raises(FrameError):
        codec.short_records(OLDER, datetime.fromisoformat("2015-12-31"))


SHORT = {
    False: lambda uid, when, verify, in_out: struct.pack("<HBIB", uid, verify, when, in_out),
    True: lambda uid, when, verify, in_out: struct.pack("<HBBI", uid, verify, in_out, when),
}
MADE = st.tuples(
    st.integers(1, 300), st.integers(0, 500_000_000), st.integers(0, 4), st.integers(0, 5)
)


@given(st.lists(MADE, min_size=1, max_size=40), st.booleans())
@settings(max_examples=200, deadline=None)
def test_short_records_are_decoded_or_reported_as_garbled(
    made: list[tuple[int, int, int, int]], older: bool
) -> None:
    moments = sorted(datetime.fromisoformat("2010-02-01") + timedelta(seconds=m[1]) for m in made)
    data = b"".join(
        SHORT[older](uid, codec.time_number(at), verify, in_out)
        for (uid, _, verify, in_out), at in zip(made, moments, strict=True)
    )
    try:
        records = codec.short_records(data, UNTIL)
    except FrameError:
        # One or two records may make sense in both layouts: no guess is made then.
        assert len(made) < 8
        return
    assert [r.device_time for r in records if isinstance(r, Record)] == moments
    assert [r.uid for r in records if isinstance(r, Record)] == [uid for uid, *_ in made]


def test_one_absurd_record_does_not_garble_the_others() -> None:
    number = codec.time_number(BASE)
    data = b"".join(SHORT[True](7, number + 60 * n, 1, 0) for n in range(40))
    data += SHORT[True](7, codec.time_number(datetime.fromisoformat("2063-01-01")), 1, 0)
    assert len(codec.short_records(data, UNTIL)) == 41


ANY_TEXT = st.text(max_size=30)
NUMBERS = st.one_of(
    st.integers(-5, 10**11).map(str), ANY_TEXT, st.from_regex(r"0*[1-9a-zA-Z]{1,30}")
)


@given(
    NUMBERS,
    ANY_TEXT,
    st.sampled_from(["gb18030", "gbk", "gb2312", "utf-8"]),
    st.sampled_from([28, 72]),
    st.integers(-1, 70_000),
)
@settings(max_examples=300, deadline=None)
def test_any_user_survives_encoding_or_is_rejected_with_its_number(
    number: str, name: str, encoding: str, size: int, uid: int
) -> None:
    try:
        raw = codec.new_user(uid, number, name, encoding, size)
    except codec.UserError as error:
        assert str(error) == number
        fits = re.fullmatch("[1-9][0-9]{0,8}" if size == 28 else "[0-9A-Za-z]{1,24}", number)
        assert not fits or not 0 < uid < 65_536
        return
    assert len(raw) == size
    [user] = codec.users(raw, size, encoding)
    cut = codec.encode_clipped(name, codec.NAME_BYTES[size], encoding)
    assert (user.uid, user.number) == (uid, number)
    assert user.name == cut.decode(encoding).strip()
    [again] = codec.users(codec.with_name(user, name, encoding), size, encoding)
    assert again == user


def test_names_are_cut_between_characters() -> None:
    assert codec.encode_clipped("欧阳" * 10, 24, "gb18030") == ("欧阳" * 6).encode("gb18030")
    assert codec.encode_clipped("a" + "欧" * 20, 24, "gb18030") == ("a" + "欧" * 11).encode(
        "gb18030"
    )
