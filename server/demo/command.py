"""Command `hall demo`: the reference hall with every device simulated.

This process is the server. Simulators, agents and the rehearsal are its children; they are the
programs that a real hall runs on other PCs, and they end with this process. Demo accounts exist
only here; their password is random, created at the first start, and printed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as wall
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from server.app import build, serve
from server.catalogue import hours as catalogue_hours
from server.catalogue.actions import import_catalogue
from server.catalogue.model import Catalogue
from server.catalogue.reference import load
from server.cli.serve import open_server_hall
from server.core import config
from server.core import setting_queries as stored_settings
from server.core import tables as core_tables
from server.core.actors import SYSTEM, Actor, ActorKind, Role
from server.core.clock import (
    Clock,
    MachineClock,
    ScaledClock,
    StagedClock,
    SystemTokenSource,
    instant,
    local,
)
from server.core.engine import open_engine
from server.core.errors import HallError
from server.core.events import HallChanged
from server.core.settings import GeneralSettings, Settings
from server.core.store import Tx
from server.demo import branch, history, portraits, time_clocks
from server.demo.summary import reachable, summary
from server.device_health import bindings
from server.hall.composition import Hall
from server.issuing.settings import IssuingSettings
from server.leave import queries as leave_queries
from server.queue import window_sessions
from server.queue.business_day import keep_day
from server.queue.settings import ON
from server.runtime import logs
from server.runtime.server import SUPERVISOR, listener

CACHE = Path(__file__).resolve().parents[2] / ".cache"
"""Cache folder beside the sources, independent of the working directory."""
KIOSKS = ("1", "2")
ISSUING_ITEM = "zwzx-01"
"""Item of the reference hall with which people take a number for their licence."""
REHEARSED_BOOKING = {
    "appointment_least_days": 0,
    "appointment_source_holds": 1000,
    "appointment_source_most": 10_000,
    "remote_source_most": 10_000,
    "remote_from_minutes": 10,
}
"""Settings with which all people of a rehearsal book, and take numbers from afar, from one PC."""
AGENTS = ("kiosk", "counters", "display")
REHEARSAL_START = wall(8, 10)
DEMO_START = wall(9, 0)
END_SECONDS = 5.0


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("--data", type=Path, help="数据目录 / data directory")
    sub.add_argument("--host", default="127.0.0.1", help="监听地址 / address to listen on")
    sub.add_argument("--port", type=int, default=8000, help="端口 / port")
    sub.add_argument("--rehearse", type=float, metavar="N", help="以 N 倍速演练一天 / speed")
    sub.add_argument("--seed", type=int, default=1, help="演练的随机种子 / seed of the day")
    sub.add_argument("--database", help="数据库地址 / database URL")
    sub.add_argument("--past", type=int, metavar="N", help="编造前 N 个月的记录 / months of past")
    sub.add_argument("--prepare", action="store_true", help="只编造记录 / only invent the past")
    sub.add_argument(
        "--branch", action="store_true", help="西厅是分中心，有自己的服务器 / with a branch server"
    )
    sub.add_argument("--as-branch", default="", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Start everything, print the addresses, serve until stopped, end everything."""
    logs.start("warning")
    if args.as_branch:
        return _serve_branch(args)
    data = args.data or CACHE / _folder_name(args)
    if args.rehearse and args.data is None and data.exists():
        shutil.rmtree(data)  # the same seed plays the same day only in an empty hall
    if args.rehearse and (data / "hall.db").exists():
        print(f"演练需要空的目录 / a rehearsal needs an empty directory: {data}", file=sys.stderr)
        return 2
    rehearsal = args.rehearse is not None
    if reason := branch.refusal(data, wanted=args.branch, rehearsal=rehearsal):
        print(reason, file=sys.stderr)
        return 2
    _lay_out(data, args)
    catalogue = branch.in_two_buildings(load()) if args.branch else load()
    # Never earlier than the last action: a restarted demo must not go back in time.
    now = max(MachineClock().now(), _last_action_time(data, args))
    clock = clock_from(catalogue, args.rehearse, now)
    fields = time_clocks.plan_fields(catalogue, clock, rehearsal=rehearsal)
    plan = _plan(data, args, catalogue, fields)
    settings = config.load(
        data,
        host=args.host,
        port=args.port,
        database=args.database,
        demo=True,
        simulators=f"http://127.0.0.1:{plan.control}",
    )
    hall = open_server_hall(settings, clock)
    import_catalogue(hall.ctx, SYSTEM, catalogue, "参考大厅")
    time_clocks.admit(hall, rehearsal=rehearsal)
    _create_history(hall, args)
    if args.prepare:
        hall.ctx.store.close()
        return 0
    _set_up(hall, args)
    password = _demo_password(data)
    roles = {person.number: person.role for person in catalogue.staff}
    hall.people.add_demo_accounts(roles, password)
    with contextlib.suppress(HallError):
        keep_day(hall.ctx)
    if not args.rehearse:
        _sign_in_clerks(hall, catalogue.sites[0].code if args.branch else "")
    with _Children() as children:
        _start_devices(hall, children, plan)
        serve(build(hall), lambda port: _ready(hall, children, args, port, password))
    return 0


