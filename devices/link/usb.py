"""USB printer link through python-escpos and libusb, claimed once per process.

Opening detaches the printer from the kernel's driver and resets it [SRC], which in the middle of a
slip would lose the buffered data. So a printer is opened once in a process and released only when
its cable breaks. Status comes back on the bulk-in endpoint: outcomes are known as on any cable.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import Any

from devices.link.errors import LinkError, LinkTimeoutError

IN_ENDPOINT, OUT_ENDPOINT = 0x82, 0x01
CHUNK = 512
_open: dict[tuple[int, int], Any] = {}
"""Open printers of this process, by vendor and product; each is used by its device thread only."""


def library(name: str) -> Any:
    """Return a class of python-escpos, and delete the folder that its loader leaves behind."""
    from escpos import capabilities, printer  # noqa: PLC0415 - a third of a second, for some only

    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return getattr(printer, name)


def bundled() -> Any:
    """Return the libusb of the Python packages, so that the machine needs none of its own."""
    import libusb_package  # noqa: PLC0415 - only where a USB printer is

    return libusb_package.get_libusb1_backend()


class UsbLink:
    """Link to one USB printer. `backend` is pyusb's access to the bus."""

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
            printer = library("Usb")(
                vendor, product, usb_args=args, in_ep=in_endpoint, out_ep=out_endpoint
            )
            try:
                printer.open()
            except Exception as error:
                raise LinkError(f"{self._name}: {error}") from error
            self._printer = _open[self._key] = printer

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of `data`; see Link."""
        self._printer.timeout = max(1, int(seconds * 1000))
        for start in range(0, len(data), CHUNK):
            try:
                self._printer._raw(data[start : start + CHUNK])
            except OSError as error:
                raise self._broken(error) from error

    def read(self, limit: int, seconds: float) -> bytes:
        """Return up to `limit` bytes as soon as there are any; see Link."""
        device, endpoint = self._printer.device, self._printer.in_ep
        try:
            data = device.read(endpoint, max(64, limit), max(1, int(seconds * 1000)))
        except OSError as error:
            if _timed_out(error):
                return b""
            raise self._broken(error) from error
        return bytes(data)

    def flush(self, seconds: float) -> None:
        """Do nothing: a bulk transfer has reached the printer when it ends; see Link."""

    def close(self) -> None:
        """Do nothing: the printer stays open for the next slip."""

    def _broken(self, error: OSError) -> LinkError:
        if _timed_out(error):
            return LinkTimeoutError(f"{self._name}: bytes not taken")
        printer = _open.pop(self._key, None)
        with contextlib.suppress(Exception):
            printer.close()
        return LinkError(f"{self._name}: {error}")


def _timed_out(error: OSError) -> bool:
    """Return True for pyusb's timeout, which some of its backends report by number only."""
    return type(error).__name__ == "USBTimeoutError" or error.errno in (110, 10060)
