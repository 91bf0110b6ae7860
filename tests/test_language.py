"""Language of the code: docstrings open with a verb or a noun, variables are nouns.

The language rule of the house, as far as a test can hold it. A docstring that opens with "What …"
or "Whether …" is a riddle to whoever searches; a variable called `found` names no thing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("bench", "counters", "devices", "display", "kiosk", "server", "tests")
MESSAGES = ("*/messages.py", "*queries.py")
"""Modules whose classes are messages or records: their fields have the names of JSON or columns."""
RIDDLES = frozenset(
    [
        "What",
        "Who",
        "Whom",
        "Whose",
        "Whether",
        "How",
        "Where",
        "Which",
        "So",
        "Nobody",
        "Somebody",
        "Everything",
    ]
)
"""First words of a docstring that name neither an action nor a thing."""
PARTICIPLES = frozenset(["found", "told", "asked", "known", "kept", "said", "taken", "one"])
"""Variable names that say what was done to a value and not what it is."""
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)


def modules() -> list[Path]:
    """Return every module but the migrations, which stay as they are."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return [ROOT / "go.py", *sorted(path for path in paths if "versions" not in path.parts)]


def docstrings(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the docstrings of definitions, attributes and constants, with their lines."""
    for node in ast.walk(tree):
        if not isinstance(node, DEFINITIONS):
            continue
        for place, statement in enumerate(node.body):
            match statement:
                case ast.Expr(value=ast.Constant(value=str(text)), lineno=line) if (
                    place == 0 or isinstance(node.body[place - 1], ast.Assign | ast.AnnAssign)
                ):
                    yield text, line


def variables(tree: ast.AST, *, messages: bool) -> Iterator[tuple[str, int]]:
    """Yield the names that a module binds to values, with their lines; no fields of `messages`."""
    fields = {
        field.target
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for field in node.body
        if messages and isinstance(field, ast.AnnAssign)
    }
    for node in ast.walk(tree):
        if node in fields:
            continue
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store(), lineno=line)
                | ast.arg(arg=name, lineno=line)
                | ast.alias(asname=str(name), lineno=line)
            ):
                yield name, line


def language_faults(path: Path) -> list[str]:
    """Return the docstrings and variable names of a module that break the rule, with lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place = path.relative_to(ROOT)
    names = variables(tree, messages=any(path.match(pattern) for pattern in MESSAGES))
    riddles = [
        f"{place}:{line}: {text}"
        for text, line in docstrings(tree)
        if set(re.findall(r"\w+", text)[:1]) & RIDDLES
    ]
    return riddles + [f"{place}:{line}: {name}" for name, line in names if name in PARTICIPLES]


def test_every_module_is_in_plain_english() -> None:
    """One test for all modules: a test for each took longer to collect and report than to run."""
    paths = modules()
    assert len(paths) > 1000
    assert [fault for path in paths for fault in language_faults(path)] == []
