"""Switch between a function of the rules and its mutants, inside the process of the tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

MutantDict = dict[str, Callable[..., Any]]
"""Variants of a function by name; `_mutmut_orig` is the function itself."""
reached: set[str] = set()
"""Functions that were called, as `module.x_function`; cleared by the recorder."""


class Active:
    """Mutant that is switched on, "" for none."""

    module = ""
    name = ""


def activate(mutant: str) -> None:
    """Switch one mutant on, named `module.x_function__mutmut_1`."""
    Active.module, _, Active.name = mutant.rpartition(".")


def switch(
    variants: MutantDict, *, is_classmethod: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the decorator that mutmut puts on a mutated function."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        module = function.__module__

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            original = variants["_mutmut_orig"]
            reached.add(f"{module}.{original.__name__.partition('__mutmut')[0]}")
            variant = original
            if Active.module == module:
                variant = variants.get(Active.name, original)
            if is_classmethod:
                return getattr(args[0], variant.__name__)(*args[1:], **kwargs)
            return variant(*args, **kwargs)

        return call

    return decorate
