"""Technical configuration of a deployment: `hall.toml` in the data directory, nothing else.

Business data, settings and accounts are in the database. Unknown keys are errors: a misspelt
setting that is silently ignored may go unnoticed for years.
"""

from __future__ import annotations

import os
import re
import socket
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

FILE = "hall.toml"


class ConfigError(ValueError):
    """Error for an unusable `hall.toml`; the message names key and reason in both languages."""


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
    """Base address in QR codes; empty for http://host:port."""
    trusted_proxy: bool = False
    """Flag: X-Forwarded-* headers of a reverse proxy are trusted."""
    tls_certificate: str = ""
    """Path of a PEM file with certificate and chain; empty for plain HTTP (proxy or trial)."""
    tls_key: str = ""
    """Path of a PEM file with the certificate's key."""
    log: str = "info"
    redis: str = ""
    """URL of the Redis or Valkey that connects the workers of one hall."""
    workers: int = 1
    """Number of server processes that `hall serve` starts."""
    slot: int = 0
    """Number of this process among them."""
    halls: Mapping[str, Any] = field(default_factory=dict)
    """Host name by hall id, if one deployment serves several halls."""
    demo: bool = False
    simulators: str = ""
    """Control address of the simulators; demo only."""

    @property
    def database_url(self) -> str:
        """URL of the database to open."""
        return self.database or f"sqlite:///{self.data.resolve() / 'hall.db'}"

    @property
    def worker_name(self) -> str:
        """Name of this process among those on the same database; kept over restarts."""
        return f"{socket.gethostname()[:40]}:{self.port}/{self.slot}"

    def of_hall(self, hall_id: str) -> Config:
        """Return the settings of one of several halls: own data folder, address, QR codes."""
        if not self.halls:
            return self
        host = self.halls[hall_id]
        scheme, _, _ = self.base_url.partition("://")
        port = "" if self.public_url else f":{self.port}"
        return replace(
            self,
            hall_id=hall_id,
            data=self.data / "halls" / hall_id,
            public_url=f"{scheme}://{host}{port}",
        )

    @property
    def base_url(self) -> str:
        """Base address that people's phones open."""
        scheme = "https" if self.tls_certificate else "http"
        return (self.public_url or f"{scheme}://{self.host}:{self.port}").rstrip("/")


_FILE_KEYS = {
    "hall_id",
    "database",
    "host",
    "port",
    "public_url",
    "trusted_proxy",
    "log",
    "tls_certificate",
    "tls_key",
    "redis",
    "workers",
    "halls",
}
HALL_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
HOST = re.compile(r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")
MOST_WORKERS = 64


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
    kinds = {f.name: type(getattr(Config(data=data), f.name)) for f in fields(Config)}
    for name, value in values.items():
        if type(value) is not kinds[name]:
            raise ConfigError(
                f"{path}: {name}: 类型不对 / wrong type, {kinds[name].__name__} wanted"
            )
    set_overrides = {name: value for name, value in overrides.items() if value is not None}
    config = replace(Config(data=data), **(values | set_overrides))
    for problem in _problems(config):
        raise ConfigError(f"{path}: {problem}")
    return config


def load_one(data: Path, hall: str = "", **overrides: Any) -> Config:
    """Return the settings of the only hall, or of the named one; raises ConfigError."""
    config = load(data, **overrides)
    if config.halls and hall not in config.halls:
        names = ", ".join(config.halls)
        raise ConfigError(f"请用 --hall 指定大厅 / name the hall with --hall: {names}")
    return config.of_hall(hall)


def _is_host(text: Any) -> bool:
    return isinstance(text, str) and HOST.match(text) is not None


def _problems(config: Config) -> Iterator[str]:
    if not 1 <= config.workers <= MOST_WORKERS:
        yield f"workers: 1–{MOST_WORKERS}"
    if config.workers > 1 and config.database_url.startswith("sqlite"):
        yield "workers: 多个进程需要 PostgreSQL / more than one needs PostgreSQL"
    if bool(config.tls_certificate) != bool(config.tls_key):
        yield "tls_certificate, tls_key: 要么都有，要么都没有 / both or neither"
    for file in filter(None, (config.tls_certificate, config.tls_key)):
        if not os.access(file, os.R_OK):
            yield f"tls: 读不到文件 / cannot read {file}"
    if len(set(config.halls.values())) != len(config.halls):
        yield "halls: 两个大厅用了同一个域名 / two halls have the same host name"
    for hall_id, host in config.halls.items():
        if not HALL_ID.match(hall_id) or not _is_host(host):
            yield (
                f'halls: {hall_id} = {host!r}: 应为 编号 = "域名" / '
                'wanted: id = "host name", in small letters'
            )
