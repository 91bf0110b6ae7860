"""Push protocol of time clocks: every text that is read, and every text that is sent."""

from __future__ import annotations

from datetime import datetime

import pytest

from server.time_clocks import iclock
from server.time_clocks.iclock import Answer
from server.time_clocks.iclock_events import DeviceEventLine, event, is_event
from server.time_clocks.punch_rules import BadLine, PunchLine

AT = datetime.fromisoformat("2026-03-02 08:20:05")

# Bodies and lines


def test_text_is_utf_8_or_else_gb18030() -> None:
    assert iclock.decode("张伟".encode()) == "张伟"
    assert iclock.decode("张伟".encode("gb18030")) == "张伟"
    assert iclock.decode(b"A\xff") == "A�"


def test_lines_without_their_ends_and_without_empty_ones() -> None:
    body = b" a\tb \r\n\r\n\x00c\x00d\n  \n\te\n"
    assert list(iclock.lines_of(body)) == ["a\tb", "c d", "\te"]
    assert list(iclock.lines_of(b"XX a XX")) == ["XX a XX"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02 08:20:05", AT),
        (" 2026-3-2T8:20:05 ", AT),
        ("2026-03-02 08:20", AT.replace(second=0)),
        ("2026-02-29 08:20:00", None),
        ("2026-03-02", None),
        ("26-03-02 08:20:00", None),
    ],
)
def test_times(text: str, expected: datetime | None) -> None:
    assert iclock.moment(text) == expected


def test_control_characters_are_made_visible_and_long_lines_cut() -> None:
    assert iclock.displayable("a\tb\x07张") == "a\tb�张"
    assert iclock.displayable("张" * 400) == "张" * 300


# Punches of the table ATTLOG


@pytest.mark.parametrize(
    ("line", "shown", "reason"),
    [
        ("garbage\x07", "garbage�", "too_short"),
        ("张\t2026-03-02 08:00:00\x07", "张\t2026-03-02 08:00:00�", "bad_enrolment"),
        ("1001\tsoon\x07", "1001\tsoon�", "bad_time"),
    ],
)
def test_a_bad_line_is_kept_as_it_can_be_shown(line: str, shown: str, reason: str) -> None:
    assert iclock.attlog(line) == BadLine(shown, reason)


def test_flags_that_are_none_are_left_out() -> None:
    line = "1001\t2026-03-02 08:20:05\t0!\t1\t" + "7" * 17 + "\t9"
    assert iclock.attlog(line) == PunchLine("1001", AT, "", "1", "", line)


def test_a_punch_with_nothing_but_person_and_time() -> None:
    for line in ("1001\t2026-03-02 08:20:05", "1001 2026-03-02 08:20:05"):
        assert iclock.attlog(line) == PunchLine("1001", AT, "", "", "", line)


def test_only_three_flags_are_read() -> None:
    line = "1001\t2026-03-02 08:20:05\t0\t1\t2\t3\t4"
    assert iclock.attlog(line) == PunchLine("1001", AT, "0", "1", "2", line)


def test_the_raw_line_of_a_punch_is_cut() -> None:
    line = "1001\t2026-03-02 08:20:05" + "\t. ." * 100
    punch = iclock.attlog(line)
    assert isinstance(punch, PunchLine)
    assert punch.raw == line[:300]


# Lines of unknown shape


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("FP PIN=1\tTMP=abc", BadLine("", "template")),
        ("hello\tworld", BadLine("hello\tworld", "unknown_shape")),
        ("ab\x07\x07", BadLine("ab��", "unknown_shape")),
        ("a\x07\x07", BadLine("(3 characters that are no text)", "unknown_shape")),
        ("\t \x07\x07", BadLine("\t ��", "unknown_shape")),
        ("~~张张", BadLine("~~张张", "unknown_shape")),
        ("~张张", BadLine("(3 characters that are no text)", "unknown_shape")),
    ],
)
def test_an_unknown_line_is_shown_as_text_or_by_its_length(line: str, expected: BadLine) -> None:
    assert iclock.unknown_line(line) == expected


# Fields


def test_fields_are_separated_by_tabs_or_by_commas() -> None:
    assert iclock.pairs("USER PIN=1\tName= 张, 伟 \tPri=a=b") == {
        "PIN": "1",
        "Name": "张, 伟",
        "Pri": "a=b",
    }
    assert iclock.pairs("~Name=X,IP=1.2.3.4") == {"~Name": "X", "IP": "1.2.3.4"}
    assert iclock.pairs("=x\tnothing\ta=") == {"a": ""}


# Replies to commands


