"""Public contracts of the product as text: what other programs and stored data rely on.

Each contract is generated from the code and compared with its file in `tests/golden/`. An upgrade
of a hall keeps working with its old database, agents, configuration files and pages only while
these files stay the same or gain entries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from support.contracts import agents, declared, past

GOLDEN = Path(__file__).resolve().parents[2] / "golden"

CONTRACTS: Mapping[str, Callable[[Path], Any]] = {
    "openapi": declared.openapi,
    "wire": declared.wire,
    "live": declared.live,
    "pages": declared.pages,
    "settings": declared.settings,
    "errors": declared.errors,
    "journal-acts": declared.journal_acts,
    "replays": declared.replays,
    "worker-bus": declared.worker_bus,
    "hall-toml": declared.hall_toml,
    "agent-toml": declared.agent_toml,
    "command-line": declared.command_line,
    "database": declared.database,
    "agent-database": agents.database,
    "agent-messages": agents.messages,
    "journal": past.journal_of,
}
"""Contract name, the stem of its golden file, to its generator; a generator gets an empty folder
and returns plain JSON data."""


def golden_file(name: str) -> Path:
    """Return the path of a contract's golden file."""
    return GOLDEN / f"{name}.json"


def as_text(contract: Any) -> str:
    """Return a contract as the text of its golden file: sorted keys, one value a line."""
    return json.dumps(contract, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def generate(name: str, folder: Path) -> str:
    """Return the text of the contract `name` as the code is now; `folder` must be empty."""
    return as_text(CONTRACTS[name](folder))
