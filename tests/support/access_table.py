"""docs/access.md, generated: every API operation tried with every role, at two halls.

    PYTHONPATH=.:tests .venv/bin/python -m support.access_table > docs/access.md

The table holds the real answers of the server, not the permissions that the code declares. A test
compares it with the file, so a permission granted by mistake shows as a changed line.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from werkzeug.test import Client

from server.core.errors import CommonCode
from support.two_halls import ROLES, TwoHalls, credentials_of

NOBODY = "nobody"
LOGOUT = "/logout"
REFUSALS = {CommonCode.NOT_SIGNED_IN: "401", CommonCode.CSRF: "401", CommonCode.FORBIDDEN: "403"}
HEAD = """# Who may do what

Every operation of `/api/openapi.json`, asked by everybody: nobody, a clerk, a manager, an
administrator, a kiosk, a board, a tablet, an agent of the hall itself; and by each of these with
what another hall gave them. ✓: not refused for who asks. 401: not known here. 403: known, and not
allowed. The last column is what all seven of another hall are told; *open*: nobody need be known.
Written by `tests/support/access_table.py`, which asked; `tests/attack/test_halls_apart.py` asks
again and compares.

"""


def operations(two: TwoHalls) -> list[tuple[str, str]]:
    """Return (path, method) of each GET and POST operation of the OpenAPI document."""
    document = (
        Client(two.router).get("/api/openapi.json", headers={"Host": "one.example"}).get_json()
    )
    return sorted(
        (path, method.upper())
        for path, methods in document["paths"].items()
        for method in methods
        if method in ("get", "post")
    )


def marks_of(two: TwoHalls, giver: str, role: str, todo: list[tuple[str, str]]) -> list[str]:
    """Return the marks, one per operation, that hall `one` gives a role of hall `giver`."""
    credentials = {} if role == NOBODY else credentials_of(two.webs[giver], role)
    marks = []
    for path, method in todo:
        if path.endswith(LOGOUT) and role != NOBODY:
            marks.append("✓")
            continue
        place = re.sub(r"\{[^}]+\}", "x", path.removeprefix("/api/v1"))
        marks.append(REFUSALS.get(two.ask("one", method, place, credentials).get("code"), "✓"))
    return marks


def rows(two: TwoHalls) -> Iterator[tuple[str, ...]]:
    """Yield each operation, its mark per role of its own hall, and one mark for the other hall."""
    todo = operations(two)
    home_marks = [marks_of(two, "one", role, todo) for role in (NOBODY, *ROLES)]
    away_marks = [marks_of(two, "two", role, todo) for role in ROLES]
    for n, (path, method) in enumerate(todo):
        # An open operation answers callers of another hall like anybody else; any other answers
        # 401.
        other_marks = {"open"} if home_marks[0][n] == "✓" else {marks[n] for marks in away_marks}
        yield (
            f"`{method} {path}`",
            *(marks[n] for marks in home_marks),
            " ".join(sorted(other_marks)),
        )


def table(two: TwoHalls) -> str:
    """Return the whole content of docs/access.md."""
    entries = list(rows(two))
    lines = [("operation", NOBODY, *ROLES, "another hall's"), ("---",) * (len(ROLES) + 3), *entries]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    attempts = len(entries) * (2 * len(ROLES) + 1)
    refused = sum(mark != "✓" for row in entries for mark in row[1:-1])
    summary = (
        f"{len(entries)} operations, {attempts} questions: at home {refused} of "
        f"{len(entries) * (len(ROLES) + 1)} refused."
    )
    return f"{HEAD}{text}\n\n{summary}\n"


def main() -> int:
    """Write the table to standard output."""
    with tempfile.TemporaryDirectory() as folder:
        two = TwoHalls(Path(folder))
        sys.stdout.write(table(two))
        two.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