def _serve_branch(args: argparse.Namespace) -> int:
    """Serve as the branch of another demo process until that one ends."""
    order = branch.Order(**json.loads(args.as_branch))
    settings = branch.settings(args.data, args.host, args.port, order)
    hall = open_server_hall(settings, order.clock)
    with contextlib.suppress(HallError):
        keep_day(hall.ctx)
    _sign_in_clerks(hall, branch.SITE)
    serve(build(hall), lambda _port: None, order.fd)
    return 0


# -- preparation -----------------------------------------------------------------------------------


def _folder_name(args: argparse.Namespace) -> str:
    if args.rehearse:
        return "rehearsal"
    return "demo-branch" if args.branch else "demo"


def _lay_out(data: Path, args: argparse.Namespace) -> None:
    """Create the data folder; the branch's folder in it tells that it is a demo with a branch."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if args.branch:
        (data / branch.FOLDER).mkdir(exist_ok=True, mode=0o700)
    _name_hall(data)


def _set_up(hall: Hall, args: argparse.Namespace) -> None:
    """Choose the demo's settings, and give its branch a server."""
    if not hall.ctx.settings().of(IssuingSettings).issuing_item:
        _set(hall, issuing_item=ISSUING_ITEM, remote_numbers=ON)
    if args.rehearse:
        # Printers run at their own speed, independent of the hall's clock.
        _set(hall, slip_patience_seconds=7200)
        # Everybody books on the same morning, from one address.
        _set(hall, **REHEARSED_BOOKING)
    if args.branch:
        branch.add(hall)


@dataclass(frozen=True, slots=True)
class _Plan:
    folder: Path
    simulator: Path
    agents: dict[str, Path]
    control: int


def _plan(
    data: Path, args: argparse.Namespace, catalogue: Catalogue, clocks: dict[str, Any]
) -> _Plan:
    """Create the configuration of simulators and agents of this server with the device planner."""
    folder = data.resolve() / "devices"
    rooms = {
        z.code: [w.code for w in catalogue.windows if w.zone == z.code]
        for z in catalogue.zones
        if z.site != branch.SITE
    }
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fields = {
        "server": f"http://127.0.0.1:{args.port}",
        "kiosks": list(KIOSKS),
        "rooms": rooms,
        "zones": ["main", *rooms],
        **clocks,
    }
    (folder / "plan.json").write_text(json.dumps(fields))
    command = [sys.executable, "-m", "devices.simulate.demo_files", "--out", str(folder)]
    command += ["--json", str(folder / "plan.json")]
    if args.rehearse:
        # At 60 times the speed, speech and paper must be faster too.
        fields["pace"] = 1.0 / max(1.0, args.rehearse / 10)
        (folder / "plan.json").write_text(json.dumps(fields))
    process = subprocess.run(command, check=True, capture_output=True, text=True)
    result = json.loads(process.stdout)
    agents = {name: Path(path) for name, path in result["agents"].items()}
    return _Plan(folder, Path(result["simulator"]), agents, int(result["control_port"]))


def _last_action_time(data: Path, args: argparse.Namespace) -> int:
    """Return the time of the last journal line of either server in hall time; 0 for a new hall."""
    last = _last_line(config.load(data, database=args.database))
    if (data / branch.FOLDER / "hall.db").exists():
        last = max(last, _last_line(config.load(data / branch.FOLDER)))
    return last


