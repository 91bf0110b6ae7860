"""Technical configuration of a deployment: `hall.toml` in the data directory, nothing else.

Business data, settings and accounts are in the database. Unknown keys are errors: a misspelt
setting that is silently ignored may go unnoticed for years.
"""

from __future__ import annotations

import os
import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

FILE = "hall.toml"


class ConfigError(ValueError):
    """Error for an unusable `hall.toml`; the message names key and reason in both languages."""


class BranchFile(BaseModel):
    """Table `branch` of `hall.toml`: makes this server the branch server of a building."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    site: str = Field(min_length=1, max_length=64)
    main: str = Field(pattern=r"^https?://")


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
    branch: BranchFile | None = None
    """Place of a branch server; None at the main server."""
    demo: bool = False
    simulators: str = ""
    """Control address of the simulators; demo only."""

    @property
    def database_url(self) -> str:
        """URL of the database to open."""
        return self.database or f"sqlite:///{self.data.resolve() / 'hall.db'}"

    @property
    def branch_site(self) -> str:
        """Building of a branch server; empty at the main server."""
        return self.branch.site if self.branch else ""

    @property
    def main_url(self) -> str:
        """Address of the main server, at a branch server; empty at the main server."""
        return self.branch.main.rstrip("/") if self.branch else ""

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


HALL_ID = r"^[a-z0-9][a-z0-9-]{0,39}$"
HOST = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
MOST_WORKERS = 64
_REASONS = {
    "extra_forbidden": "不认识的设置 / unknown key",
    "greater_than_equal": f"1–{MOST_WORKERS}",
    "less_than_equal": f"1–{MOST_WORKERS}",
    "string_type": "应为文字 / a text is wanted",
    "string_pattern_mismatch": '应为 编号 = "域名" / wanted: id = "host name", in small letters',
}
"""Reasons by pydantic's kind of error; any other is a wrong type."""
_Hosts = dict[Annotated[str, Field(pattern=HALL_ID)], Annotated[str, Field(pattern=HOST)]]


class HallFile(BaseModel):
    """Keys of `hall.toml`; empty or missing keys leave the defaults of `Config`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    hall_id: str = "main"
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    trusted_proxy: bool = False
    tls_certificate: str = ""
    tls_key: str = ""
    log: str = "info"
    redis: str = ""
    workers: int = Field(default=1, ge=1, le=MOST_WORKERS)
    halls: _Hosts = Field(default_factory=dict)
    branch: BranchFile | None = None

    @field_validator("halls")
    @classmethod
    def _hosts_differ(cls, halls: dict[str, str]) -> dict[str, str]:
        if len(set(halls.values())) != len(halls):
            raise ValueError("两个大厅用了同一个域名 / two halls have the same host name")
        return halls

    @model_validator(mode="after")
    def _whole(self) -> HallFile:
        if self.workers > 1 and (not self.database or self.database.startswith("sqlite")):
            raise ValueError("workers: 多个进程需要 PostgreSQL / more than one needs PostgreSQL")
        if self.branch is not None and self.halls:
            raise ValueError("branch, halls: 二者只能有一个 / one of the two only")
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError("tls_certificate, tls_key: 要么都有，要么都没有 / both or neither")
        for file in filter(None, (self.tls_certificate, self.tls_key)):
            if not os.access(file, os.R_OK):
                raise ValueError(f"tls: 读不到文件 / cannot read {file}")
        return self


def load(data: Path, **overrides: Any) -> Config:
    """Read `hall.toml` of a data directory (it may be missing); raises ConfigError.

    `overrides`: values of the command line; None leaves the file's.
    """
    values: dict[str, Any] = {}
    path = data / FILE
    if path.exists():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: 格式不对 / not valid TOML: {error}") from error
    given = {name: value for name, value in overrides.items() if value is not None}
    of_file = values | {n: given.pop(n) for n in list(given) if n in HallFile.model_fields}
    try:
        file = HallFile.model_validate(of_file)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_sentence(error)}") from None
    values = file.model_dump(exclude={"branch"})
    return Config(data=data, branch=file.branch, **values, **given)


def _sentence(error: ValidationError) -> str:
    """Return the first problem of a file in both languages, with its key."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"] if part != "[key]")
    reason = _REASONS.get(first["type"], f"类型不对 / wrong type: {first['msg']}")
    if len(first["loc"]) > 1:
        reason = _REASONS["string_pattern_mismatch"]
    if first["type"] == "value_error":
        reason = str(first["ctx"]["error"])
    return f"{key}: {reason}" if key else reason


def load_one(data: Path, hall: str = "", **overrides: Any) -> Config:
    """Return the settings of the only hall, or of the named one; raises ConfigError."""
    config = load(data, **overrides)
    if config.halls and hall not in config.halls:
        names = ", ".join(config.halls)
        raise ConfigError(f"请用 --hall 指定大厅 / name the hall with --hall: {names}")
    return config.of_hall(hall)
