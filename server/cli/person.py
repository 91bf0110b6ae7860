"""Command `hall person`: exports personal data, or erases the data of a former employee."""

from __future__ import annotations

import argparse
import json
import sys

from server.accounts.errors import AccountCode
from server.cli import data_argument, hall_argument
from server.core import config
from server.core.errors import CommonCode, HallError
from server.hall.opening import open_hall
from server.privacy import personal_data

WORDS = {
    CommonCode.FORBIDDEN: "此人还在人员表中或账号未停用，不能删除 / "
    "nothing was erased: still on the staff list, or the account is not disabled",
    AccountCode.ACCOUNT_UNKNOWN: "没有此工号的个人信息 / nothing is kept of this staff number",
}
"""Messages for a person who cannot be erased."""


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("action", choices=("export", "erase"))
    sub.add_argument("staff", help="工号 / staff number")
    sub.add_argument("--database", help="数据库地址 / database URL")
    data_argument(sub)
    hall_argument(sub)


def run(args: argparse.Namespace) -> int:
    """Export or erase; return the process's exit code."""
    hall = open_hall(config.load_one(args.data, args.hall, database=args.database))
    if args.action == "export":
        export = personal_data.export_person(hall.ctx, args.staff)
        print(json.dumps(export, ensure_ascii=False, indent=1))
        return 0
    try:
        count = personal_data.erase_person(hall.ctx, args.staff, hall.config.data)
    except HallError as error:
        print(WORDS.get(error.code, error.code.value), file=sys.stderr)
        return 1
    print(f"已删除 / erased: {count} 条记录 / records")
    return 0
