"""Settings of a hall: bounded figures and texts, with the values that a new hall starts with.

Counties differ up to fivefold, so every figure here can be changed in the office. Each room
declares its own in `settings.py`: a `SettingGroup`, named in `GROUPS`. Rules take a `Settings` as
an argument; storage records the values and the time from which they apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, ClassVar, TypeVar, cast
from unicodedata import category

from server.core.errors import CommonCode, HallError, Pair
from server.core.rooms import modules

Value = int | str
TEXT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Section:
    """Section of the settings page: code, place from the top, and name.

    Groups of several rooms can share a section; the first of them names it.
    """

    code: str
    place: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """Declaration of one setting: its words, its bounds, and the meaning for the handbook."""

    zh: str
    en: str
    about: str
    low: int | None = None
    high: int | None = None
    unit: str = ""
    choices: Mapping[str, Pair] = field(default_factory=dict)
    """Allowed texts with their words; empty: any."""
    is_valid: Callable[[str], bool] | None = None
    """Validator of a text that a rule parses."""
    form: str = ""
    """Form of such a text, for the handbook."""
    longest: int = TEXT_LIMIT
    """Most characters of a text."""
    codes: Callable[[str], Sequence[str]] | None = None
    """Returns the codes of the workbook that a valid text names."""
    by_action: bool = False
    """True for a value that an action of its own sets, never the page of settings."""
    names: str = ""
    """Kind of the entries with these codes, as in `server.catalogue.named_codes`."""

    def require_valid(self, name: str, value: Value) -> None:
        """Raise SETTING_INVALID if the value is out of bounds, unknown, too long or malformed."""
        if isinstance(value, int):
            if (
                self.low is not None
                and self.high is not None
                and not self.low <= value <= self.high
            ):
                raise HallError(CommonCode.SETTING_INVALID, name=name, low=self.low, high=self.high)
            return
        if self.choices and value not in self.choices:
            raise HallError(CommonCode.SETTING_INVALID, name=name, choices=sorted(self.choices))
        if len(value) > self.longest:
            raise HallError(CommonCode.SETTING_INVALID, name=name, high=self.longest)
        if self.is_valid is not None and not self.is_valid(value):
            raise HallError(CommonCode.SETTING_INVALID, name=name)


def setting(default: Value, zh: str, en: str, about: str, **rest: Any) -> Any:
    """Return a field of a group; `rest`: the other attributes of its `Declaration`."""
    return field(default=default, metadata={"declaration": Declaration(zh, en, about, **rest)})


class SettingGroup:
    """Base of the rooms' groups: frozen dataclasses whose fields are made by `setting`."""

    __slots__ = ()
    SECTION: ClassVar[Section]


Group = TypeVar("Group", bound=SettingGroup)


@dataclass(frozen=True, slots=True)
class Entry:
    """Setting that the hall has: its group, its default value and its declaration."""

    group: type[SettingGroup]
    default: Value
    declaration: Declaration


