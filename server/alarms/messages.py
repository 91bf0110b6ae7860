"""Messages about alarms."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from server.core.messages import Command, Name


class TakeAlarm(Command):
    """Alarm of the office's list that the person deals with."""

    code: Name
    subject: Annotated[str, Field(max_length=128)] = ""
