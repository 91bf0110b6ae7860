"""Rules of the house that no linter checks: a module has a purpose, and stays small."""

from __future__ import annotations

import ast
import re
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FUNCTION = 60
LONGEST_MODULE = 500
"""Lines of a module without imports, which grow when a module is split."""
FOLDERS = ("kiosk", "counters", "display", "devices", "server", "tests")
NOT_OURS = ("__pycache__", "node_modules", "dist", "versions")
TYPED_FOLDERS = ("counters/", "display/", "kiosk/", "server/")
"""Folders of which every row of the database has a type: a record of `server.core.records`."""
TECHNICAL_FOLDERS = tuple(
    f"server/{name}/" for name in ("backup", "cli", "core", "demo", "live", "runtime", "web_api")
)
"""Folders that pass on JSON, sockets and the results of any call: there only rows have types."""
ROWS = frozenset(["row", "rows"])
COLLECTIONS = frozenset(
    ["Collection", "Iterable", "Iterator", "Row", "Sequence", "frozenset", "list", "set", "tuple"]
)
WITHOUT_TYPE = {
    "the result of any statement": ("server/core/statement.py:__init__",),
    "the library's pages and books have no types": (
        "server/attendance/month_sheet.py:_form",
        "server/attendance/month_sheet.py:_numbers",
        "server/attendance/month_sheet.py:_person",
        "server/bulletins/paper.py:_sheet",
        "server/reports/paper.py:_sheet",
        "server/honours/papers.py:_line",
        "server/catalogue/workbook/sheet_lines.py:lines_of",
        "server/catalogue/workbook/sheet_lines.py:parse_cell",
    ),
    "cells of an untrusted file": ("server/catalogue/workbook/reading.py:value",),
    "every class of the business data, by the types of its fields": (
        "server/catalogue/model.py:field_types",
        "server/catalogue/queries.py:_from_cell",
        "server/catalogue/queries.py:_records",
        "server/catalogue/queries.py:_rows",
        "server/catalogue/queries.py:_to_cell",
    ),
    "one step from the row to the ticket on the hot path": (
        "server/queue/ticket_queries.py:_ticket",
    ),
    "values of settings have the types of their declarations": (
        "server/spot_checks/finding_actions.py:_steps_at",
    ),
}
"""Functions with untyped rows or values, by reason."""


def modules() -> list[str]:
    """Return the path from the root of every Python file of the project."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    names = [path.relative_to(ROOT) for path in [ROOT / "go.py", *paths]]
    return sorted(str(name) for name in names if not set(NOT_OURS) & set(name.parts))


def shape_faults(name: str) -> list[str]:
    """Return the faults of a module's shape: no docstring, too many lines, a function too long."""
    text = (ROOT / name).read_text()
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    faults = [] if ast.get_docstring(tree) else [f"{name} has no docstring"]
    imports = sum(
        (node.end_lineno or 0) - node.lineno + 1
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
    )
    if (lines := text.count("\n") - imports) > LONGEST_MODULE:
        faults.append(f"{name}: {lines} lines without imports")
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                faults.append(f"{name}:{node.name}: {lines} lines")
    return faults


def test_every_module_has_a_docstring_and_stays_small() -> None:
    """One test for all modules: a test for each took longer to collect and report than to run."""
    names = modules()
    assert len(names) > 1000
    assert [fault for name in names for fault in shape_faults(name)] == []


def is_untyped(annotation: ast.expr) -> bool:
    """Return True if an annotation lets a value, a row or a list of them pass without a type."""
    match annotation:
        case ast.Name(id="Any"):
            return True
        case ast.BinOp(left=left, right=right):
            return is_untyped(left) or is_untyped(right)
        case ast.Subscript(
            value=ast.Name(id="dict" | "Mapping"), slice=ast.Tuple(elts=[key, value])
        ):
            return ast.unparse(key) != "str" and is_untyped(value)  # with str: JSON
        case ast.Subscript(value=ast.Name(id=name), slice=part) if name in COLLECTIONS:
            return any(map(is_untyped, part.elts if isinstance(part, ast.Tuple) else [part]))
    return False


def untyped_functions(name: str) -> set[str]:
    """Return the functions and classes of a module with untyped parameters, results or fields."""
    only_rows = name.startswith(TECHNICAL_FOLDERS)
    result = set()
    for node in ast.walk(ast.parse((ROOT / name).read_text())):
        values: list[tuple[str, ast.expr | None]] = []
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            values = [(argument.arg, argument.annotation) for argument in arguments]
            values += [] if only_rows else [("", node.returns)]
        elif isinstance(node, ast.ClassDef):
            fields = [field for field in node.body if isinstance(field, ast.AnnAssign)]
            values = [(ast.unparse(field.target), field.annotation) for field in fields]
        else:
            continue
        for value_name, annotation in values:
            is_checked = not only_rows or value_name in ROWS
            if is_checked and annotation is not None and is_untyped(annotation):
                result.add(f"{name}:{node.name}")
    return result


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("Any", True),
        ("Row[Any] | None", True),
        ("list[Row[Any]]", True),
        ("tuple[Any, str]", True),
        ("Mapping[tuple[str, str], Any]", True),
        ("Mapping[str, Any]", False),
        ("Callable[..., Any]", False),
        ("list[StoredSlip]", False),
    ],
)
def test_an_untyped_row_is_recognised_in_any_collection(annotation: str, expected: bool) -> None:
    assert is_untyped(ast.parse(annotation, mode="eval").body) is expected


def test_rows_of_the_database_have_types() -> None:
    names = [name for name in modules() if name.startswith(TYPED_FOLDERS)]
    untyped = set().union(*map(untyped_functions, names))
    assert untyped == {name for functions in WITHOUT_TYPE.values() for name in functions}


def test_no_imports_form_a_circle() -> None:
    graph = grimp.build_graph("server", "kiosk", "counters", "display", "devices", cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        order = list(TopologicalSorter(imports).static_order())
    except CycleError as error:
        pytest.fail(f"circle: {error.args[1]}")
    assert set(order) == graph.modules


def test_every_module_has_a_place_in_the_order_of_the_rooms() -> None:
    """A room may lie on two floors; then a new module of it must be put on one of them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (order,) = (c for c in contracts["contracts"] if c["name"] == "order of the slices")
    assert "ignore_imports" not in order
    named = [name for floor in order["layers"] for name in re.split(r"[\s:|]+", floor) if name]
    assert len(named) == len(set(named))
    graph = grimp.build_graph("server", "kiosk", "counters", "display", cache_dir=None)
    leaves = {name for name in graph.modules if not graph.find_children(name)}
    placed = {name for name in leaves if any(f"{name}.".startswith(f"{p}.") for p in named)}
    assert leaves - placed == set()


def test_every_module_of_rules_is_among_the_pure_ones_that_are_mutated() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (pure,) = (c for c in contracts["contracts"] if c["name"] == "rules are pure")
    paths = {name.removesuffix(".py") for name in modules() if name.startswith(TYPED_FOLDERS)}
    rules = {path.replace("/", ".") for path in paths if re.search(r"[/_]rules$", path)}
    assert rules - set(pure["source_modules"]) == set()
