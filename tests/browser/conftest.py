"""What pytest-playwright is told: which browser to start, and how."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from support import chromium
from support.hall_server import HallServer

# Playwright's own node wants a library that a bare Debian lacks.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(chromium.NODE))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Starts the browser that is there instead of one that Playwright would fetch."""
    found = chromium.find()
    return {
        **browser_type_launch_args,
        "executable_path": str(found.program),
        "args": chromium.ARGS,
        "env": {**os.environ, **found.env},
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A page as a hall's machine shows it."""
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 800},
    }


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """A hall for the tests of one file, at ten on a Tuesday, without devices."""
    with HallServer(tmp_path_factory.mktemp("hall")) as running:
        yield running
