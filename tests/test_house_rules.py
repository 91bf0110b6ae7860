"""Rules of the house that no linter checks: a module has a purpose, and stays small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FUNCTION = 60
LONGEST_MODULE = 500
"""Lines of a module without imports, which grow when a module is split."""
FOLDERS = ("kiosk", "counters", "display", "devices", "server", "tests")
NOT_OURS = ("__pycache__", "node_modules", "dist", "versions")
# Modules that consist of declarations: tables, messages.


def modules() -> list[str]:
    """Return the path from the root of every Python file of the project."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    names = [path.relative_to(ROOT) for path in [ROOT / "go.py", *paths]]
    return sorted(str(name) for name in names if not set(NOT_OURS) & set(name.parts))


@pytest.mark.parametrize("name", modules())
def test_a_module_has_a_docstring_and_stays_small(name: str) -> None:
    text = (ROOT / name).read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), f"{name} has no docstring"
    imports = sum(
        (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    )
    assert text.count("\n") - imports <= LONGEST_MODULE
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []
