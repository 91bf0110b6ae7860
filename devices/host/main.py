"""Command line of an agent: reads its file, enrols once, runs until it is stopped.

A configuration with any problem prevents the start; every problem is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from devices.config import read_agent_config
from devices.config_table import ConfigError
from devices.host import logs
from devices.host.enrol import EnrolError, token
from devices.host.runtime import Agent, AlreadyRunningError, only_one
from devices.lifetime import Lifetime
from devices.registry import KINDS

EXIT_CONFIG = 2
EXIT_ENROL = 3
EXIT_RUNNING = 4
SWITCH_SECONDS = 0.0005
"""Seconds after which a computing thread lets another one run.

A slip on its way passes through four threads of the agent, and each waits so long for its turn.
"""


def main(arguments: Sequence[str] | None = None, kinds: Sequence[str] = tuple(KINDS)) -> int:
    """Run one agent that hosts devices of `kinds`; return the process's exit code."""
    parser = argparse.ArgumentParser(description="Hosts devices and dials out to the server.")
    parser.add_argument("--config", type=Path, required=True, help="the agent's TOML file")
    parser.add_argument("--check", action="store_true", help="read the file and stop")
    parser.add_argument("--verbose", action="store_true", help="log more")
    options = parser.parse_args(arguments)
    logs.start(verbose=options.verbose)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        return _run(options.config, kinds, check=options.check)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CONFIG
    except EnrolError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_ENROL
    except AlreadyRunningError as error:
        sys.stderr.write(f"已有代理在使用 {error} / another agent uses {error}\n")
        return EXIT_RUNNING


def _run(path: Path, kinds: Sequence[str], *, check: bool) -> int:
    config = read_agent_config(path)
    life = Lifetime()
    with only_one(config.state_dir):
        agent = Agent(config, kinds)
        if check:
            return 0
        secret = token(config.server, config.name, config.enrol_code, config.token_file, life.wait)
        if secret is None:
            return 0
        agent.start(secret)
        life.wait()
        agent.stop()
    return 0
