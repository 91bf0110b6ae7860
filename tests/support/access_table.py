"""docs/access.md: every operation of the OpenAPI document, tried by everybody, at two halls.

    PYTHONPATH=.:tests .venv/bin/python -m support.access_table > docs/access.md

The table is what was answered, not what the code means to answer; a test compares it with the file,
so that a right somebody gains by mistake shows as a changed line.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from werkzeug.test import Client

from server.domain.errors import Code
from support.two_halls import ROLES, Two, papers

NOBODY = "nobody"
ENDS_THE_SESSION = "/logout"
REFUSALS = {Code.NOT_SIGNED_IN: "401", Code.CSRF: "401", Code.FORBIDDEN: "403"}
HEAD = """# Who may do what

Every operation of `/api/openapi.json`, asked by everybody: nobody, a clerk, a manager, an
administrator, a kiosk, a board, an agent of the hall itself; and by each of these with what another
hall gave them. ✓: not refused for who asks. 401: not known here. 403: known, and not allowed. The
last column is what all six of another hall are told; *open*: nobody need be known. Written by
`tests/support/access_table.py`, which asked; `tests/attack/test_halls_apart.py` asks again and
compares.

"""


def operations(two: Two) -> list[tuple[str, str]]:
    """Method and path of each operation, as the document has them."""
    said = Client(two.house).get("/api/openapi.json", headers={"Host": "one.example"}).get_json()
    return sorted(
        (path, method.upper())
        for path, methods in said["paths"].items()
        for method in methods
        if method in ("get", "post")
    )


def asked(two: Two, giver: str, role: str, todo: list[tuple[str, str]]) -> list[str]:
    """What hall one answers to somebody with papers of `giver`: a mark for each operation."""
    shown = {} if role == NOBODY else papers(two.webs[giver], role)
    marks = []
    for path, method in todo:
        if path.endswith(ENDS_THE_SESSION) and role != NOBODY:
            marks.append("✓")
            continue
        place = re.sub(r"\{[^}]+\}", "x", path.removeprefix("/api/v1"))
        marks.append(REFUSALS.get(two.ask("one", method, place, shown).get("code"), "✓"))
    return marks


def rows(two: Two) -> Iterator[tuple[str, ...]]:
    """Operation, marks of everybody at home, and the one mark of the other hall's."""
    todo = operations(two)
    here = [asked(two, "one", role, todo) for role in (NOBODY, *ROLES)]
    away = [asked(two, "two", role, todo) for role in ROLES]
    for n, (path, method) in enumerate(todo):
        # What is open to everybody is open to them too, or they are told that nobody knows them.
        theirs = {"open"} if here[0][n] == "✓" else {marks[n] for marks in away}
        yield f"`{method} {path}`", *(marks[n] for marks in here), " ".join(sorted(theirs))


def table(two: Two) -> str:
    """The whole file."""
    found = list(rows(two))
    lines = [("operation", NOBODY, *ROLES, "another hall's"), ("---",) * (len(ROLES) + 3), *found]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    tried = len(found) * (2 * len(ROLES) + 1)
    refused = sum(mark != "✓" for row in found for mark in row[1:-1])
    counted = (
        f"{len(found)} operations, {tried} questions: at home {refused} of "
        f"{len(found) * (len(ROLES) + 1)} refused."
    )
    return f"{HEAD}{text}\n\n{counted}\n"


def main() -> int:
    """Ask, and print."""
    with tempfile.TemporaryDirectory() as folder:
        two = Two(Path(folder))
        sys.stdout.write(table(two))
        two.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
