"""Link interface, link addresses and the function that opens a link.

Addresses: `tcp:HOST:PORT`, `udp:HOST:PORT`, `serial:PATH?baud=9600&flow=xonxoff`,
`file:/dev/usb/lp0`, and for printers `usb:0416:5011`, `windows:NAME`, `cups:NAME`. A real device
and a simulated one differ in this address only. An unknown scheme or option is an error with a
sentence in Chinese and in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl

BAUD_RATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
FLOWS = ("none", "xonxoff", "rtscts", "dsrdtr")
"""Flow control of a serial line: how the device signals that its buffer is full."""
ONE_WAY = ("windows", "cups")
SCHEMES = ("tcp", "udp", "serial", "file", "usb", *ONE_WAY)
OPTIONS = {"serial": ("baud", "flow"), "usb": ("in", "out")}
_USB = re.compile(r"[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}")


class LinkAddressError(ValueError):
    """Error for an invalid link address; `zh` and `en` give the reason."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Link(Protocol):
    """Open cable, used by one thread only: its device thread."""

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of `data`; LinkTimeoutError after `seconds`, LinkError if the cable breaks."""

    def read(self, limit: int, seconds: float) -> bytes:
        """Return up to `limit` bytes as soon as there are any; b"" after `seconds` of silence."""

    def flush(self, seconds: float) -> None:
        """Return once the written bytes have left this PC; LinkError if they cannot."""

    def close(self) -> None:
        """Release the cable; never raises."""


@dataclass(frozen=True, slots=True)
class LinkAddress:
    """Parsed address; `target` is host:port or a path, `options` come after the `?`."""

    scheme: str
    target: str
    baud: int = 9600
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Host of a TCP or UDP address."""
        return self.target.rpartition(":")[0]

    @property
    def port(self) -> int:
        """Port of a TCP or UDP address."""
        return int(self.target.rpartition(":")[2])

    @property
    def flow(self) -> str:
        """Flow control of a serial line, one of FLOWS."""
        return self.options.get("flow", "none")

    def __str__(self) -> str:
        parts = [f"baud={self.baud}"] if self.scheme == "serial" else []
        parts += [f"{name}={value}" for name, value in self.options.items()]
        return f"{self.scheme}:{self.target}" + (f"?{'&'.join(parts)}" if parts else "")

    def open(self, seconds: float) -> Link:
        """Open the cable within `seconds`; raises LinkError."""
        # Late imports: an agent whose devices use TCP needs no working serial library.
        if self.scheme == "tcp":
            from devices.link.tcp import TcpLink  # noqa: PLC0415

            return TcpLink(self.host, self.port, seconds)
        if self.scheme == "udp":
            from devices.link.udp import UdpLink  # noqa: PLC0415

            return UdpLink(self.host, self.port)
        if self.scheme == "serial":
            from devices.link.serialport import SerialLink  # noqa: PLC0415

            return SerialLink(self.target, self.baud, self.flow)
        if self.scheme == "usb":
            return self._usb()
        if self.scheme in ONE_WAY:
            from devices.link.spooler import SpoolerLink  # noqa: PLC0415

            return SpoolerLink(self.scheme, self.target)
        from devices.link.file import FileLink  # noqa: PLC0415

        return FileLink(self.target)

    def _usb(self) -> Link:
        from devices.link import usb  # noqa: PLC0415

        vendor, product = (int(part, 16) for part in self.target.split(":"))
        ends = {"in_endpoint": "in", "out_endpoint": "out"}
        endpoints = {end: int(self.options[o], 0) for end, o in ends.items() if o in self.options}
        return usb.UsbLink(vendor, product, **endpoints)


def parse_link(text: str, folder: Path | None = None, *, listening: bool = False) -> LinkAddress:
    """Parse an address; relative paths start at `folder`.

    `listening` allows port 0, which selects a free port.

    Raises:
        LinkAddressError: The address is invalid.
    """
    scheme, colon, body = text.partition(":")
    if not colon or scheme not in SCHEMES:
        names = [f"{name}:" for name in SCHEMES]
        raise LinkAddressError(
            f"连接地址 {text!r} 应以 {'、'.join(names)} 之一开头",
            f"link {text!r} must start with one of {', '.join(names)}",
        )
    target, _, query = body.partition("?")
    options = dict(parse_qsl(query))
    baud = _baud(text, scheme, options)
    if scheme in ("tcp", "udp"):
        return LinkAddress(scheme, _host_and_port(text, target, 0 if listening else 1), baud)
    if not target:
        raise LinkAddressError(f"连接地址 {text!r} 缺少设备路径", f"link {text!r} has no path")
    if scheme == "usb" or scheme in ONE_WAY:
        if scheme == "usb" and not _USB.fullmatch(target):
            raise LinkAddressError(
                f"连接地址 {text!r} 应写成 usb:厂商号:产品号，如 usb:0416:5011",
                f"link {text!r} must read usb:VENDOR:PRODUCT, such as usb:0416:5011",
            )
        return LinkAddress(scheme, target, baud, options)
    path = Path(target)
    if folder is not None and not path.is_absolute():
        path = folder / path
    return LinkAddress(scheme, str(path), baud, options)


def _baud(text: str, scheme: str, options: dict[str, str]) -> int:
    """Remove the baud rate from the options, check the other options and return the rate."""
    unknown = sorted(set(options) - set(OPTIONS.get(scheme, ())))
    if unknown:
        names = ", ".join(unknown)
        raise LinkAddressError(
            f"连接地址 {text!r} 含未知参数 {names}", f"link {text!r} has unknown options {names}"
        )
    value = options.pop("baud", "9600")
    if not value.isdigit() or int(value) not in BAUD_RATES:
        rates = ", ".join(map(str, BAUD_RATES))
        raise LinkAddressError(
            f"连接地址 {text!r} 的波特率应为 {rates} 之一",
            f"link {text!r}: the baud rate must be one of {rates}",
        )
    if options.get("flow", "none") not in FLOWS:
        raise LinkAddressError(
            f"连接地址 {text!r} 的 flow 应为 {'、'.join(FLOWS)} 之一",
            f"link {text!r}: flow must be one of {', '.join(FLOWS)}",
        )
    for end in ("in", "out"):
        if not re.fullmatch(r"0x[0-9A-Fa-f]{1,2}|[0-9]{1,3}", options.get(end, "0")):
            raise LinkAddressError(
                f"连接地址 {text!r} 的端点 {end} 应写成 0x82 这样的数",
                f"link {text!r}: endpoint {end} must be a number such as 0x82",
            )
    return int(value)


def _host_and_port(text: str, target: str, lowest: int) -> str:
    scheme = text.partition(":")[0]
    host, _, port = target.rpartition(":")
    if not host or not port.isdigit() or not lowest <= int(port) < 65536:
        raise LinkAddressError(
            f"连接地址 {text!r} 应写成 {scheme}:主机:端口",
            f"link {text!r} must read {scheme}:HOST:PORT",
        )
    return target