def _last_line(settings: config.Config) -> int:
    with contextlib.suppress(SQLAlchemyError):
        engine = open_engine(settings.database_url)
        with engine.connect() as conn:
            return int(conn.execute(select(func.max(core_tables.journal.c.at))).scalar() or 0)
    return 0


def clock_from(catalogue: Catalogue, speed: float | None, millis: int) -> Clock:
    """Return a clock that starts at a time (ms) with an hour of opening hours left, else at nine.

    Of the same or the next working day. `speed`: of a rehearsal, which starts before the opening.
    """
    zone = Settings().of(GeneralSettings).timezone
    now = local(millis, zone)
    if speed:
        day = _working_day(catalogue, now)
        return StagedClock(instant(datetime.combine(day, REHEARSAL_START), zone), speed)
    spans = catalogue_hours.hall_spans(catalogue, now.date())
    in_an_hour = now + timedelta(hours=1)
    is_today = in_an_hour.date() == now.date()
    if is_today and any(s.opens <= now.time() and in_an_hour.time() < s.closes for s in spans):
        return ScaledClock(instant(now, zone), 1.0)
    day = _working_day(catalogue, now if now.time() < DEMO_START else now + timedelta(days=1))
    return ScaledClock(instant(datetime.combine(day, DEMO_START), zone), 1.0)


def _working_day(catalogue: Catalogue, now: datetime) -> datetime:
    """Return today if the hall opens today, else the next day on which it opens."""
    for ahead in range(catalogue_hours.LOOK_AHEAD_DAYS):
        day = now + timedelta(days=ahead)
        if catalogue_hours.hall_spans(catalogue, day.date()):
            return day
    return now


def _create_history(hall: Hall, args: argparse.Namespace) -> None:
    """Create the demo history once, before the start, so that every page shows data."""
    shown = 0 if args.rehearse else history.months_shown(hall.ctx.local().date())
    months = args.past if args.past is not None else shown
    if not months or not history.is_needed(hall):
        return

    def progress(done: int, days: int) -> None:
        if done % 10 == 0 or done == days:
            print(f"  编造过去的记录 inventing the past: {done}/{days}", flush=True)

    rehearsal = args.rehearse is not None
    doors = [door.serial for door in time_clocks.doors(rehearsal=rehearsal)]
    history.create(hall, args.seed, doors, progress, months)
    portraits.put_all(hall)
    hall.ctx.refresh()


def _name_hall(data: Path) -> None:
    """Write the hall's id where the other `hall` commands read it."""
    path = data / config.FILE
    if not path.exists():
        path.write_text('hall_id = "reference"\n')


def _set(hall: Hall, **values: int | str) -> None:
    def act(tx: Tx) -> None:
        for name, value in values.items():
            stored_settings.put(tx, name, value, SYSTEM.key)
        tx.events.append(HallChanged("settings"))

    hall.ctx.write(act)


def _demo_password(data: Path) -> str:
    path = data / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(SystemTokenSource().token(9))
    return path.read_text()


def _sign_in_clerks(hall: Hall, site: str = "") -> None:
    """Sign in one present person at each window, so that the kiosk offers items.

    `site`: only at the windows of this building. Others' windows have their person all the same:
    nobody sits in two buildings.
    """
    catalogue, today = hall.ctx.catalogue(), hall.ctx.local().date()
    away = hall.ctx.read(lambda c: leave_queries.approved(c, hall.ctx.hall_id, today, today))
    now = hall.ctx.local()
    unavailable = {
        employee for employee, spans in away.items() if any(span.holds(now) for span in spans)
    }
    for window in catalogue.windows:
        able = (
            s for s in catalogue.staff if window.code in s.windows and s.number not in unavailable
        )
        person = next(able, None)
        if person is None:
            continue
        if site and catalogue.site_of_window(window.code) != site:
            unavailable.add(person.number)
            continue
        actor = Actor(ActorKind(person.role.value), person.number)
        key = f"demo-{hall.ctx.day()}-{window.code}-{hall.ctx.tokens.token(6)}"
        with contextlib.suppress(HallError):
            window_sessions.sign_in(hall.ctx, actor, key, window.code)
            unavailable.add(person.number)


# -- processes -------------------------------------------------------------------------------------


