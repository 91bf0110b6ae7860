"""Messages of the working calendar."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.core.messages import Edit, Message


class StateDay(Message):
    """Holiday or make-up working day. `own` marks the hall's own special day, which wins."""

    day: str
    opens: bool
    note: str
    like_weekday: int
    own: bool


class CalendarYear(Message):
    """One year of the working calendar."""

    year: int
    known: bool
    source: str
    imported_at: int | None
    week: list[int]
    """ISO weekdays worked in an ordinary week."""
    days: list[StateDay]
    working_days: list[int]
    """Number of working days of each month."""
    years: list[int]
    missing: list[int]


class ImportCalendar(Edit):
    """List of a year with a line per day or range: day, 休 or 班, name."""

    year: int = Field(ge=2000, le=2099)
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class CalendarTaken(Message):
    """Result of a calendar import."""

    year: int
    off: int
    on: int


class HallHours(Message):
    """State of the hall by its hours and calendar: open or closed, and the next opening."""

    open: bool
    numbers: bool
    """True if the hours permit issuing: from shortly before opening until the last ticket."""
    midday: bool
    """True if closed between two spans of the same day."""
    next: int | None
    """Next opening while closed or after the last ticket; None if none is near."""
    windows: list[int]
    """Numbers of the windows that are open by their own hours while the hall is closed."""


class UnitRef(Message):
    """Unit on the kiosk."""

    code: str
    name: str
    name_en: str
    short: str
    prefix: str
    presence: Literal["hall", "withdrawn", "elsewhere"]
    place: str
    place_en: str
    phone: str
    items: int


class NameRef(Message):
    """Errand group or unit by code and name."""

    code: str
    name: str
    name_en: str


class GroupRef(NameRef):
    """Errand group. `keys`: pinyin and initials, lower case."""

    keys: list[str] = Field(default_factory=list)


class ZoneRef(NameRef):
    """Zone by code and name. The site's fields are empty unless the hall has several sites."""

    site: str = ""
    site_name: str = ""
    site_name_en: str = ""


class Building(Message):
    """Building of the hall (办公地点) with its address and the way to its door."""

    code: str
    name: str
    name_en: str
    address: str
    address_en: str
    directions: str = ""
    """A line each, such as 公交：…; empty where the office has not filled it in."""
    directions_en: str = ""


class OpenHours(Message):
    """Hours on some weekdays (1 is Monday), `HH:MM`."""

    weekdays: list[int]
    opens: str
    closes: str


class BuildingDays(Message):
    """Hours of an item in one of its buildings, where it is not served every day."""

    code: str
    """Building's code."""
    today: bool
    """True if it is served there on this day."""
    hours: list[OpenHours]


class PlanWindow(Message):
    """Window on the plan of a building."""

    code: str
    number: int
    name: str
    name_en: str


class PlanRoom(NameRef):
    """Room on the plan of a building, with its windows in the order of their numbers."""

    windows: list[PlanWindow]


class BuildingPlan(Building):
    """Building with its hours and rooms.

    A hall that lists no building has one without code and address, with the hall's name.
    """

    hours: list[OpenHours]
    rooms: list[PlanRoom]


class ClassRef(Message):
    """Applicant class."""

    code: str
    name: str
    name_en: str
    level: int
    mark: str
    proof: str


class ItemRef(Message):
    """Item in lists and search. `keys`: pinyin and initials, lower case."""

    code: str
    unit: str
    group: str
    name: str
    name_en: str
    kind: Literal["approval", "service"]
    handling: Literal["accepted", "consult"]
    keys: list[str]
    needs: list[str] = Field(default_factory=list)
    """Keys of the papers that it requires, for the search."""


class WindowRef(Message):
    """Window with its number, name and zone.

    The site's fields are empty unless the hall has several sites.
    """

    code: str
    number: int
    name: str
    name_en: str
    kind: Literal["comprehensive", "specialised"]
    zone: str
    zone_name: str
    zone_name_en: str
    site: str = ""
    site_name: str = ""
    site_name_en: str = ""


class MaterialRef(Message):
    """Paper to bring."""

    name: str
    form: str
    required: bool
    by_sharing: bool = False
    """True if the hall obtains it, so that nobody has to bring it."""


class VersionView(Message):
    """Version of the business data."""

    version: int
    at: int
    by: str
    digest: str
    note: str


class VersionList(Message):
    """Answer to GET /api/v1/office/versions."""

    versions: list[VersionView]


class ImportProblem(Message):
    """One problem of a workbook."""

    sheet: str
    row: int
    column: str
    code: str
    message_zh: str
    message_en: str


class Imported(Message):
    """Result of an import: the version in force; `changed`: it is new."""

    version: int
    changed: bool
    problems: list[ImportProblem] = Field(default_factory=list)
