"""JSON Schema of every message, for the pages' types: `python -m server.web_api.export`."""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic.json_schema import models_json_schema

from server.core.messages import Command, Message, Nothing
from server.core.rooms import modules


def models() -> list[type[Message] | type[Command]]:
    """Return every message and command class by name."""
    classes = {
        name: value
        for module in modules("messages")
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, (Message, Command))
        if value not in (Message, Command, Nothing)
    }
    return [classes[name] for name in sorted(classes)]


def schema() -> dict[str, Any]:
    """Return the schema with one definition per class."""
    _, top = models_json_schema([(m, "serialization") for m in models()], title="Hallkeeper")
    return top


if __name__ == "__main__":
    json.dump(schema(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")
