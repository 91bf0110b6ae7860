"""Benchmark of twenty calls within a second at one loudspeaker: `go.py bench --only voice-burst`.

The product's announcements go through an agent's driver and the clip bank. The simulated
loudspeaker plays them in real time, one player process per sound. Prints the end time of each call.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.voice.recognition import calls
from devices.config import agent_config
from devices.device_thread import DeviceThread, Task
from devices.registry import KINDS, build_drivers
from devices.simulate.config import simulator_plan
from display.announcer import utterance
from server.core.settings import Settings
from server.queue.settings import VoiceSettings
from support.hardware import ReportRecorder

PATIENCE = 600.0


def main() -> int:
    """Speak and print."""
    top = argparse.ArgumentParser(prog="go.py bench --only voice-burst", description=__doc__)
    top.add_argument("--count", type=int, default=20, metavar="N")
    top.add_argument("--seed", type=int, default=1)
    args = top.parse_args()
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
        (driver,) = build_drivers(config, notes, tuple(KINDS))
        thread = DeviceThread(driver, notes, notes, time.time)
        thread.start()
        settings = Settings()
        begin = time.time()
        expiry = begin + settings.of(VoiceSettings).voice_expiry_seconds
        drawn = list(calls(args.count, args.seed))
        for call in drawn:
            payload = utterance(call.number, call.window, "", settings) | {"ticket": call.number}
            thread.submit(Task(call.number, "dev", "speak", payload, expiry))
        print(f"{args.count} calls given in {time.time() - begin:.2f} s")
        spoken = 0
        for call in drawn:
            notes.wait(lambda number=call.number: number in notes.ended, PATIENCE)  # type: ignore[misc]
            outcome = notes.ended[call.number]
            spoken += outcome.state == "spoken"
            words = f"{outcome.state} {outcome.reason}".strip()
            print(f"{time.time() - begin:6.1f} s  {call.number}  {words}", flush=True)
        print(f"{spoken} of {args.count} spoken, the others told as unspoken")
        thread.stop(10.0)
        device.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
