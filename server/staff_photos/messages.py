"""Messages of staff photos."""

from __future__ import annotations

from server.core.messages import Message


class StaffPhoto(Message):
    """Person of the staff list with the photo that is shown; `file` empty: none."""

    staff: str
    name: str
    unit_name: str
    file: str
    at: int | None


class StaffPhotos(Message):
    """Every person of the staff list, with the photo that is shown."""

    people: list[StaffPhoto]
