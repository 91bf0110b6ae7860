"""URL rules that are parsed once per process, and a map of them that the process's apps share.

Each hall of a process has its own app with the same rules: making the map of them is most of the
time that it takes to assemble one. Werkzeug also compiles two functions per rule for `url_for`,
which the hall never calls: 0.5 ms apiece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.routing.converters import BaseConverter
from werkzeug.routing.matcher import StateMachineMatcher
from werkzeug.routing.rules import RulePart


@dataclass(frozen=True, slots=True)
class _Parsed:
    """Outcome of parsing a rule; its converters depend on no app."""

    parts: tuple[RulePart, ...]
    trace: tuple[tuple[bool, str], ...]
    converters: dict[str, BaseConverter]


_parsed: dict[str, _Parsed] = {}


class UrlRule(Rule):
    """Rule that is parsed once per process, and whose builders are compiled at their first call."""

    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        parsed = _parsed.get(rule)
        if parsed is None:
            traced, parts = len(self._trace), tuple(super()._parse_rule(rule))
            converters = dict(self._converters)
            _parsed[rule] = _Parsed(parts, tuple(self._trace[traced:]), converters)
            return parts
        self._trace.extend(parsed.trace)
        self._converters.update(parsed.converters)
        self.arguments.update(parsed.converters)
        return parsed.parts

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            address: tuple[str, str] = compile_now(append_unknown)(rule, **values)
            return address

        return build


@dataclass(frozen=True, slots=True)
class _Bound:
    """Rules in the form that a map matches with; nothing of it belongs to an app."""

    matcher: StateMachineMatcher
    by_endpoint: dict[Any, list[Rule]]


_bound: dict[tuple[Any, ...], _Bound] = {}
"""Rules that a map of this process has bound, by their contents."""


class UrlMap(Map):
    """Map that binds its rules when they are first needed, and never the same set twice.

    An app's rules are complete before its first request, as Flask demands. RuntimeError if a rule
    is added later.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._waiting: list[Rule] = []
        super().__init__(*args, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        """Add a rule. Raises RuntimeError after the first look-up."""
        if self._rules_by_endpoint:
            raise RuntimeError(f"{rulefactory} comes after the first look-up")
        self._waiting.extend(rulefactory.get_rules(self))
        self._remap = True

    def update(self) -> None:
        """Bind the rules, or take those of the app before."""
        if not self._waiting:
            return
        rules, self._waiting = self._waiting, []
        key = (self.host_matching, *map(_contents, rules))
        bound = _bound.get(key)
        if bound is None:
            for rule in rules:
                super().add(rule)
            super().update()
            _bound[key] = _Bound(self._matcher, self._rules_by_endpoint)
            return
        self._matcher, self._rules_by_endpoint = bound.matcher, bound.by_endpoint
        self._remap = False


def _contents(rule: Rule) -> tuple[Any, ...]:
    """Return all by which two rules of this project can differ."""
    return (
        rule.rule,
        rule.endpoint,
        frozenset(rule.methods or ()),
        getattr(rule, "provide_automatic_options", None),
        frozenset((rule.defaults or {}).items()),
        rule.strict_slashes,
    )


class HallFlask(Flask):
    """Flask app with rules that are quick to add."""

    url_rule_class = UrlRule
    url_map_class = UrlMap
