"""Twenty calls within a second at one loudspeaker: `python3 go.py bench --only voice-burst`.

The announcements of the product through the driver of an agent and the bank of clips, played in
real time by the simulated loudspeaker, a player process a sound. Prints when each was through.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.voice.understood import calls
from devices.config import agent_config
from devices.owner import DeviceThread, Task
from devices.registry import KINDS, build_drivers
from devices.simulate.config import simulator_plan
from display.announcer import utterance
from server.domain.settings import Settings
from support.hardware import ReportRecorder

PATIENCE = 600.0


def main() -> int:
    """Speak and print."""
    made = argparse.ArgumentParser(prog="go.py bench --only voice-burst", description=__doc__)
    made.add_argument("--count", type=int, default=20, metavar="N")
    made.add_argument("--seed", type=int, default=1)
    asked = made.parse_args()
    with tempfile.TemporaryDirectory(prefix="burst-") as folder:
        tables = {"simulator": {"pace": 1.0}, "speaker": [{"name": "dev"}]}
        plan = simulator_plan(tables, Path(folder))
        (device,) = plan.devices
        device.start()
        to = f"127.0.0.1:{getattr(device, 'port', 0)}"
        player = [sys.executable, "-m", "devices.simulate.player", "--to", to, "{wav}"]
        voice = {"name": "dev", "kind": "voice", "driver": "clips", "player": player}
        agent = {"name": "burst", "server": "http://127.0.0.1:1"}
        notes = ReportRecorder()
        config = agent_config({"agent": agent, "device": [voice]}, Path(folder))
        (crew,) = build_drivers(config, notes, tuple(KINDS))
        owner = DeviceThread(crew, notes, notes, time.time)
        owner.start()
        settings = Settings()
        begun = time.time()
        expiry = begun + settings.voice_expiry_seconds
        drawn = list(calls(asked.count, asked.seed))
        for call in drawn:
            said = utterance(call.number, call.window, "", settings) | {"ticket": call.number}
            owner.submit(Task(call.number, "dev", "speak", said, expiry))
        print(f"{asked.count} calls given in {time.time() - begun:.2f} s")
        spoken = 0
        for call in drawn:
            notes.wait(lambda number=call.number: number in notes.ended, PATIENCE)  # type: ignore[misc]
            outcome = notes.ended[call.number]
            spoken += outcome.state == "spoken"
            words = f"{outcome.state} {outcome.reason}".strip()
            print(f"{time.time() - begun:6.1f} s  {call.number}  {words}", flush=True)
        print(f"{spoken} of {asked.count} spoken, the others told as unspoken")
        owner.stop(10.0)
        device.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
