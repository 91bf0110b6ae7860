"""JSON Schema of every message, for the pages' types: `python -m server.wire.export`."""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic.json_schema import models_json_schema

from server.attendance import messages as attendance_messages
from server.bulletins import messages as bulletins_messages
from server.catalogue import messages as catalogue_messages
from server.leave import messages as leave_messages
from server.queue.offline import messages as offline_messages
from server.retroactive import messages as retroactive_messages
from server.spot_checks import messages as spot_checks_messages
from server.time_clocks import messages as time_clocks_messages
from server.wire import commands, views
from server.wire.base import Command, Message

MODULES = (
    commands,
    views,
    time_clocks_messages,
    attendance_messages,
    leave_messages,
    spot_checks_messages,
    bulletins_messages,
    catalogue_messages,
    offline_messages,
    retroactive_messages,
)


def models() -> list[type[Message] | type[Command]]:
    """Return every message and command class by name."""
    classes = {
        name: value
        for module in MODULES
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, (Message, Command))
        if value not in (Message, Command)
    }
    return [classes[name] for name in sorted(classes)]


def schema() -> dict[str, Any]:
    """Return the schema with one definition per class."""
    _, top = models_json_schema([(m, "serialization") for m in models()], title="Hallkeeper")
    return top


if __name__ == "__main__":
    json.dump(schema(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")
