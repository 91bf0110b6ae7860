"""A hall in production, from an empty folder, with the commands that an operator types.

The server of one day runs as separate programs; elsewhere the commands are called in this process
with their arguments, because importing the whole server costs each of them more than its work.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from server import cli
from server.core.engine import newest
from support.hall_server import PATIENCE, Client, RefusedError, free_port

ROOT = Path(__file__).resolve().parents[2]
FIRST = re.compile(r"admin\s+(\S+)")
PROGRAMS = ("serve", "demo")


@dataclass(frozen=True)
class Told:
    """Exit code and output of a command."""

    returncode: int
    stdout: str
    stderr: str


def _hall(*argv: str | Path) -> Told:
    """Run `hall …` in this process and return its exit code and output."""
    words = ["hall", *map(str, argv)]
    output, complained = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", words),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(complained),
    ):
        try:
            code = cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Told(code, output.getvalue(), complained.getvalue())


def _program(*argv: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `hall …` as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "server.cli", *map(str, argv)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@contextmanager
def _serving(data: Path, database: str, port: int) -> Iterator[tuple[str, list[str]]]:
    """Run `hall serve`; yield its address and the output before it."""
    argv = ["--data", str(data), "--port", str(port), "--database", database]
    server = subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", *argv],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert server.stdout is not None
    output: list[str] = []
    try:
        for line in server.stdout:
            output.append(line.strip())
            if line.startswith("http://"):
                break
        yield f"http://127.0.0.1:{port}", output
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
        server.stdout.close()


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Return the reference hall as a workbook."""
    path = tmp_path / "hall.xlsx"
    assert _hall("export", path, "--reference").returncode == 0
    return path


def _first_password(output: list[str]) -> str:
    match = FIRST.search("\n".join(output))
    assert match is not None
    return match.group(1)


def test_from_an_empty_folder_to_an_enrolled_kiosk(
    tmp_path: Path, workbook: Path, database_url: str
) -> None:
    data, port = tmp_path / "data", free_port()
    with _serving(data, database_url, port) as (base, output):
        password = _first_password(output)
        admin = Client(base)
        admin.sign_in("admin", password)
        with pytest.raises(RefusedError) as refused:
            admin.get("/office/today")
        assert refused.value.problem["code"] == "password_must_change"
        admin.post("/password", {"current": password, "new": "a-word-of-one's-own"})
        assert admin.get("/office/today")["issued"] == 0
    imported = _program("import", workbook, "--data", data, "--database", database_url)
    assert "版本" in imported.stdout
    with _serving(data, database_url, port) as (base, output):
        assert FIRST.search("\n".join(output)) is None, "the first password is shown once"
        assert len(Client(base).get("/catalogue")["items"]) == 169
        assert admin.get("/office/today")["issued"] == 0, "a restart signs nobody out"
        made = admin.post("/office/codes", {"kind": "kiosk", "name": "1"})
        device = {"code": made["code"], "kind": "kiosk", "name": "1"}
        assert Client(base).post("/enrol", device)["token"]
    checked = _program("check", "--data", data, "--database", database_url)
    assert checked.returncode == 0, checked.stderr


def test_importing_twice_changes_nothing(tmp_path: Path, workbook: Path) -> None:
    data = tmp_path / "data"
    first = _hall("import", workbook, "--data", data)
    again = _hall("import", workbook, "--data", data)
    assert (first.returncode, again.returncode) == (0, 0)
    assert "没有变化" in again.stdout
    back = tmp_path / "back.xlsx"
    assert _hall("export", back, "--data", data).returncode == 0
    assert "没有变化" in _hall("import", back, "--data", data).stdout


def test_an_invalid_workbook_changes_nothing_and_its_problems_are_printed(tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"not a workbook")
    result = _hall("import", bad, "--data", tmp_path / "data")
    assert result.returncode == 1
    assert "没有导入" in result.stderr
    assert not (tmp_path / "data" / "hall.db").exists()


def test_init_migrate_user_and_check(tmp_path: Path, workbook: Path) -> None:
    data = tmp_path / "data"
    made = _hall("init", "--data", data)
    assert FIRST.search(made.stdout)
    assert f"{newest()} -> {newest()}" in _hall("migrate", "--data", data).stdout
    _hall("import", workbook, "--data", data)
    added = _hall("user", "add", "1004", "--data", data)
    assert added.returncode == 0
    assert added.stdout.strip()
    assert _hall("user", "add", "1004", "--data", data).returncode == 1
    assert "1004 clerk" in _hall("user", "list", "--data", data).stdout
    assert _hall("check", "--data", data).returncode == 0
    assert oct((data).stat().st_mode & 0o777) == "0o700"


def test_a_second_init_changes_nothing(tmp_path: Path) -> None:
    first, again = _hall("init", "--data", tmp_path), _hall("init", "--data", tmp_path)
    assert (first.returncode, again.returncode) == (0, 0)
    assert FIRST.search(first.stdout)
    assert FIRST.search(again.stdout) is None, "the first password is shown once"


def test_a_persons_data_is_printed_and_erased_once_the_account_is_closed(
    tmp_path: Path, workbook: Path
) -> None:
    assert _hall("init", "--data", tmp_path).returncode == 0
    assert _hall("import", workbook, "--data", tmp_path).returncode == 0
    exported = json.loads(_hall("person", "export", "1004", "--data", tmp_path).stdout)
    assert "1004" in json.dumps(exported, ensure_ascii=False)
    refusal = _hall("person", "erase", "1004", "--data", tmp_path)
    assert (refusal.returncode, refusal.stdout) == (1, "")
    assert "still on the staff list" in refusal.stderr
    nobody = _hall("person", "erase", "9999", "--data", tmp_path)
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "nothing is kept" in nobody.stderr
    assert _hall("user", "add", "9999", "--data", tmp_path).returncode == 0
    assert _hall("user", "disable", "9999", "--data", tmp_path).returncode == 0
    unknown = _hall("person", "erase", "9999", "--data", tmp_path)
    assert (unknown.returncode, unknown.stderr) == (0, "")
    assert "erased: 1 " in unknown.stdout
    assert _hall("check", "--data", tmp_path).returncode == 0


@pytest.mark.parametrize("command", [name for name in cli.COMMANDS if name not in PROGRAMS])
def test_every_command_prints_help(command: str) -> None:
    result = _hall(command, "--help")
    assert result.returncode == 0
    assert "usage: hall" in result.stdout


@pytest.mark.parametrize("command", PROGRAMS)
def test_every_program_prints_help(command: str) -> None:
    """Print help.

    These programs patch the standard library first, so they need a process of their own.
    """
    result = _program(command, "--help")
    assert result.returncode == 0
    assert "usage: hall" in result.stdout


def test_a_misspelt_setting_is_reported(tmp_path: Path) -> None:
    (tmp_path / "hall.toml").write_text("prot = 8000\n")
    result = _hall("init", "--data", tmp_path)
    assert result.returncode == 2
    assert "prot" in result.stderr
