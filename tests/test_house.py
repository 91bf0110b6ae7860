"""The house's rules that no linter knows: a module says what it is for, and stays small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FUNCTION = 60
LONGEST_MODULE = 500
"""Lines without imports, which grow with what is split off."""
FOLDERS = ("kiosk", "counters", "display", "devices", "server", "tests")
NOT_OURS = ("__pycache__", "node_modules", "dist", "versions")
# Declarations only, one after the other: tables, messages.
LISTS = ("server/storage/schema.py", "server/wire/views.py")


def modules() -> list[str]:
    """Every Python file of the project, by its path from the root."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    names = [path.relative_to(ROOT) for path in [ROOT / "go.py", *found]]
    return sorted(str(name) for name in names if not set(NOT_OURS) & set(name.parts))


@pytest.mark.parametrize("name", modules())
def test_a_module_says_what_it_is_for_and_stays_small(name: str) -> None:
    text = (ROOT / name).read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), f"{name} has no docstring"
    imports = sum(
        (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    )
    assert text.count("\n") - imports <= LONGEST_MODULE or name in LISTS
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []
