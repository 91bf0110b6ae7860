"""Entry point `python -m devices.simulate --config FILE`: simulated devices and control channel.

It prints one line of JSON with the control channel's port once everything has started, and runs
until SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from devices.config_table import ConfigError
from devices.lifetime import Lifetime
from devices.simulate.config import read_simulator_config
from devices.simulate.control import Bench, Control

EXIT_CONFIG = 2


def main() -> int:
    """Run the devices of one file; return the process's exit code."""
    parser = argparse.ArgumentParser(description="Simulates the hardware at the other end.")
    parser.add_argument("--config", type=Path, required=True, help="the simulator's TOML file")
    options = parser.parse_args()
    life = Lifetime()
    try:
        plan = read_simulator_config(options.config)
        bench = Bench(plan)
        control = Control(bench, plan.port)
        bench.start()
    except (ConfigError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CONFIG
    control.start()
    sys.stdout.write(json.dumps({"port": control.port, "devices": len(bench.devices)}) + "\n")
    sys.stdout.flush()
    life.wait()
    control.stop()
    bench.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