def test_replies_have_number_result_and_word() -> None:
    body = (
        b"ID=3&Return=0&CMD=INFO\r\nFWVersion=1\r\nID=4&Return=-1002\n\n ID=5&Return=1&CMD=\x07\n"
    )
    assert iclock.answers(body) == [
        Answer(3, 0, "INFO"),
        Answer(4, -1002, ""),
        Answer(5, 1, "�"),
    ]


def test_replies_without_a_number_are_left_out() -> None:
    assert iclock.answers(b"ID=x1&Return=0&CMD=INFO\nnoise") == []


def test_a_long_word_of_a_reply_is_cut() -> None:
    (reply,) = iclock.answers(b"ID=1&Return=0&CMD=" + b"W" * 100)
    assert reply.command == "W" * 64


# Facts about the device


def test_the_facts_of_a_device() -> None:
    assert iclock.info(" Ver 8.0\x07 , 12,34 ,5678,10.0.0.9,extra") == {
        "firmware": "Ver 8.0�",
        "users": 12,
        "fingers": 34,
        "records": 5678,
        "address": "10.0.0.9",
    }


def test_counts_that_are_none_are_left_out() -> None:
    expected = {"firmware": "V", "fingers": 7, "address": "10.0.0.9"}
    assert iclock.info("V,²,7,many,10.0.0.9") == expected
    assert iclock.info("V,1234567890,7") == {"firmware": "V", "fingers": 7}
    assert iclock.info("V") == {"firmware": "V"}


def test_a_long_fact_is_cut() -> None:
    assert iclock.info("V" * 100) == {"firmware": "V" * 64}


# Texts that are sent


def test_the_answer_to_the_handshake() -> None:
    assert iclock.options("CE1", {"ATTLOG": "77", "OPERLOG": "5"}, 480) == (
        "GET OPTION FROM: CE1\n"
        "ATTLOGStamp=77\n"
        "OPERLOGStamp=5\n"
        "ATTPHOTOStamp=9999\n"
        "BIODATAStamp=9999\n"
        "IDCARDStamp=9999\n"
        "ERRORLOGStamp=9999\n"
        "ErrorDelay=30\n"
        "Delay=10\n"
        "TransTimes=00:00;14:05\n"
        "TransInterval=1\n"
        "TransFlag=TransData AttLog\tOpLog\n"
        "TimeZone=8\n"
        "Realtime=1\n"
        "Encrypt=None\n"
        "ServerVer=2.4.1\n"
        "PushProtVer=2.4.1\n"
    )


@pytest.mark.parametrize(("minutes", "zone"), [(480, "8"), (-480, "-8"), (345, "345"), (0, "0")])
def test_zones_of_whole_hours_are_sent_in_hours(minutes: int, zone: str) -> None:
    assert f"TimeZone={zone}" in iclock.options("CE1", {}, minutes).splitlines()


def test_without_a_stamp_all_punches_are_requested_and_nothing_else() -> None:
    lines = iclock.options("CE1", {}, 480).splitlines()
    assert lines[1:3] == ["ATTLOGStamp=0", "OPERLOGStamp=9999"]


def test_as_many_commands_as_fit_are_sent() -> None:
    line = "C:1:" + "X" * (iclock.MAX_COMMANDS - len("C:1:\n"))
    exact = [(1, line.removeprefix("C:1:"))]
    assert iclock.commands(exact) == line + "\n"
    assert iclock.commands([*exact, (2, "INFO")]) == line + "\n"
    assert iclock.commands([(1, "X" * iclock.MAX_COMMANDS)]) == "OK\n"


def test_a_name_is_sent_in_24_bytes_of_whole_characters() -> None:
    start = "DATA UPDATE USERINFO PIN=7\tName="
    assert iclock.user_update("7", "甲\t乙\x1f丙") == f"{start}甲 乙 丙"
    assert iclock.user_update("7", "甲" * 9) == start + "甲" * 8
    assert iclock.user_update("7", "a" + "甲" * 9) == start + "a" + "甲" * 7
    assert iclock.user_update("7", "甲" * 13, "gb2312") == start + "甲" * 12
    assert iclock.user_update("7", "镕a", "gb2312") == start + "?a"


def test_the_records_of_a_period_are_requested() -> None:
    begins, ends = AT.replace(microsecond=7), AT.replace(hour=18, microsecond=5)
    assert iclock.query_attlog(begins, ends) == (
        "DATA QUERY ATTLOG StartTime=2026-03-02 08:20:05\tEndTime=2026-03-02 18:20:05"
    )


# Event log


