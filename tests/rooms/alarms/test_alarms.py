"""Alarms: loud until taken, quiet for a while, loud again if the trouble persists or comes back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.health import HealthCode
from server import device_health
from server.alarms import actions as alarms_actions
from server.alarms import queries as takes
from server.alarms.rules import is_acknowledged, is_loud
from server.alarms.settings import AlarmSettings
from server.capability import quiet_alarms
from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.columns import CODE
from server.core.settings import Settings
from server.device_health import server_alarms
from server.device_health.alarms import WITHOUT_ALARM as SILENT_BY_NATURE
from server.device_health.alarms import device_alarms
from server.device_health.messages import DeviceView
from server.queue import snapshot
from support.halls import SmallHall

MANAGER = Actor(ActorKind.MANAGER, "200")
DEVICE_WORDS = Path(device_health.__file__).parent / "web" / "device-words.ts"
TIMES = st.integers(0, 10**7)


@given(since=TIMES | st.none(), at=TIMES | st.none(), now=TIMES, again=st.integers(1, 60))
def test_a_take_holds_for_its_time_and_for_this_trouble_only(
    since: int | None, at: int | None, now: int, again: int
) -> None:
    is_held = is_acknowledged(since, at, now, again)
    if is_held:
        assert at is not None
        assert now - at < again * 60_000
        assert since is None or since <= at
    assert is_loud("device_paper_out", quiet_alarms(), is_taken=is_held) is not is_held
    assert not any(is_loud(code, quiet_alarms(), is_taken=False) for code in quiet_alarms())


def test_taking_an_alarm_is_stored_and_journalled_once(small: SmallHall) -> None:
    ctx = small.ctx
    for _ in range(2):
        alarms_actions.acknowledge(ctx, MANAGER, "one", "device_paper_out", "printer-1")
    row = ctx.read(lambda c: takes.takes(c, ctx.hall_id))["device_paper_out", "printer-1"]
    assert (row.by_actor, row.at) == ("200", ctx.clock.now())
    lines = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, "printer-1"))
    assert [line["act"] for line in lines] == ["alarm.take"]


def _device(name: str, kind: str, code: str, agent: str = "counters", bus: str = "") -> DeviceView:
    return DeviceView(
        name=name,
        agent=agent,
        kind=kind,
        driver="any",
        serves="W01",
        bus=bus,
        state="ok" if code == "ok" else "failed",
        code=code,
        detail="",
        connected=code != "agent_gone",
        readings={},
        changed_at=int(name[-1]),
    )


@pytest.mark.parametrize("code", sorted({*get_args(HealthCode), "agent_gone"} - {"ok"}))
def test_every_code_of_a_driver_has_words_in_the_list_and_on_the_page(code: str) -> None:
    lines = device_alarms([_device("printer-1", "printers", code)])
    assert len(lines) == (code not in SILENT_BY_NATURE)
    assert not any("状态不明" in line.message_zh or "unclear" in line.message_en for line in lines)
    assert re.search(
        rf"^  {code}: {{ zh: \".+\", en: \".+\" }},$", DEVICE_WORDS.read_text(), re.MULTILINE
    )


def test_a_kind_or_a_pc_is_one_line_with_the_oldest_time() -> None:
    pads = [_device(f"keypad-{n}", "keypads", "silent") for n in (3, 1, 2)]
    off = [_device(f"strip-{n}", kind, "agent_gone", "display") for n, kind in enumerate("abcd")]
    printer = _device("printer-7", "printers", "paper_out", "kiosk")
    by_subject = {alarm.subject: alarm for alarm in device_alarms([*pads, *off, printer])}
    assert set(by_subject) == {"counters/keypads", "display", "printer-7"}
    assert by_subject["counters/keypads"].since == 1
    assert by_subject["counters/keypads"].message_zh.startswith("3 台叫号键盘无响应")
    assert by_subject["display"].code == "device_agent_gone"
    assert by_subject["printer-7"].message_zh == "打印机 printer-7 没有纸了，请换纸。"


def _strips(bus: str, codes: str, agent: str = "display") -> list[DeviceView]:
    """Return the LED strips of a bus, a letter each.

    s silent, u unreachable, o ok, b bad text, g its PC is gone.
    """
    code = {"s": "silent", "u": "unreachable", "o": "ok", "b": "bad_text", "g": "agent_gone"}
    return [_device(f"{bus}-{n}", "led", code[c], agent, bus) for n, c in enumerate(codes, 1)]


def test_two_buses_of_an_agent_are_two_lines_with_their_names() -> None:
    east, west = device_alarms([*_strips("西侧", "uu"), *_strips("east", "ssssssss")])
    assert (east.code, east.subject, east.since) == ("device_silent", "display/east", 1)
    assert east.message_zh == (
        "总线 east（条屏 8 台）无响应，请检查电源和连线："
        "east-1、east-2、east-3、east-4、east-5、east-6…。"
    )
    assert east.message_en == (
        "Bus east (8 strips) does not answer; check power and cable: "
        "east-1, east-2, east-3, east-4, east-5, east-6…."
    )
    assert (west.code, west.subject) == ("device_unreachable", "display/西侧")
    assert west.message_zh == "总线 西侧（条屏 2 台）连不上，请检查电源和连线：西侧-1、西侧-2。"
    alike = device_alarms([*_strips("east", "uu"), *_strips("west", "uu")])
    assert [line.subject for line in alike] == ["display/east", "display/west"]
    agents = device_alarms([*_strips("east", "uu", "a"), *_strips("east", "uu", "b")])
    assert [line.subject for line in agents] == ["a/east", "b/east"]


def test_an_alarm_names_a_single_device_or_the_count_of_its_bus() -> None:
    (line,) = device_alarms(_strips("east", "ououoo"))
    assert (
        line.message_zh
        == "总线 east（条屏 2 台，共 6 台）连不上，请检查电源和连线：east-2、east-4。"
    )
    assert line.message_en.startswith("Bus east (2 strips of 6 devices) cannot be reached;")
    (line,) = device_alarms(_strips("east", "ooouoo"))
    assert (line.subject, line.message_zh[:9]) == ("east-4", "条屏 east-4")
    (line,) = device_alarms(_strips("east", "u"))
    assert (line.subject, line.message_en[:19]) == ("display/east", "Bus east (1 strip) ")
    # Two troubles of one bus are two lines: here a broken cable and a failed driver.
    assert len(device_alarms(_strips("east", "uuss"))) == 2


def test_a_devices_own_trouble_is_not_an_alarm_of_its_bus() -> None:
    lines = device_alarms(_strips("east", "bbo"))
    assert [line.subject for line in lines] == ["east-1", "east-2"]


def test_devices_without_a_bus_do_not_join_one() -> None:
    loose = [_device(f"strip-{n}", "led", "unreachable", "display") for n in (7, 8, 9)]
    lines = device_alarms([*loose, *_strips("east", "uu")])
    assert [line.subject for line in lines] == ["display/led", "display/east"]


def test_a_lost_pc_and_its_buses_are_one_line() -> None:
    (line,) = device_alarms([*_strips("east", "ggg"), *_strips("west", "gg")])
    assert (line.code, line.subject) == ("device_agent_gone", "display")
    assert "条屏 5" in line.message_zh


def test_an_alarm_with_a_long_subject_can_be_taken(small: SmallHall) -> None:
    (line,) = device_alarms(_strips("b" * 62, "uu", "a" * 64))
    assert len(line.subject) == CODE.length
    alarms_actions.acknowledge(small.ctx, MANAGER, "one", line.code, line.subject)


@pytest.mark.parametrize(("free", "expected"), [(10**12, []), (5 * 10**6, ["disk_full"])])
def test_a_disk_alarms_before_it_is_full(small: SmallHall, free: int, expected: list[str]) -> None:
    def left(_folder: Path) -> int:
        return free

    alarm_list = server_alarms.alarms(small.hall, left)(snapshot.take(small.ctx))
    assert [alarm.code for alarm in alarm_list] == expected


def test_a_hall_without_a_backup_alarms_after_two_days(small: SmallHall) -> None:
    ask = server_alarms.alarms(small.hall, lambda _folder: 10**12)
    assert ask(snapshot.take(small.ctx)) == []
    small.clock.advance(minutes=Settings().of(AlarmSettings).backup_warn_days * 24 * 60)
    (alarm,) = ask(snapshot.take(small.ctx))
    assert (alarm.code, alarm.loud) == ("backup_old", False)
    assert "2 天" in alarm.message_zh