class _Children:
    """Child processes that end with this process, however it ends."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> _Children:
        return self

    def __exit__(self, *_error: object) -> None:
        for child in reversed(self._started):
            child.send_signal(signal.SIGTERM)
        end = time.monotonic() + END_SECONDS
        for child in self._started:
            try:
                child.wait(timeout=max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def start(self, log: Path | None, *argv: str, port: int = -1) -> None:
        """Start a Python module; its output goes to `log`, or to the terminal without one.

        `port`: descriptor of an open port for it.
        """
        with log.open("ab") if log else contextlib.nullcontext() as output:
            child = subprocess.Popen(
                [sys.executable, "-m", *argv],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=os.environ | {"HALL_PARENT": str(os.getpid()), SUPERVISOR: str(os.getpid())},
                pass_fds=() if port < 0 else (port,),
            )
        self._started.append(child)


def _start_devices(hall: Hall, children: _Children, plan: _Plan) -> None:
    children.start(
        plan.folder / "simulators.log", "devices.simulate", "--config", str(plan.simulator)
    )
    for name in AGENTS:
        path = plan.agents[name]
        token = path.parent / _token_file(path)
        if not token.exists() or not token.read_text().strip():
            token.touch(mode=0o600)
            token.write_text(hall.people.grant("agent", f"{name}"))
        # The demo confirms the devices that it wrote into the agents' files, as an office would.
        bindings.bind(hall.ctx, SYSTEM, name, _devices_of(path))


def _start_branch(hall: Hall, children: _Children, args: argparse.Namespace, port: int) -> None:
    """Start the branch's server on the next port; its pages wait until it has opened its hall."""
    main = f"http://{reachable(args.host)}:{port}"
    with listener(args.host, port + 1) as opened:
        branch.join(hall, main)
        order = branch.Order.at(hall.ctx.clock, main, opened.fileno())
        folder = hall.config.data.resolve()
        words = branch.command(folder / branch.FOLDER, args.host, port + 1, order)
        children.start(folder / branch.LOG, *words, port=order.fd)


def _devices_of(agent: Path) -> list[dict[str, str]]:
    devices = tomllib.loads(agent.read_text()).get("device", [])
    return [
        {"device": device["name"], "kind": device["kind"], "serves": device.get("serves", "")}
        for device in devices
    ]


def _token_file(agent: Path) -> str:
    return str(tomllib.loads(agent.read_text())["agent"]["token_file"])


def _ready(
    hall: Hall, children: _Children, args: argparse.Namespace, port: int, password: str
) -> None:
    folder = hall.config.data.resolve() / "devices"
    for name in AGENTS:
        children.start(
            folder / f"agent-{name}.log",
            f"{name}.agent",
            "--config",
            str(folder / f"agent-{name}.toml"),
        )
    if args.rehearse:
        children.start(
            None,
            "server.cli",
            "rehearse",
            "--server",
            f"http://127.0.0.1:{port}",
            "--speed",
            str(args.rehearse),
            "--seed",
            str(args.seed),
            "--script",
            str(_script(hall, folder, password)),
        )
    if args.branch:
        _start_branch(hall, children, args, port)
    for line in summary(hall, args, port, password):
        print(line, flush=True)


def _script(hall: Hall, folder: Path, password: str) -> Path:
    """Write the rehearsal's input into a file that only this user can read."""
    catalogue = hall.ctx.catalogue()
    windows: dict[str, str] = {}
    for window in catalogue.windows:
        assigned = set(windows.values())
        able = (s.number for s in catalogue.staff if window.code in s.windows)
        person = next((number for number in able if number not in assigned), None)
        if person is not None:
            windows[window.code] = person
    windows["office"] = next(s.number for s in catalogue.staff if s.role is Role.MANAGER)
    # The office's manager, who comes first among those without a window, names the posts.
    others = [s.number for s in catalogue.staff if s.number not in windows.values()]
    path = folder / "rehearsal.json"
    path.touch(mode=0o600)
    content = {
        "password": password,
        "kiosks": {name: hall.people.grant("kiosk", name) for name in KIOSKS},
        "board": hall.people.grant("board", "main"),
        "windows": windows,
        "back_office": others[:-4:-1],
        "simulators": hall.config.simulators,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
