"""Alarms: loud until taken, quiet for a while, loud again if still there or there again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.alarms import QUIET, loud, taken
from server.domain.settings import Settings
from server.domain.tickets import ActorKind
from server.office import own_alarms
from server.office.device_alarms import device_alarms
from server.services import alarms, snapshot
from server.services.context import Actor
from server.storage import alarms as takes
from server.storage import journal
from server.wire.views import DeviceView
from support.halls import SmallHall

MANAGER = Actor(ActorKind.MANAGER, "200")
TIMES = st.integers(0, 10**7)


@given(since=TIMES | st.none(), at=TIMES | st.none(), now=TIMES, again=st.integers(1, 60))
def test_a_take_holds_for_its_time_and_for_this_trouble_only(
    since: int | None, at: int | None, now: int, again: int
) -> None:
    held = taken(since, at, now, again)
    if held:
        assert at is not None
        assert now - at < again * 60_000
        assert since is None or since <= at
    assert loud("device_paper_out", is_taken=held) is not held
    assert not any(loud(code, is_taken=False) for code in QUIET)


def test_taking_is_kept_and_told_once(small: SmallHall) -> None:
    ctx = small.ctx
    for _ in range(2):
        alarms.take(ctx, MANAGER, "one", "device_paper_out", "printer-1")
    row = ctx.read(lambda c: takes.takes(c, ctx.hall_id))["device_paper_out", "printer-1"]
    assert (row.by_actor, row.at) == ("200", ctx.clock.now())
    lines = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, "printer-1"))
    assert [line["act"] for line in lines] == ["alarm.take"]


def _device(name: str, kind: str, code: str, agent: str = "counters") -> DeviceView:
    return DeviceView(
        name=name,
        agent=agent,
        kind=kind,
        driver="any",
        serves="W01",
        state="failed",
        code=code,
        detail="",
        connected=code != "agent_gone",
        readings={},
        changed_at=int(name[-1]),
    )


def test_a_bus_or_a_pc_is_one_line_and_the_oldest_says_since_when() -> None:
    pads = [_device(f"keypad-{n}", "keypads", "silent") for n in (3, 1, 2)]
    off = [_device(f"strip-{n}", kind, "agent_gone", "display") for n, kind in enumerate("abcd")]
    one = _device("printer-7", "printers", "paper_out", "kiosk")
    found = {alarm.subject: alarm for alarm in device_alarms([*pads, *off, one])}
    assert set(found) == {"counters/keypads", "display", "printer-7"}
    assert found["counters/keypads"].since == 1
    assert found["counters/keypads"].message_zh.startswith("3 台叫号键盘没有回答")
    assert found["display"].code == "device_agent_gone"
    assert found["printer-7"].message_zh == "打印机 printer-7 没有纸了，请换纸。"


@pytest.mark.parametrize(("free", "told"), [(10**12, []), (5 * 10**6, ["disk_full"])])
def test_a_full_disk_is_told_before_it_is_full(
    small: SmallHall, free: int, told: list[str]
) -> None:
    def left(_folder: Path) -> int:
        return free

    found = own_alarms.alarms(small.hall, left)(snapshot.take(small.ctx))
    assert [alarm.code for alarm in found] == told


def test_a_hall_without_a_backup_says_so_after_two_days(small: SmallHall) -> None:
    ask = own_alarms.alarms(small.hall, lambda _folder: 10**12)
    assert ask(snapshot.take(small.ctx)) == []
    small.clock.forward(minutes=Settings().backup_warn_days * 24 * 60)
    (alarm,) = ask(snapshot.take(small.ctx))
    assert (alarm.code, alarm.loud) == ("backup_old", False)
    assert "2 天" in alarm.message_zh
