"""Two people at the same thing: whoever was shown something else than what is there now is told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from server.domain.errors import Code, HallError

NOTHING: Mapping[str, object] = MappingProxyType({})


def still(seen: Mapping[str, object], now: Mapping[str, object]) -> None:
    """Raise CHANGED_MEANWHILE if something of what was seen is another by now.

    Called within the act, so that of two at once the later one is told. Nothing seen: nothing is
    compared, as programs of before do.
    """
    changed = next((name for name, value in seen.items() if now.get(name) != value), None)
    if changed is not None:
        raise HallError(Code.CHANGED_MEANWHILE, field=changed)
