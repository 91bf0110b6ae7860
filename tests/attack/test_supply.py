"""Supply chain and leftovers: locks, licences, secrets, file modes.

Works offline, so it checks no published vulnerabilities; `docs/security.md` says so.
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
"""Packages without a licence in their metadata; docs/dependencies.md has that of their source."""
OLD_FIELD = {"node_modules/xmlhttprequest-ssl"}
"""Packages under MIT by a field that npm does not read."""
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|"
    r"\bxox[abpr]-[A-Za-z0-9-]{20,}|\bglpat-[A-Za-z0-9_-]{20,}|\bsk-[A-Za-z0-9]{32,}|"
    r"\b[a-z]+://[^\s/:@{}<>]+:(?!PASSWORD|password|secret|\.\.\.|…)[^\s/:@{}<>$]{6,}@"
)
TEXT = {".py", ".ts", ".vue", ".md", ".toml", ".json", ".yml", ".yaml", ".service", ".txt", ".in"}
NOT_OURS = {"node_modules", "dist", ".venv", ".cache", ".git", "__pycache__", "data"}


def locked(name: str) -> dict[str, int]:
    """Return the packages of a lock file with their number of hashes; fail on any other line."""
    hashes: dict[str, int] = {}
    current = ""
    for line in (ROOT / "requirements" / name).read_text().splitlines():
        pinned = PINNED.match(line)
        if pinned:
            current = pinned[1]
            hashes[current] = 0
        else:
            assert HASH.match(line), f"{name}: {line}"
            hashes[current] += 1
    return hashes


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_version_and_a_hash_and_no_url(name: str) -> None:
    hashes = locked(name)
    assert hashes
    assert min(hashes.values()) > 0


def test_every_locked_npm_package_has_a_hash_and_no_url() -> None:
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
def test_every_runtime_package_has_an_allowed_licence(name: str) -> None:
    try:
        package: Any = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return  # for another Python
    kinds = [c for c in package.get_all("Classifier") or [] if c.startswith("License")]
    licence = " ".join([package.get("License-Expression") or package.get("License") or "", *kinds])
    assert any(allowed in licence.upper() for allowed in ALLOWED), licence
    assert not re.search(r"\bA?GPL", licence), licence


def test_every_required_package_is_explained_in_the_docs() -> None:
    text = (ROOT / "docs/dependencies.md").read_text().lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    page = json.loads((ROOT / "package.json").read_text())
    python = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    required = {re.split(r"[\[<>=!~ ]", entry)[0] for entry in python}
    required |= set(page.get("dependencies", {})) | set(page.get("devDependencies", {}))
    missing = {name for name in required if name.lower() not in text and "types-" not in name}
    assert missing == set()


def _texts() -> Iterator[Path]:
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if name not in NOT_OURS]
        yield from (Path(folder, name) for name in names if Path(name).suffix in TEXT)


def test_the_project_contains_no_secret() -> None:
    secrets = [
        f"{path.relative_to(ROOT)}: {match.group()[:30]}"
        for path in _texts()
        for match in [SECRETS.search(path.read_text(errors="replace"))]
        if match and path != Path(__file__)
    ]
    assert secrets == []


def test_other_users_cannot_read_the_halls_files(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for words in (("init",), ("backup",)):
        argv = [sys.executable, "-m", "server.cli", *words, "--data", str(data)]
        subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, timeout=60)
    paths = [data, *data.rglob("*")]
    assert any(path.suffix == ".db" for path in paths)
    assert any("backups" in path.parts for path in paths)
    open_to_others = [
        f"{path.relative_to(tmp_path)} {stat.filemode(path.stat().st_mode)}"
        for path in paths
        if path.stat().st_mode & 0o077
        # A file in a folder that no other user may enter cannot be read by another user.
        and not any(p.stat().st_mode & 0o077 == 0 for p in path.parents if p.is_relative_to(data))
    ]
    assert open_to_others == []
    secret = [
        p for p in paths if p.is_file() and (p.suffix in (".db", ".key") or "hall.db" in p.name)
    ]
    assert [str(p) for p in secret if p.stat().st_mode & 0o077] == []
