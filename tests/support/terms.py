"""Search of word files for terms that are out.

The table of terms is `tests/words/terms.toml`. Word files hold what people read: dictionaries and
templates of pages, texts of errors, settings, alarms, slips and strips, and business data. Names in
code, comments and docstrings are not read by anybody in a hall and are left out.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests" / "words" / "terms.toml"
FOLDERS = ("kiosk", "counters", "display", "devices", "server")
PAGES = (
    "README.zh-CN.md",
    "docs/office-week.zh-CN.md",
    "docs/counter-day.zh-CN.md",
    "docs/public-voice.zh-CN.md",
    "docs/cases.zh-CN.md",
    "docs/appointments.zh-CN.md",
    "docs/fees.zh-CN.md",
    "docs/joint-review.zh-CN.md",
)
"""Documentation in Chinese. The glossary and ADRs may name a term that is out."""
KINDS = (".py", ".ts", ".vue", ".toml", ".typ", ".md")
BUILT = {"dist", "build", "bank", "versions"}
"""Folders of built pages, of the recorded voice and of migrations, which stay as they are."""
COMMENTS = {
    ".ts": re.compile(r"/\*.*?\*/|(?<![:\"])//[^\n]*", re.DOTALL),
    ".vue": re.compile(r"<!--.*?-->|/\*.*?\*/|(?<![:\"])//[^\n]*", re.DOTALL),
    ".typ": re.compile(r"(?<![:\"])//[^\n]*"),
    ".toml": re.compile(r"#[^\n\"]*$", re.MULTILINE),
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]+")
ENGLISH = re.compile(r"\ben: (\"(?:[^\"\\]|\\.)*\"|`[^`]*`)|lang=\"en\"[^>]*>([^<]*)<")
"""English of a page: of a dictionary, or of an element that is marked as English."""


@dataclass(frozen=True, slots=True)
class Term:
    """Term that is out, the one to use instead, and where the old one may stand.

    `stays`: files, and folders with a slash at their end.
    """

    word: str
    instead: str
    within: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    why: str = ""
    later: tuple[str, ...] = ()

    def stands_in(self, text: str) -> bool:
        """Return True if the text has the word other than within a longer phrase."""
        for phrase in self.within:
            text = text.replace(phrase, "")
        if CHINESE.search(self.word):
            return self.word in text
        return re.search(rf"\b{re.escape(self.word)}\b", text, re.IGNORECASE) is not None

    def is_out_in(self, path: str) -> bool:
        """Return True if the word is out in a file, given by its path in the project."""
        folders = tuple(place for place in self.stays if place.endswith("/"))
        stays = path in self.stays or path.startswith(folders)
        return not stays and (not self.only or path.startswith(self.only))


@dataclass(frozen=True, slots=True)
class Sighting:
    """Place at which a term that is out still stands."""

    path: str
    line: int
    term: Term

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.term.word} → {self.term.instead}"


def terms() -> list[Term]:
    """Return the table of terms."""
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8"))["out"]
    keys = {field.name for field in fields(Term)}
    unknown = {key for entry in entries for key in entry} - keys
    if unknown:
        raise ValueError(f"{TABLE.name}: unknown keys {sorted(unknown)}")
    return [
        Term(
            word=entry["word"],
            instead=entry["instead"],
            within=tuple(entry.get("within", ())),
            only=tuple(entry.get("only", ())),
            stays=tuple(entry.get("stays", ())),
            why=entry.get("why", ""),
            later=tuple(entry.get("later", ())),
        )
        for entry in entries
    ]


def word_files(root: Path = ROOT) -> list[Path]:
    """Return the word files of the project."""
    paths = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*"))]
    files = [p for p in paths if p.suffix in KINDS and not BUILT & set(p.relative_to(root).parts)]
    return files + [root / page for page in PAGES if (root / page).exists()]


def words_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what people read of a file, with its lines."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _constants(ast.parse(source))
        return
    comment = COMMENTS.get(path.suffix)
    if comment is not None:
        source = comment.sub(lambda gone: "\n" * gone[0].count("\n"), source)
    for number, line in enumerate(source.split("\n"), 1):
        if path.suffix not in (".ts", ".vue"):
            yield number, line
            continue
        yield number, LATIN.sub(" ", line)
        yield from ((number, a or b) for a, b in ENGLISH.findall(line))


def _constants(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module: no docstring, no single Latin word, which is a name."""
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text), lineno=line) if id(node) not in statements:
                if " " in text.strip() or CHINESE.search(text):
                    yield line, text


def sightings(table: list[Term], root: Path = ROOT) -> list[Sighting]:
    """Return each place at which a term stands where it is out; pages of `later` included."""
    places: list[Sighting] = []
    for path in word_files(root):
        name = path.relative_to(root).as_posix()
        source = path.read_text(encoding="utf-8").lower()
        out = [term for term in table if term.word.lower() in source and term.is_out_in(name)]
        texts = list(words_of(path)) if out else []
        places += [
            Sighting(name, line, term)
            for term in out
            for line, text in texts
            if term.stands_in(text)
        ]
    return places
