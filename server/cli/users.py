"""Command `hall user`: accounts, for the first day and forgotten passwords."""

from __future__ import annotations

import argparse
import sys

from server.accounts import queries as accounts_queries
from server.cli import data_argument, hall_argument
from server.core import config
from server.core.actors import SYSTEM, Role
from server.core.errors import HallError
from server.core.problems import problem
from server.hall.opening import open_hall


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("action", choices=("add", "reset", "list", "disable", "enable"))
    sub.add_argument("staff", nargs="?", default="", help="工号 / staff number")
    sub.add_argument("--role", choices=[r.value for r in Role], default=Role.CLERK.value)
    sub.add_argument("--database", help="数据库地址 / database URL")
    data_argument(sub)
    hall_argument(sub)


def run(args: argparse.Namespace) -> int:
    """Run the action; return the process's exit code."""
    hall = open_hall(config.load_one(args.data, args.hall, database=args.database))
    if args.action == "list":
        for row in hall.ctx.read(lambda c: accounts_queries.accounts(c, hall.ctx.hall_id)):
            state = "停用 / disabled" if row.disabled else ""
            print(row.staff, row.role, state)
        return 0
    if not args.staff:
        print("请给出工号 / staff number needed", file=sys.stderr)
        return 2
    try:
        if args.action == "add":
            print(hall.people.add_account(SYSTEM, args.staff, Role(args.role)))
        elif args.action == "reset":
            print(hall.people.reset_password(SYSTEM, args.staff))
        else:
            off = args.action == "disable"
            hall.people.change_account(SYSTEM, args.staff, None, off)
    except HallError as error:
        refusal = problem(error)
        print(f"{refusal.message_zh} / {refusal.message_en}", file=sys.stderr)
        return 1
    return 0