class Settings:
    """Figures and texts of one hall, a group for each room; minutes and seconds as names say."""

    __slots__ = ("_groups",)

    def __init__(self, **values: Value) -> None:
        """Set `values` over the defaults, unchecked; see `with_values`."""
        self._groups: dict[type[SettingGroup], Any] = dict(_defaults())
        self._set(values)

    def of(self, group: type[Group]) -> Group:
        """Return the values of a group."""
        return cast("Group", self._groups[group])

    def values(self) -> dict[str, Value]:
        """Return every value by name."""
        return {
            name: getattr(self._groups[entry.group], name) for name, entry in declared().items()
        }

    def replaced(self, values: Mapping[str, Value]) -> Settings:
        """Return a copy with `values`, unchecked; groups without a new value are shared."""
        fresh = Settings()
        fresh._groups = dict(self._groups)
        fresh._set(values)
        return fresh

    def _set(self, values: Mapping[str, Value]) -> None:
        by_group: dict[type[SettingGroup], dict[str, Value]] = {}
        for name, value in values.items():
            by_group.setdefault(declared()[name].group, {})[name] = value
        for group, group_values in by_group.items():
            self._groups[group] = replace(self._groups[group], **group_values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._groups == other._groups

    def __hash__(self) -> int:
        return hash(tuple(self._groups.values()))


@cache
def groups() -> tuple[type[SettingGroup], ...]:
    """Return the groups of every room, in the order of the settings page."""
    every = [group for module in modules("settings") for group in module.GROUPS]
    return tuple(sorted(every, key=lambda group: group.SECTION.place))


@cache
def _defaults() -> dict[type[SettingGroup], SettingGroup]:
    return {group: group() for group in groups()}


@cache
def declared() -> dict[str, Entry]:
    """Return every setting by name. Raises ValueError if two groups declare the same name."""
    every: dict[str, Entry] = {}
    for group in groups():
        for declared_field in fields(cast("Any", group)):
            if declared_field.name in every:
                raise ValueError(f"setting of two groups: {declared_field.name}")
            declaration = declared_field.metadata["declaration"]
            every[declared_field.name] = Entry(
                group, cast("Value", declared_field.default), declaration
            )
    return every


@cache
def bounds() -> dict[str, tuple[int, int]]:
    """Return the lowest and the highest value of each figure."""
    return {
        name: (entry.declaration.low, entry.declaration.high)
        for name, entry in declared().items()
        if entry.declaration.low is not None and entry.declaration.high is not None
    }


@cache
def choices() -> dict[str, Mapping[str, Pair]]:
    """Return the allowed texts of each setting that has a choice, with their words."""
    return {
        name: entry.declaration.choices
        for name, entry in declared().items()
        if entry.declaration.choices
    }


def is_printable(value: Any) -> bool:
    """Return True if a value can be printed on a slip: no line breaks, no control characters.

    One such text would stop the printing of all slips. Applied to new input only: a hall that
    stored such a text earlier must still start.
    """
    return not isinstance(value, str) or all(category(c) not in ("Cc", "Cs") for c in value)


def with_values(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Return `settings` with `values` applied; raise SETTING_INVALID naming the first bad one."""
    for name, value in values.items():
        entry = declared().get(name)
        if entry is None or type(value) is not type(entry.default):
            raise HallError(CommonCode.SETTING_INVALID, name=name)
        entry.declaration.require_valid(name, value)
    return settings.replaced(values)


@dataclass(frozen=True, slots=True)
class GeneralSettings(SettingGroup):
    """Settings of the hall as a whole."""

    SECTION: ClassVar = Section("rest", 99, "其他", "Other")

    timezone: str = setting(
        "Asia/Shanghai",
        "时区",
        "Time zone",
        (
            "The hall's time zone (IANA name). An unknown name is rejected, and any other"
            " once the hall has a day that is over."
        ),
    )


@dataclass(frozen=True, slots=True)
class CalendarSettings(SettingGroup):
    """Settings of the calendar of working days."""

    SECTION: ClassVar = Section("attendance", 82, "", "")

    makeup_weekday: int = setting(
        1,
        "调休上班日按周几的时间（1为周一）",
        "A make-up day keeps the hours of weekday (1: Monday)",
        (
            "Weekday whose hours apply to a make-up working day where the calendar does "
            "not say; 1 is Monday."
        ),
        low=1,
        high=5,
    )
    calendar_warn_month: int = setting(
        11,
        "从几月起提醒导入明年的放假安排",
        "Next year's calendar is missed from month",
        "From this month on the office is warned while next year's calendar is missing.",
        low=8,
        high=12,
    )


@dataclass(frozen=True, slots=True)
class FileSettings(SettingGroup):
    """Settings of uploaded papers."""

    SECTION: ClassVar = Section("attendance", 83, "", "")

    file_limit_kb: int = setting(
        4096,
        "附件最大（KB）",
        "Largest paper (kB)",
        "Largest document that is stored.",
        low=64,
        high=16384,
        unit="kB",
    )


GROUPS = (GeneralSettings, CalendarSettings, FileSettings)
