"""Mutants of the rules: a copy of the tree in which each function has its mutants beside it."""

from __future__ import annotations

import ast
import difflib
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from mutmut.mutation.data import LineSpan
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("counters", "devices", "display", "kiosk", "server")
CONTRACT = "rules are pure"
THEIR_SWITCH = "from mutmut.mutation.trampoline import wrap_in_trampoline as _mutmut_mutated"
OUR_SWITCH = "from support.mutation.switch import switch as _mutmut_mutated"
GETTER = "property_"


@dataclass(frozen=True)
class Mutant:
    """One change of one function."""

    name: str
    """Name for the switch: `module.x_function__mutmut_1`."""
    module: str
    function: str
    """`function` or `Class.method`."""
    line: int
    before: str
    """Lines that the mutant changes, without indentation."""
    after: str


def rule_modules() -> list[str]:
    """Return the modules that the import contracts call pure rules."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    modules = next(each["source_modules"] for each in contracts if each["name"] == CONTRACT)
    return sorted(modules)


def copy_tree(target: Path) -> None:
    """Copy what the tests of the rules need: all Python packages and the tests' support."""
    shutil.rmtree(target, ignore_errors=True)
    ignore = shutil.ignore_patterns("__pycache__", "web", "node_modules")
    for name in (*PACKAGES, "tests/rules", "tests/support"):
        shutil.copytree(ROOT / name, target / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", target)


class PropertySplitter(cst.CSTTransformer):  # type: ignore[misc]
    """Rewriter of properties: mutmut leaves decorated functions alone, but not a plain getter."""

    def leave_FunctionDef(  # noqa: N802 - libcst's name
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        match original_node.decorators:
            case [cst.Decorator(decorator=cst.Name(value="property" | "cached_property" as kind))]:
                name = original_node.name.value
                getter = updated_node.with_changes(decorators=[], name=cst.Name(GETTER + name))
                statement = cst.parse_statement(f"{name} = {kind}({GETTER}{name})")
                return cst.FlattenSentinel([getter, statement])
        return updated_node


def mutate_module(module: str, tree: Path) -> list[Mutant]:
    """Write a module of the tree with its mutants; return them."""
    path = Path(*module.split(".")).with_suffix(".py")
    source = (ROOT / path).read_text(encoding="utf-8")
    plain = cst.parse_module(source).visit(PropertySplitter()).code
    mutated = mutate_file_contents(str(path), plain)
    (tree / path).write_text(mutated.code.replace(THEIR_SWITCH, OUR_SWITCH), encoding="utf-8")
    lines = mutated.code.splitlines()
    spans = mutated.line_span_by_function_name
    places = definition_lines(source)
    mutants = []
    for name in mutated.mutant_names:
        original = name.partition("__mutmut_")[0] + "__mutmut_orig"
        function, class_name = orig_function_and_class_names_from_key(f"{module}.{name}")
        function = ".".join(filter(None, [class_name, function.removeprefix(GETTER)]))
        offset, before, after = change(
            body_lines(lines, spans[original]), body_lines(lines, spans[name])
        )
        line = places[function] + offset
        mutants.append(Mutant(f"{module}.{name}", module, function, line, before, after))
    return mutants


def definition_lines(source: str) -> dict[str, int]:
    """Return the line of each function's and method's `def`."""
    places = {}
    for node in ast.parse(source).body:
        for child in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
                places[prefix + child.name] = child.lineno
    return places


def body_lines(lines: Sequence[str], span: LineSpan) -> list[str]:
    """Return the lines of a generated function from its `def`, without the generated name."""
    block = list(lines[span.start - 1 : span.end])
    while not block[0].lstrip().startswith(("def ", "async def ")):
        block.pop(0)
    head, _, rest = block[0].partition("(")
    return [f"{head.partition('def ')[0]}def ({rest}", *block[1:]]


def change(before: Sequence[str], after: Sequence[str]) -> tuple[int, str, str]:
    """Return the offset of the first changed line, the lines removed and the lines added."""
    removed: list[str] = []
    added: list[str] = []
    offset = 0
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        offset = offset if removed or added else start
        removed += [line.strip() for line in before[start:end]]
        added += [line.strip() for line in after[new_start:new_end]]
    return offset, "\n".join(removed), "\n".join(added)
