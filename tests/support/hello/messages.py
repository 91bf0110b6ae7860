"""Messages of greetings: the command, and the state that pages show."""

from __future__ import annotations

from server.core.messages import Command, Message, Name

FIELD_WORDS = {"greeting": ("问候语", "greeting")}


class Greet(Command):
    """Greeting of the hall."""

    greeting: Name


class Greetings(Message):
    """Greetings of today, oldest first, and how many are allowed."""

    greetings: list[str]
    limit: int
