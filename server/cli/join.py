"""Command `hall join`: makes this machine the branch server of a building.

The office of the main hall gives the one-time code (page “Branches”). The data folder must be new:
a server that takes the place of a lost one gets the building's open day from the main hall.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from server.branches import http_transport, joining
from server.branches.changes import Change
from server.branches.line import LineCutError, RefusedError
from server.branches.messages import Start
from server.branches.watching import watch
from server.cli import data_argument
from server.core import config
from server.core.config import FILE, ConfigError
from server.core.data_folder import alone
from server.core.engine import newest
from server.hall.opening import open_hall


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("--main", required=True, metavar="URL", help="主厅地址 / the main hall")
    sub.add_argument("--site", required=True, help="办公地点编码 / code of this building")
    sub.add_argument("--code", required=True, help="登记码 / one-time code")
    sub.add_argument("--host", help="监听地址 / address to listen on")
    sub.add_argument("--port", type=int, help="端口 / port")
    data_argument(sub)


def run(args: argparse.Namespace) -> int:
    """Join; return the process's exit code."""
    folder: Path = args.data
    main = args.main.rstrip("/")
    if any((folder / name).exists() for name in (FILE, "hall.db")):
        print(f"{folder}: 数据目录须是新的 / the data directory must be new", file=sys.stderr)
        return 1
    try:
        with alone(folder):
            token = http_transport.enrol(main, args.site, args.code)
            started = http_transport.start(main, token, Start(revision=str(newest())))
            _write_config(args, main, started.hall)
            settings = config.load(folder)
            hall = open_hall(settings)
            rows = [Change(row.seq, row.name, row.row) for row in started.rows]
            joining.begin(hall.ctx, args.site, started.run, started.received, rows)
            watch(hall.ctx, settings)
            hall.ctx.store.close()
            joining.keep_token(folder, token)
    except (LineCutError, RefusedError, ConfigError) as error:
        print(f"没有加入 / not joined: {error}", file=sys.stderr)
        return 1
    print(f"已加入 / joined: {args.site}, {len(rows)} 条记录 / rows")
    print(f"启动 / start: hall serve --data {folder}")
    return 0


def _write_config(args: argparse.Namespace, main: str, hall: str) -> None:
    """Write `hall.toml` of the new branch server; JSON texts are TOML texts too."""
    values = {"hall_id": hall, "host": args.host, "port": args.port}
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if value is not None]
    branch = ["[branch]", f"site = {json.dumps(args.site)}", f"main = {json.dumps(main)}"]
    (args.data / FILE).write_text("\n".join([*lines, *branch]) + "\n", encoding="utf-8")