def seconds_since_2000(moment: datetime) -> int:
    """Return a time as the protocol's number: months of 31 days since 2000."""
    months = (moment.year - 2000) * 12 + moment.month - 1
    days = months * 31 + moment.day - 1
    return ((days * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second


def test_a_punch_of_the_event_log() -> None:
    line = "time=2026-03-02 08:20:05\tPin=1001\tevent=0\tinoutstatus=1\tverifytype=4"
    assert event(line) == PunchLine("1001", AT, "1", "4", "", line)


def test_a_punch_with_the_names_of_other_firmware() -> None:
    number = seconds_since_2000(AT)
    line = f"transaction Pin=1001\tTime_second={number}\tEventType=0\tInOutState=0\tVerified=15"
    assert event(line) == PunchLine("1001", AT, "0", "15", "", line)


@pytest.mark.parametrize(
    "moment", ["2000-01-01 00:00:00", "2024-02-29 23:59:59", "2099-12-31 12:30:15"]
)
def test_times_as_numbers(moment: str) -> None:
    at = datetime.fromisoformat(moment)
    punch = event(f"pin=7\ttime={seconds_since_2000(at)}")
    assert isinstance(punch, PunchLine)
    assert punch.claimed_at == at


@pytest.mark.parametrize(
    "time",
    [
        "",
        "soon",
        "２０２６",  # full-width digits
        "12345678901",
        "00000000007",
        str((1 * 31 + 29) * 86_400),  # the thirtieth of February
        str(100 * 12 * 31 * 86_400),  # the year 2100
    ],
)
def test_times_that_are_none(time: str) -> None:
    line = f"pin=7\ttime={time}"
    assert event(line) == BadLine(line, "bad_time")


def test_a_person_without_a_time_is_no_punch() -> None:
    assert event("pin=7\tevent=0") == BadLine("pin=7\tevent=0", "bad_time")


@pytest.mark.parametrize("pin", ["0", "000", ""])
def test_an_event_without_a_person_is_the_devices_own(pin: str) -> None:
    assert event(f"time=2026-03-02 08:20:05\tpin={pin}") == DeviceEventLine()


@pytest.mark.parametrize("pin", ["007", "700", "X00", "XX"])
def test_a_pin_with_noughts_and_letters_is_a_person(pin: str) -> None:
    punch = event(f"time=2026-03-02 08:20:05\tpin={pin}")
    assert isinstance(punch, PunchLine)
    assert punch.enrolment == pin


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BIODATA Pin=1\tTmp=AAAA", BadLine("", "template")),
        ("time=2026-03-02 08:20:05\x07", BadLine("time=2026-03-02 08:20:05�", "too_short")),
        ("pin=张\x07", BadLine("pin=张�", "bad_enrolment")),
        ("pin=7\ttime=\x07", BadLine("pin=7\ttime=�", "bad_time")),
    ],
)
def test_bad_lines_of_the_event_log(line: str, expected: BadLine) -> None:
    assert event(line) == expected


@pytest.mark.parametrize(
    ("number", "refused"),
    [("4999", False), ("5000", True), ("99999", True), ("100000", False), ("x", False)],
)
@pytest.mark.parametrize("name", ["event", "eventtype"])
def test_a_person_who_was_refused_has_not_punched(name: str, number: str, refused: bool) -> None:
    line = f"pin=7\ttime=2026-03-02 08:20:05\t{name}={number}\tx=\x07"
    if refused:
        assert event(line) == BadLine(line.replace("\x07", "�"), "refused")
    else:
        assert event(line) == PunchLine("7", AT, "", "", "", line)


def test_the_number_of_the_event_goes_before_its_type() -> None:
    line = "pin=7\ttime=2026-03-02 08:20:05\tevent=1\teventtype=5000"
    assert isinstance(event(line), PunchLine)


def test_flags_of_the_event_log_that_are_none_are_left_out() -> None:
    line = "pin=7\ttime=2026-03-02 08:20:05\tinoutstatus=!\tverifytype=?\tverified=1"
    assert event(line) == PunchLine("7", AT, "", "", "", line)


def test_the_raw_line_of_an_event_is_cut() -> None:
    line = "pin=7\ttime=2026-03-02 08:20:05" + "\tx=. ." * 100
    punch = event(line)
    assert isinstance(punch, PunchLine)
    assert punch.raw == line[:300]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("time=1\tPIN=7", True),
        ("pin=7", True),
        ("1001\t2026-03-02 08:20:05", False),
        ("x=pin", False),
    ],
)
def test_an_event_names_its_person_by_a_key(line: str, expected: bool) -> None:
    assert is_event(line) is expected
