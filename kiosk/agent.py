"""Device agent for the kiosks' receipt printers and standby services.

`python -m kiosk.agent --config FILE`. The implementation is in `devices.host`.
"""

import sys

from devices.host.main import main

KINDS = ("printers", "standby")

if __name__ == "__main__":
    sys.exit(main(kinds=KINDS))
