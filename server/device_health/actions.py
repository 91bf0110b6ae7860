"""Actions on the state of devices: announcement, health, lost connection, lost worker."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from server.core.store import Tx
from server.device_health import bindings
from server.device_health import queries as stored
from server.device_health.events import DeviceChanged
from server.hall.context import Context


class DeviceRecords:
    """Records of one hall's devices, as the connections of agents on one worker change them."""

    def __init__(self, ctx: Context, worker: str) -> None:
        self._ctx = ctx
        self._worker = worker

    def admit(self, agent: str, token: str, announced: Sequence[Mapping[str, str]]) -> set[str]:
        """Return the names of the announced devices that the agent may serve; claim the others."""
        return bindings.admit(self._ctx, agent, token, announced)

    def servable(self, agent: str, announced: Sequence[Mapping[str, str]]) -> set[str]:
        """Return the names of the announced devices that are bound to the agent as announced."""
        hall_id = self._ctx.hall_id
        return self._ctx.read(lambda c: bindings.servable(c, hall_id, agent, announced))

    def announce(self, agent: str, devices: list[dict[str, str]]) -> None:
        """Replace the devices of an agent that is connected to this worker."""

        def act(tx: Tx) -> None:
            stored.announce(tx, agent, self._worker, devices)
            tx.events.append(DeviceChanged(agent))

        self._ctx.write(act)

    def disconnect(self, agent: str) -> None:
        """Mark an agent's devices as disconnected after its connection ended."""

        def act(tx: Tx) -> None:
            stored.mark_disconnected(tx, agent, self._worker)
            tx.events.append(DeviceChanged(agent))

        self._ctx.write(act)

    def report(
        self, device: str, *, state: str, code: str, readings: Mapping[str, Any], detail: str
    ) -> None:
        """Record the health that a driver reported for its device."""

        def act(tx: Tx) -> None:
            stored.set_health(tx, device, state, code, readings, detail)
            tx.events.append(DeviceChanged(device))

        self._ctx.write(act)


def connected_workers(ctx: Context) -> Collection[str]:
    """Return the workers that devices are recorded as connected to."""
    return ctx.read_single(lambda c: stored.workers(c, ctx.hall_id))


def release_worker(ctx: Context, worker: str) -> None:
    """Mark a worker's devices as unknown: it is not running, or has just started again."""

    def act(tx: Tx) -> None:
        if stored.mark_worker_gone(tx, worker):
            tx.events.append(DeviceChanged(""))

    ctx.write(act)
