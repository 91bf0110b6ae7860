"""What is technical about a deployment: `hall.toml` in the data directory, and nothing else.

Business data, settings and accounts are in the database. Unknown keys are errors: a misspelt
setting that is silently ignored is found years later.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

FILE = "hall.toml"


class ConfigError(ValueError):
    """`hall.toml` cannot be used; the message says which key and why, in both languages."""


@dataclass(frozen=True, slots=True)
class Config:
    """Technical settings of one server process."""

    data: Path
    hall_id: str = "main"
    database: str = ""
    """SQLAlchemy URL; empty for `hall.db` in the data directory."""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    """What stands in QR codes; empty for http://host:port."""
    trusted_proxy: bool = False
    """Whether X-Forwarded-* of a reverse proxy are believed."""
    log: str = "info"
    demo: bool = False
    simulators: str = ""
    """Control address of the simulators; demo only."""

    @property
    def database_url(self) -> str:
        """The URL to open."""
        return self.database or f"sqlite:///{self.data.resolve() / 'hall.db'}"

    @property
    def base_url(self) -> str:
        """The address people's phones are sent to."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


_FILE_KEYS = {"hall_id", "database", "host", "port", "public_url", "trusted_proxy", "log"}


def load(data: Path, **overrides: Any) -> Config:
    """Read `hall.toml` of a data directory (it may be missing); raises ConfigError."""
    values: dict[str, Any] = {}
    path = data / FILE
    if path.exists():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: 格式不对 / not valid TOML: {error}") from error
    unknown = sorted(set(values) - _FILE_KEYS)
    if unknown:
        raise ConfigError(f"{path}: 不认识的设置 / unknown keys: {', '.join(unknown)}")
    config = Config(data=data)
    kinds = {f.name: type(getattr(config, f.name)) for f in fields(Config)}
    for name, value in values.items():
        if type(value) is not kinds[name]:
            raise ConfigError(
                f"{path}: {name}: 类型不对 / wrong type, {kinds[name].__name__} wanted"
            )
    given = {name: value for name, value in overrides.items() if value is not None}
    return replace(config, **(values | given))
