"""Documents compared with the code: routes, error codes, settings, links and pictures.

Checks facts against the registry; whether a sentence is true, a person has to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from counters.keypad import FUNCTIONS
from devices.keypads.keys import MODELS
from server.app import build
from server.core.config import Config, HallFile
from server.hall.opening import open_hall
from support import workflow_text
from support.doc_tables import PAGES, generated
from support.halls import CHEAP

ROOT = Path(__file__).resolve().parents[1]
PAPERS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / folder / "README.md" for folder in ("tests", "bench", "server/web")),
    ],
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def name_of(path: Path) -> str:
    """Return a document's path from the root."""
    return str(path.relative_to(ROOT))


def rows(paper: str, columns: int) -> dict[str, list[str]]:
    """Return table rows of a document with at least `columns` cells, by their first quoted text."""
    by_key: dict[str, list[str]] = {}
    for line in (ROOT / "docs" / paper).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        quoted = re.match(r"`([^`]+)`", cells[0])
        if line.startswith("|") and quoted and len(cells) >= columns:
            by_key[quoted[1]] = cells
    return by_key


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as code hosts make it."""
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return plain.replace(" ", "-")


def test_every_route_is_in_the_protocol_with_its_refusals(tmp_path: Path) -> None:
    config = Config(data=tmp_path, demo=True, simulators="http://127.0.0.1:1")
    hall = open_hall(config, hasher=CHEAP)
    app = build(hall, start=lambda *_args, **_options: None)
    hall.ctx.store.close()
    by_route = rows("protocol.md", 5)
    text = (ROOT / "docs" / "protocol.md").read_text()
    for route in app.api.routes:
        path = re.sub(r"<any\([^)]*\):(\w+)>", r"<\1>", route.path)
        row = by_route.get(f"{route.method} {path}")
        assert row is not None, f"{route.method} {path} is not in docs/protocol.md"
        assert ("¹" in row[0]) == (route.method == "POST" and not route.keyed), path
        for code in route.codes:
            assert f"`{code.value}`" in text
        for model in (route.body, route.answer):
            assert model is None or model.__name__ in row[2], f"{path}: {model}"


def test_every_key_function_is_in_the_protocol() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text().partition("Functions of a key")[2]
    for function in {*FUNCTIONS, *(f for keys in MODELS.values() for f in keys.values())}:
        assert f"`{function}`" in text, function


@pytest.mark.parametrize("page", list(PAGES))
def test_a_generated_table_is_as_the_rooms_register_it(page: str) -> None:
    assert (ROOT / "docs" / page).read_text() == generated(page), "python -m support.doc_tables"


def test_every_key_of_hall_toml_is_documented() -> None:
    assert set(rows("settings.md", 3)) >= set(HallFile.model_fields)


def test_workflows_are_documented() -> None:
    assert workflow_text.DOCUMENT.read_text() == workflow_text.document()


def links(paper: Path) -> Iterator[str]:
    """Yield the link targets of a document, outside its code blocks."""
    for match in LINK.finditer(FENCE.sub("", paper.read_text())):
        yield match[1] or match[2]


@pytest.mark.parametrize("name", [name_of(path) for path in PAPERS])
def test_targets_of_links_and_pictures_exist(name: str) -> None:
    paper = ROOT / name
    for link in links(paper):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, part = link.partition("#")
        target = (paper.parent / path).resolve() if path else paper
        assert target.exists(), f"{name}: {link}"
        if part:
            heads = {anchor(head) for head in HEADING.findall(FENCE.sub("", target.read_text()))}
            assert part in heads, f"{name}: {link}"


@pytest.mark.parametrize("name", [name_of(path) for path in PAPERS])
def test_documents_name_no_other_host_and_no_machine(name: str) -> None:
    text = (ROOT / name).read_text()
    hosts = set(re.findall(r"https?://([\w.-]+)", text))
    allowed = re.compile(r"127\.0\.0\.1|localhost|host|[\w.-]+\.example|keepachangelog\.com")
    assert {host for host in hosts if not allowed.fullmatch(host)} == set()
    assert not re.search(r"(?<![\w.])/(?:root|farm|work)/", text)


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    pages = sorted(path.name for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(page[:4]) for page in pages] == list(range(1, len(pages) + 1))
    listed = (ROOT / "docs" / "adr" / "README.md").read_text()
    for page in pages:
        assert f"({page})" in listed
        text = (ROOT / "docs" / "adr" / page).read_text()
        for part in ("## Context", "## Decision", "## Why", "## Consequences"):
            assert part in text, f"{page}: {part}"


FILE_NAME = re.compile(r"`([\w./*-]+\.(?:py|ts|css|vue|toml|json))`")


@pytest.mark.parametrize("name", [name for name in map(name_of, PAPERS) if "README" in name])
def test_files_named_in_a_table_exist_below_its_folder(name: str) -> None:
    paper = ROOT / name
    first_cells = (line.split("|")[1] for line in paper.read_text().splitlines() if line[:1] == "|")
    files = {file.rpartition("/")[2] for cell in first_cells for file in FILE_NAME.findall(cell)}
    missing = {file for file in files if not any(paper.parent.rglob(file))}
    assert missing == set()
