"""Rules of go.py: changed steps run again, unchanged ones are skipped, failures are shown."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def go(tmp_path: Path) -> ModuleType:
    """Return go.py, loaded in an empty project of its own."""
    shutil.copy(ROOT / "go.py", tmp_path / "go.py")
    spec = importlib.util.spec_from_file_location("go_under_test", tmp_path / "go.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_step_is_done_once_until_its_sources_change(go: ModuleType) -> None:
    source = go.ROOT / "kiosk" / "page.ts"
    source.parent.mkdir()
    source.write_text("one")
    made = go.ROOT / "made"
    done: list[str] = []

    def work() -> None:
        done.append(source.read_text())
        made.touch()

    for _ in range(2):
        go.run_step("page", [go.ROOT / "kiosk"], work, made)
    source.write_text("two")
    go.run_step("page", [go.ROOT / "kiosk"], work, made)
    made.unlink()
    go.run_step("page", [go.ROOT / "kiosk"], work, made)
    assert done == ["one", "two", "two"]


def test_the_setup_of_the_tests_also_serves_a_run(go: ModuleType) -> None:
    made = go.ROOT / "made"
    made.touch()
    done: list[str] = []
    go.run_step("packages", ["test"], lambda: done.append("test"), made)
    go.run_step("packages", ["run"], lambda: done.append("run"), made, go.digest(["test"]))
    assert done == ["test"]


def test_a_failed_step_shows_its_output_and_counts_as_not_done(
    go: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        go.run_command("build", sys.executable, "-c", "print('why it broke'); raise SystemExit(3)")

    for _ in range(2):
        with pytest.raises(go.StepFailedError):
            go.run_step("pages", ["x"], work, go.ROOT / "made")
    assert capsys.readouterr().out.count("why it broke") == 2


def test_the_hash_covers_names_and_contents_but_no_build_output(go: ModuleType) -> None:
    web = go.ROOT / "server" / "web"
    (web / "dist").mkdir(parents=True)
    (web / "a.ts").write_text("a")
    before = go.digest([web])
    (web / "dist" / "a.js").write_text("built")
    (web / "wire.gen.ts").write_text("generated")
    assert go.digest([web]) == before
    (web / "a.ts").rename(web / "b.ts")
    assert go.digest([web]) != before


def test_help_lists_every_command() -> None:
    words = subprocess.run(
        [sys.executable, ROOT / "go.py", "--help"], check=True, capture_output=True, text=True
    ).stdout
    for name in ("run", "test", "setup", "lint", "lock", "clean"):
        assert name in words


def test_lock_files_have_hashes_and_no_urls() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        lines = lock.read_text().splitlines()
        assert not [line for line in lines if "://" in line or line.startswith("-")]
        pins = [number for number, line in enumerate(lines) if "==" in line]
        assert pins
        assert all("--hash=sha256:" in lines[number + 1] for number in pins)
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_setup_compiles_every_module_even_if_a_package_has_an_invalid_one(
    go: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in go.PACKAGES:
        (go.ROOT / name).mkdir()
        (go.ROOT / name / "rules.py").write_text("one = 1\n")
    package = go.VENV / "lib" / "package"
    package.mkdir(parents=True)
    (package / "template.py").write_text("{% not python %}\n")
    (package / "good.py").write_text("one = 1\n")
    monkeypatch.setattr(go, "PYTHON", Path(sys.executable))
    go.compile_all()
    made = {
        str(path.relative_to(go.ROOT)).partition("/__pycache__/")[0]
        for path in go.ROOT.rglob("*.pyc")
        if path.stem.partition(".")[0] != "go"  # python wrote it when it loaded the copy
    }
    assert made == {*go.PACKAGES, ".venv/lib/package"}
    assert not list(package.rglob("template*.pyc"))
    (go.ROOT / "kiosk" / "broken.py").write_text("{% not python %}\n")
    with pytest.raises(go.StepFailedError):
        go.compile_all()
