"""A USB printer through python-escpos and libusb, claimed once and kept.

Opening takes the printer away from the kernel's driver and resets it [SRC], which in the middle of
a slip would lose what it has buffered. So a printer is opened once in a process, and only a broken
cable gives it up. Status comes back on the bulk-in endpoint: outcomes are known as on any cable.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import Any

from devices.link.base import LinkError, LinkTimeoutError

IN_ENDPOINT, OUT_ENDPOINT = 0x82, 0x01
CHUNK = 512
_open: dict[tuple[int, int], Any] = {}
"""The printers of this process, by vendor and product; each is used by its owner thread only."""


def library(name: str) -> Any:
    """Return a class of python-escpos, without the folder that its loader leaves behind."""
    from escpos import capabilities, printer  # noqa: PLC0415 - a third of a second, for some only

    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return getattr(printer, name)


def bundled() -> Any:
    """Return the libusb that comes with the packages, so that the machine needs none."""
    import libusb_package  # noqa: PLC0415 - only where a USB printer is

    return libusb_package.get_libusb1_backend()


class UsbLink:
    """One USB printer. `backend`: pyusb's way to the bus."""

    def __init__(
        self,
        vendor: int,
        product: int,
        in_endpoint: int = IN_ENDPOINT,
        out_endpoint: int = OUT_ENDPOINT,
        backend: Any = None,
    ) -> None:
        self._name = f"usb {vendor:04x}:{product:04x}"
        self._key = vendor, product
        self._printer: Any = _open.get(self._key)
        if self._printer is None:
            args = {"backend": backend or bundled()}
            made = library("Usb")(
                vendor, product, usb_args=args, in_ep=in_endpoint, out_ep=out_endpoint
            )
            try:
                made.open()
            except Exception as error:
                raise LinkError(f"{self._name}: {error}") from error
            self._printer = _open[self._key] = made

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of `data`; see Link."""
        self._printer.timeout = max(1, int(seconds * 1000))
        for start in range(0, len(data), CHUNK):
            try:
                self._printer._raw(data[start : start + CHUNK])
            except OSError as error:
                raise self._broken(error) from error

    def read(self, limit: int, seconds: float) -> bytes:
        """Up to `limit` bytes as soon as there are any; see Link."""
        device, endpoint = self._printer.device, self._printer.in_ep
        try:
            found = device.read(endpoint, max(64, limit), max(1, int(seconds * 1000)))
        except OSError as error:
            if _timed_out(error):
                return b""
            raise self._broken(error) from error
        return bytes(found)

    def flush(self, seconds: float) -> None:
        """A bulk transfer is with the printer when it ends; see Link."""

    def close(self) -> None:
        """Keep it: the next slip finds it open."""

    def _broken(self, error: OSError) -> LinkError:
        if _timed_out(error):
            return LinkTimeoutError(f"{self._name}: bytes not taken")
        printer = _open.pop(self._key, None)
        with contextlib.suppress(Exception):
            printer.close()
        return LinkError(f"{self._name}: {error}")


def _timed_out(error: OSError) -> bool:
    """Return True for pyusb's timeout, which some of its backends tell by number only."""
    return type(error).__name__ == "USBTimeoutError" or error.errno in (110, 10060)
