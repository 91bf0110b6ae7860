"""An agent as the nursery bears it: what `python -m SURFACE.agent --config FILE` does."""

from __future__ import annotations

from importlib import import_module

from devices.host import main as host
from devices.registry import KINDS


def load() -> None:
    """Import everything an agent may need; no thread is begun."""
    for name in ("kiosk.agent", "counters.agent", "display.agent", "socketio", "websocket"):
        import_module(name)
    for kind in KINDS:
        import_module(f"devices.{kind}.crew")


def run_agent(argv: list[str]) -> None:
    """`argv`: surface, path of the configuration."""
    surface, path = argv
    kinds = import_module(f"{surface}.agent").KINDS
    raise SystemExit(host.main(["--config", path], kinds=kinds))
