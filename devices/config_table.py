"""Typed, bounded reader of configuration tables that collects every problem.

Each key is requested by name; a key that is never requested is reported, so a misspelt key never
passes silently. Problems carry a sentence in Chinese and in English. Reading continues after a
problem, because the person at the keyboard wants to see all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

T = TypeVar("T")
SECRET = frozenset({"enrol_code", "comm_key"})
"""Settings whose values are never quoted in a problem."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration; `where` names the table, e.g. `device printer-1`."""

    where: str
    zh: str
    en: str


class ConfigError(Exception):
    """Error for an unusable configuration; `problems` holds every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"[{p.where}] {p.zh} / {p.en}" for p in self.problems]
        super().__init__("\n".join(lines))


class Settings:
    """Reader of one table. `problems` is shared by all tables of a file."""

    def __init__(self, where: str, table: Mapping[str, object], problems: list[Problem]) -> None:
        self.where = where
        self._table = dict(table)
        self._known: set[str] = set()
        self._problems = problems

    def problem(self, zh: str, en: str) -> None:
        """Add a problem of this table."""
        self._problems.append(Problem(self.where, zh, en))

    def text(self, key: str, default: str | None = None, choices: Sequence[str] = ()) -> str:
        """Return a text; required if there is no default; one of `choices` if any are given."""
        value = self._take(key, default)
        if not isinstance(value, str):
            self._wrong(key, value, "文字", "a text")
            return default or ""
        if choices and value not in choices:
            self._wrong(key, value, f"{'、'.join(choices)} 之一", f"one of {', '.join(choices)}")
        return value

    def number(self, key: str, default: float | None, low: float, high: float) -> float:
        """Return a number within low..high; required if the default is None."""
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(key, value, "数字", "a number")
            return default if default is not None else low
        if not low <= value <= high:
            self._wrong(key, value, f"{low:g} 到 {high:g} 之间", f"within {low:g}..{high:g}")
            return default if default is not None else low
        return float(value)

    def whole(self, key: str, default: int | None, low: int, high: int) -> int:
        """Return a whole number within low..high; required if the default is None."""
        value = self._table.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            self._known.add(key)
            self._wrong(key, value, "整数", "a whole number")
            return default if default is not None else low
        return int(self.number(key, default, low, high))

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            self._wrong(key, value, "true 或 false", "true or false")
            return default
        return value

    def words(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self._take(key, default)
        if isinstance(value, str) or not isinstance(value, Sequence):
            self._wrong(key, value, "文字列表", "a list of texts")
            return ()
        if not all(isinstance(word, str) for word in value):
            self._wrong(key, value, "文字列表", "a list of texts")
            return ()
        return tuple(cast("Sequence[str]", value))

    def table(self, key: str) -> Mapping[str, str] | None:
        """Return a table of texts, or None if it is absent."""
        value = self._take(key, {})
        if key not in self._table:
            return None
        if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
            self._wrong(key, value, "键值表", "a table of texts")
            return None
        return cast("Mapping[str, str]", value)

    def refuse_unknown(self) -> None:
        """Report every key that was never requested."""
        for key in sorted(set(self._table) - self._known):
            names = ", ".join(sorted(self._known))
            self.problem(
                f"不认识的设置 {key}（可用：{names}）", f"unknown setting {key} (known: {names})"
            )

    def _take(self, key: str, default: object) -> object:
        self._known.add(key)
        return self._table.get(key, default)

    def _wrong(self, key: str, value: object, zh: str, en: str) -> None:
        if key not in self._table:
            self.problem(f"缺少设置 {key}", f"setting {key} is missing")
        else:
            quoted = "…" if key in SECRET else repr(value)
            self.problem(f"{key} = {quoted} 应为{zh}", f"{key} = {quoted} must be {en}")
