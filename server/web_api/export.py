"""Messages of every room, for the API document and for the contract `wire`."""

from __future__ import annotations

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
