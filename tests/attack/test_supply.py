"""What we build on and what we leave lying about: locks, licences, secrets, file modes.

Works offline, so it knows nothing of published faults; `docs/security.md` says so.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("run.txt", "test.txt", "uv.txt", "node.txt")
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==\S+( ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
ALLOWED = (
    "MIT", "BSD", "APACHE", "PSF", "ZPL", "OFL", "MPL", "LGPL", "ISC", "SIL OPEN FONT", "PYTHON",
)  # fmt: skip
SAID_IN_DOCS = {"espeakng-loader"}
"""Without a word of a licence in the package; docs/dependencies.md has what its source says."""
OLD_FIELD = {"node_modules/xmlhttprequest-ssl"}
"""MIT by a field that npm no longer reads."""
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|"
    r"\bxox[abpr]-[A-Za-z0-9-]{20,}|\bglpat-[A-Za-z0-9_-]{20,}|\bsk-[A-Za-z0-9]{32,}|"
    r"\b[a-z]+://[^\s/:@{}<>]+:(?!PASSWORD|password|secret|\.\.\.|…)[^\s/:@{}<>$]{6,}@"
)
TEXT = {".py", ".ts", ".vue", ".md", ".toml", ".json", ".yml", ".yaml", ".service", ".txt", ".in"}
NOT_OURS = {"node_modules", "dist", ".venv", ".cache", ".git", "__pycache__", "data"}


def locked(name: str) -> dict[str, int]:
    """Packages of a lock file with how many hashes each has; fails on any line of another kind."""
    found: dict[str, int] = {}
    current = ""
    for line in (ROOT / "requirements" / name).read_text().splitlines():
        pinned = PINNED.match(line)
        if pinned:
            current = pinned[1]
            found[current] = 0
        else:
            assert HASH.match(line), f"{name}: {line}"
            found[current] += 1
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_version_and_a_hash_and_no_place_of_its_own(name: str) -> None:
    found = locked(name)
    assert found
    assert min(found.values()) > 0


def test_every_locked_npm_package_has_a_hash_and_no_place_of_its_own() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert len(packages) > 100
    for name, package in packages.items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, name


def test_every_locked_npm_package_has_an_allowed_licence() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        licence = str(package.get("license", "")).upper()
        if name and name not in OLD_FIELD:
            assert any(a in licence for a in (*ALLOWED, "0BSD", "BLUEOAK", "CC-BY")), name


@pytest.mark.parametrize("name", sorted(set(locked("run.txt")) - SAID_IN_DOCS))
def test_what_runs_has_an_allowed_licence(name: str) -> None:
    try:
        found: Any = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return  # for another Python
    kinds = [c for c in found.get_all("Classifier") or [] if c.startswith("License")]
    said = " ".join([found.get("License-Expression") or found.get("License") or "", *kinds])
    assert any(allowed in said.upper() for allowed in ALLOWED), said
    assert not re.search(r"\bA?GPL", said), said


def test_every_package_we_ask_for_is_explained() -> None:
    text = (ROOT / "docs/dependencies.md").read_text().lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    page = json.loads((ROOT / "package.json").read_text())
    python = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    asked = {re.split(r"[\[<>=!~ ]", entry)[0] for entry in python}
    asked |= set(page.get("dependencies", {})) | set(page.get("devDependencies", {}))
    missing = {name for name in asked if name.lower() not in text and "types-" not in name}
    assert missing == set()


def _texts() -> Iterator[Path]:
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if name not in NOT_OURS]
        yield from (Path(folder, name) for name in names if Path(name).suffix in TEXT)


def test_no_secret_lies_in_the_project() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()[:30]}"
        for path in _texts()
        for match in [SECRETS.search(path.read_text(errors="replace"))]
        if match and path != Path(__file__)
    ]
    assert found == []


def test_nobody_else_can_read_what_the_hall_keeps(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for words in (("init",), ("backup",)):
        argv = [sys.executable, "-m", "server.cli", *words, "--data", str(data)]
        subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, timeout=60)
    kept = [data, *data.rglob("*")]
    assert any(path.suffix == ".db" for path in kept)
    assert any("backups" in path.parts for path in kept)
    open_to_others = [
        f"{path.relative_to(tmp_path)} {stat.filemode(path.stat().st_mode)}"
        for path in kept
        if path.stat().st_mode & 0o077
        # What lies in a folder that nobody else may enter cannot be read by anybody else.
        and not any(p.stat().st_mode & 0o077 == 0 for p in path.parents if p.is_relative_to(data))
    ]
    assert open_to_others == []
    secret = [
        p for p in kept if p.is_file() and (p.suffix in (".db", ".key") or "hall.db" in p.name)
    ]
    assert [str(p) for p in secret if p.stat().st_mode & 0o077] == []
