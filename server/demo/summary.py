"""Addresses and accounts that the demo prints once it serves."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from ipaddress import ip_address

from server.catalogue.model import Catalogue
from server.demo import branch
from server.hall.composition import Hall


def summary(hall: Hall, args: argparse.Namespace, port: int, password: str) -> Iterator[str]:
    """Yield the lines that the demo prints once it serves; `args`: options of the command."""
    base = f"http://{reachable(args.host)}:{port}"
    now = hall.ctx.local().strftime("%Y-%m-%d %H:%M")
    yield ""
    yield f"  {hall.ctx.catalogue().hall_name}   大厅时间 hall time {now}"
    yield ""
    for name, path in (
        ("取号机 kiosk", "/kiosk/1"),
        ("窗口 counter", "/counter"),
        ("咨询台 reception", "/reception"),
        ("大屏 board", "/board/main"),
        ("管理 office", "/office"),
        ("我的考勤 my sheet", "/my"),
        ("查岗 spot check", "/check"),
        ("通报 bulletin", "/bulletin"),
        ("评价 voices", "/voices"),
        ("模拟设备 simulators", "/simulators"),
        ("手机 phone", "/t/…  (扫小票上的二维码 scan the slip)"),
    ):
        yield f"  {name:<24}{base}{path}"
    yield ""
    yield "  演示账号 demo accounts (密码 password: " + password + ")"
    for staff, what in _shown_people(hall.ctx.catalogue()):
        yield f"    {staff:<8}{what}"
    yield ""
    if args.branch:
        yield from branch.summary(_branch_base(args, port), _branch_clerk(hall.ctx.catalogue()))
    yield "  Ctrl-C 结束 ends everything"
    yield ""


def reachable(host: str) -> str:
    """Return an address that people can open: "all addresses" is not one."""
    with contextlib.suppress(ValueError):
        if ip_address(host).is_unspecified:
            return "127.0.0.1"
    return host


def _branch_base(args: argparse.Namespace, port: int) -> str:
    """Return the branch's address; a browser keeps cookies by host name, whatever the port.

    With the same name a person who signs in here would be signed out there.
    """
    host = reachable(args.host)
    return f"http://{'localhost' if host == '127.0.0.1' else host}:{port + 1}"


def _branch_clerk(catalogue: Catalogue) -> str:
    """Return somebody who works in the branch only."""
    windows = {w.code for w in catalogue.windows if w.zone == branch.ZONE}
    own = (s.number for s in catalogue.staff if s.windows and windows.issuperset(s.windows))
    return next(own, "")


def _shown_people(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for kind in ("comprehensive", "specialised"):
        window = next((w for w in catalogue.windows if w.kind.value == kind), None)
        person = next((s for s in catalogue.staff if window and window.code in s.windows), None)
        if window is not None and person is not None:
            yield person.number, f"窗口人员 clerk, {window.number} 号窗口 {window.name}"
    for role, words in (("manager", "管理人员 manager"), ("administrator", "管理员 administrator")):
        person = next((s for s in catalogue.staff if s.role.value == role), None)
        if person is not None:
            yield person.number, words
