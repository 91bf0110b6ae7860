"""Greetings as the journal holds them: this capability needs no table of its own."""

from __future__ import annotations

from sqlalchemy import Connection

from server.core import journal

SUBJECT = "hello"


def greetings(conn: Connection, hall_id: str) -> list[str]:
    """Return every greeting since the last rest, oldest first."""
    lines = journal.of_subject(conn, hall_id, SUBJECT)
    last_rest = max((line["seq"] for line in lines if line["act"] == "hello.rest"), default=0)
    return [
        str(line["data"]["greeting"])
        for line in lines
        if line["act"] == "hello.greet" and line["seq"] > last_rest
    ]
