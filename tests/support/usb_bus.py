"""USB bus of this process with one receipt printer on it, as pyusb sees a bus through libusb."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import usb.backend
from usb.core import USBError, USBTimeoutError

VENDOR, PRODUCT = 0x0416, 0x5011


class UsbWire:
    """Printer end of the USB cable, with the interface of a simulator's wire."""

    def __init__(self) -> None:
        self.greet: Callable[[], bool] = lambda: True
        self.hold: Callable[[], float] = lambda: 0.0
        self.plugged = True
        self._receive: Callable[[bytes], None] = lambda _data: None
        self._answers = bytearray()
        self._changed = threading.Condition()

    def start(self, receive: Callable[[bytes], None]) -> None:
        self._receive = receive

    def send(self, data: bytes) -> None:
        with self._changed:
            self._answers += data
            self._changed.notify_all()

    def drop(self) -> None:
        """Do nothing: USB has no connections."""

    def plug(self, *, connected: bool) -> None:
        self.plugged = connected

    def stop(self) -> None:
        """Do nothing: no resource is held."""

    def receive_bytes(self, data: bytes) -> None:
        """Receive bytes from the host."""
        self._receive(data)

    def answer_bytes(self, limit: int, seconds: float) -> bytes:
        """Return bytes for the host, as soon as there are any."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._answers), seconds)
            data = bytes(self._answers[:limit])
            del self._answers[:limit]
            return data


class UsbBus(usb.backend.IBackend):  # type: ignore[misc]
    """Replacement for libusb; `opened` and `resets` count calls."""

    def __init__(self, wire: UsbWire) -> None:
        super().__init__()
        self.wire = wire
        self.opened = self.resets = 0

    def enumerate_devices(self) -> Iterator[str]:
        if self.wire.plugged:
            yield "printer"

    def get_device_descriptor(self, dev: str) -> Any:
        del dev
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT,
            bcdDevice=0x100, iManufacturer=0, iProduct=0, iSerialNumber=0, bNumConfigurations=1,
            address=1, bus=1, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: str, config: int) -> Any:
        del dev, config
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: str, intf: int, alt: int, config: int) -> Any:
        del dev, config
        if intf or alt:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=7, bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: str, ep: int, intf: int, alt: int, config: int) -> Any:
        del dev, intf, alt, config
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(0x01, 0x82)[ep], bmAttributes=2,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: str) -> str:
        self.opened += 1
        return dev

    def close_device(self, dev_handle: str) -> None:
        del dev_handle

    def set_configuration(self, dev_handle: str, config_value: int) -> None:
        del dev_handle, config_value

    def get_configuration(self, dev_handle: str) -> int:
        del dev_handle
        return 1

    def claim_interface(self, dev_handle: str, intf: int) -> None:
        del dev_handle, intf

    def release_interface(self, dev_handle: str, intf: int) -> None:
        del dev_handle, intf

    def reset_device(self, dev_handle: str) -> None:
        del dev_handle
        self.resets += 1

    def bulk_write(self, dev_handle: str, ep: int, intf: int, data: Any, timeout: int) -> int:
        del dev_handle, intf, timeout
        assert ep == 0x01
        self._alive()
        self.wire.receive_bytes(bytes(data))
        return len(data)

    def bulk_read(self, dev_handle: str, ep: int, intf: int, buff: Any, timeout: int) -> int:
        del dev_handle, intf
        assert ep == 0x82
        self._alive()
        data_read = self.wire.answer_bytes(len(buff), timeout / 1000)
        if not data_read:
            raise USBTimeoutError("timed out", -7, errno.ETIMEDOUT)
        for place, byte in enumerate(data_read):
            buff[place] = byte
        return len(data_read)

    def _alive(self) -> None:
        if not self.wire.plugged:
            raise USBError("no such device", -4, errno.ENODEV)
