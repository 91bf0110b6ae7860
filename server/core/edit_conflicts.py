"""Optimistic check: rejects a change if the values shown to the person have changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from server.core.errors import CommonCode, HallError

NOT_SHOWN: Mapping[str, object] = MappingProxyType({})


def require_unchanged(seen: Mapping[str, object], now: Mapping[str, object]) -> None:
    """Raise CHANGED_MEANWHILE if a value in `seen` differs from its present value.

    Called within the action, so that the later of two simultaneous changes is rejected. An empty
    `seen` compares nothing, for older clients.
    """
    changed = next((name for name, value in seen.items() if now.get(name) != value), None)
    if changed is not None:
        raise HallError(CommonCode.CHANGED_MEANWHILE, field=changed)
