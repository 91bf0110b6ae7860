"""Tables of workflows as text: `docs/workflows.md`. Run it to write the document anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from server.core.rooms import modules
from server.core.workflow import After, Apart, Given, Requirement, Role, Row, Within, Workflow

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "workflows.md"
HEAD = """# Workflows

Tables of states and moves, one for each kind of subject that several people handle. A table is
data in `workflow.py` of the room; [`server/core/workflow.py`](../server/core/workflow.py) is the
only way from a state to the next. This document is generated from the tables, and a test
compares them: `PYTHONPATH=.:tests .venv/bin/python tests/support/workflow_text.py`.

Conditions are examined from left to right: first those that come before the state (what a stranger
must not even learn), then the state, then the others. After the colon stands the error code of an
attempt that does not meet the condition. *New*: the move creates the subject.
"""


def workflows() -> list[Workflow[Any, Any]]:
    """Return the workflows of all rooms."""
    return [workflow for module in modules("workflow") for workflow in module.WORKFLOWS]


def document() -> str:
    """Return the whole document."""
    return "\n".join([HEAD, *map(_table, workflows())])


def _table(workflow: Workflow[Any, Any]) -> str:
    lines = [
        f"## {workflow.name.capitalize()}",
        "",
        f"Final: {_states(workflow.final) or 'none'}. Another state: `{workflow.wrong_state}`.",
        "",
        "| move | from | to | before the state | then |",
        "| --- | --- | --- | --- | --- |",
        *map(_row, workflow.rows),
        "",
    ]
    return "\n".join(lines)


def _row(row: Row[Any, Any]) -> str:
    cells = [
        f"`{row.move}`",
        _states(row.sources) or "*new*",
        _states(row.targets) or "stays",
        _conditions(row.first),
        _conditions(row.requires),
    ]
    return f"| {' | '.join(cells)} |"


def _states(states: Iterable[Any]) -> str:
    return ", ".join(sorted(state.value for state in states))


def _conditions(requirements: Iterable[Requirement]) -> str:
    return "; ".join(f"{_condition(r)}: `{r.code}`" for r in requirements) or "–"


def _condition(requirement: Requirement) -> str:
    match requirement:
        case Role():
            return f"by {' or '.join(requirement.roles)}"
        case Apart():
            return f"not by {' or '.join(requirement.parts)}"
        case After():
            return f"after {requirement.part}"
        case Within():
            return f"within {requirement.deadline}"
        case Given():
            return f"with {requirement.name}"
    raise TypeError(requirement)


if __name__ == "__main__":
    DOCUMENT.write_text(document())
