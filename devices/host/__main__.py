"""Entry point `python -m devices.host --config FILE`: one agent for every kind of device."""

import sys

from devices.host.main import main

if __name__ == "__main__":
    sys.exit(main())
