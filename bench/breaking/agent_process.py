"""Agent process forked by the fork server.

Does what `python -m SURFACE.agent --config FILE` does.
"""

from __future__ import annotations

from importlib import import_module

from devices.host import main as host


def load() -> None:
    """Import every module that an agent may need; start no thread."""
    agents = ("kiosk.agent", "counters.agent", "display.agent")
    for name in (*agents, "devices.registry", "socketio", "websocket"):
        import_module(name)


def run_agent(argv: list[str]) -> None:
    """Run an agent. `argv`: surface, path of the configuration."""
    surface, path = argv
    kinds = import_module(f"{surface}.agent").KINDS
    raise SystemExit(host.main(["--config", path], kinds=kinds))
