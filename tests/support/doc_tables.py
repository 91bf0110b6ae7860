"""Tables of docs that are generated from what the rooms register: settings and error codes.

    PYTHONPATH=.:tests .venv/bin/python -m support.doc_tables

rewrites them in place. A test compares the pages with the registrations.
"""

from __future__ import annotations

import re
from pathlib import Path

from server.core.problems import refusals
from server.core.settings import TEXT_LIMIT, Declaration, declared

DOCS = Path(__file__).resolve().parents[2] / "docs"
SETTINGS_HEAD = "| setting | default | allowed | unit | meaning |"
ERRORS_HEAD = "| code | status | message |"
FACT = re.compile(r"{(\w+)}")
PAGES = {"settings.md": SETTINGS_HEAD, "protocol.md": ERRORS_HEAD}


def settings_rows() -> list[str]:
    """Return a row for each setting, in the order of the settings page."""
    return [
        f"| `{name}` | {_code(entry.default)} | {_allowed(entry.declaration)} "
        f"| {entry.declaration.unit} | {entry.declaration.about} |"
        for name, entry in declared().items()
    ]


def _code(value: int | str) -> str:
    return f"`{value}`" if value != "" else ""


def _allowed(declaration: Declaration) -> str:
    """Return the allowed values in words."""
    if declaration.low is not None:
        return f"{declaration.low}–{declaration.high}"
    if declaration.choices:
        return " ".join(f"`{value}`" for value in sorted(declaration.choices))
    return declaration.form or f"text, at most {TEXT_LIMIT} characters"


def error_rows() -> list[str]:
    """Return a row for each error code; ⟨name⟩ stands for an inserted fact."""
    return [
        f"| `{code}` | {refusal.status} | {_with_marks(refusal.en)} |"
        for code, refusal in refusals().items()
    ]


def _with_marks(text: str) -> str:
    return FACT.sub(r"⟨\1⟩", text)


def with_table(page: str, head: str, rows: list[str]) -> str:
    """Return the page with the rows of the table below `head` replaced.

    Raises ValueError if the page has no such table.
    """
    before, head_line, rest = page.partition(f"{head}\n")
    if not head_line:
        raise ValueError(f"no table {head}")
    lines = rest.split("\n")
    end = next(number for number, line in enumerate(lines) if not line.startswith("|"))
    return "\n".join([before + head, lines[0], *rows, *lines[end:]])


def generated(name: str) -> str:
    """Return a page of docs/ with its generated table as it should be."""
    rows = settings_rows() if name == "settings.md" else error_rows()
    return with_table((DOCS / name).read_text(), PAGES[name], rows)


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page).write_text(generated(page))
