"""Options of pytest-playwright: the browser to start, and its contexts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from support import chromium
from support.hall_server import HallServer

# Playwright's own node needs a library that a bare Debian lacks.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(chromium.NODE))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the installed browser instead of one that Playwright would download."""
    program = chromium.find()
    return {
        **browser_type_launch_args,
        "executable_path": str(program.program),
        "args": chromium.ARGS,
        "env": {**os.environ, **program.env},
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Return a browser context like that of a hall's machine."""
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 800},
    }


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall for the tests of one file, Tuesday at ten, without devices."""
    with HallServer(tmp_path_factory.mktemp("hall")) as running:
        yield running
