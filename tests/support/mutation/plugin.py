"""Pytest plugin that runs the tests of the rules once for each mutant, in a forked process."""

from __future__ import annotations

import contextlib
import gc
import json
import math
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from support.mutation import switch

EXAMPLES = 25
"""Examples of a property test; the same in every run, so that a count can be repeated."""
QUICK = settings(
    deadline=None,
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
settings.register_profile("mutation", QUICK)
settings.load_profile("mutation")
CACHE = type(cache(len))
MOST_MEMORY = 4 << 30
KILLED, SURVIVED = 1, 0
PROGRESS_STEP = 200
"""Mutants after which a line tells how far the run is."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mutation")
    group.addoption("--mutants", type=Path, help="JSON list of the mutants' names")
    group.addoption("--mutant-results", type=Path, help="JSON file for the outcome of each")
    group.addoption("--mutant-processes", type=int, default=1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let property tests that ask for more examples be content with a few."""
    for item in items:
        test = getattr(item, "obj", None)
        own = getattr(test, "_hypothesis_internal_use_settings", None)
        if own is not None:
            examples = min(own.max_examples, EXAMPLES)
            test._hypothesis_internal_use_settings = settings(QUICK, max_examples=examples)  # type: ignore[union-attr]


class Caches:
    """Caches of the functions of some modules, and the cached properties of all objects of ours.

    A test that is answered from a cache does not reach the function, and no mutant of it is run.
    """

    def __init__(self, modules: Collection[str]) -> None:
        packages = {module.partition(".")[0] for module in modules}
        things = gc.get_objects()
        self._functions = [t for t in things if type(t) is CACHE and t.__module__ in modules]
        names = {
            kind: [name for name, value in vars(kind).items() if isinstance(value, cached_property)]
            for kind in set(map(type, things))
            if str(kind.__module__).partition(".")[0] in packages
        }
        self._objects = [(t, names[type(t)]) for t in things if names.get(type(t))]

    def empty(self) -> None:
        """Forget everything; the objects are those that existed when this one was made."""
        for function in self._functions:
            function.cache_clear()
        for thing, names in self._objects:
            for name in names:
                vars(thing).pop(name, None)


class Recorder:
    """Tests that reach a function, and the processor time that each test takes."""

    def __init__(self, caches: Caches) -> None:
        self.caches = caches
        self.seconds: dict[str, float] = {}
        self.tests: defaultdict[str, list[pytest.Item]] = defaultdict(list)

    def record(self, items: Sequence[pytest.Item]) -> None:
        for item, following in pairwise([*items, None]):
            assert item is not None
            self.caches.empty()
            switch.reached.clear()
            start = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.seconds[item.nodeid] = time.process_time() - start
            for function in switch.reached:
                self.tests[function].append(item)
        for tests in self.tests.values():
            tests.sort(key=lambda item: self.seconds[item.nodeid])


def run_tests(session: pytest.Session, mutant: str, tests: Sequence[pytest.Item]) -> int:
    """Run tests with one mutant until a test fails."""
    switch.activate(mutant)
    for item, following in pairwise([*tests, None]):
        assert item is not None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return KILLED
    return SURVIVED


def fork_run(session: pytest.Session, mutant: str, tests: Sequence[pytest.Item], limit: int) -> int:
    """Fork a process that runs the tests with one mutant; return its id.

    A mutant may loop forever or fill the memory. The limit counts processor seconds, which a busy
    machine does not change; the alarm ends a process that waits.
    """
    pid = os.fork()
    if pid:
        return pid
    code = KILLED
    with contextlib.suppress(BaseException):
        signal.alarm(30 * limit)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        session.config.pluginmanager.unregister(name="terminalreporter")
        code = run_tests(session, mutant, tests)
    os._exit(code)


def outcome(status: int) -> str:
    """Return the name of an outcome from the status of a process that has ended."""
    if os.WIFSIGNALED(status):
        return "timeout"
    return "survived" if os.WEXITSTATUS(status) == SURVIVED else "killed"


def show_progress(session: pytest.Session, text: str) -> None:
    """Write a line to standard error, which pytest captures otherwise."""
    manager = session.config.pluginmanager.getplugin("capturemanager")
    assert manager is not None
    with manager.global_and_fixture_disabled():
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Record all tests without a mutant, then run those that reach each mutant."""
    options = session.config.option
    mutants: list[str] = json.loads(options.mutants.read_text())
    modules = {mutant.rpartition(".")[0] for mutant in mutants}
    recorder = Recorder(Caches(modules))
    recorder.record(session.items)
    if session.testsfailed:
        return True
    Caches(modules).empty()
    gc.collect()
    gc.freeze()
    results: dict[str, str] = {}
    running: dict[int, str] = {}

    def wait_for_one() -> None:
        pid, status = os.wait()
        results[running.pop(pid)] = outcome(status)
        if len(results) % PROGRESS_STEP == 0:
            show_progress(session, f"{len(results)} of {len(mutants)} mutants")

    for mutant in mutants:
        tests = recorder.tests.get(mutant.partition("__mutmut")[0], [])
        if not tests:
            results[mutant] = "not reached"
            continue
        if len(running) >= options.mutant_processes:
            wait_for_one()
        seconds = sum(recorder.seconds[item.nodeid] for item in tests)
        running[fork_run(session, mutant, tests, math.ceil(3 + 10 * seconds))] = mutant
    while running:
        wait_for_one()
    options.mutant_results.write_text(json.dumps(results))
    return True
