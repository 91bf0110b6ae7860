"""Schema revisions: lists them and migrates to one of them in a running transaction."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from server.core.engine import MIGRATIONS


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(conn: Connection, to: str = "head") -> None:
    """Migrate the schema to a revision in the connection's running transaction."""
    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, to)


def known() -> list[str]:
    """Return every revision that this program contains, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [step.revision for step in reversed(list(script.walk_revisions()))]
