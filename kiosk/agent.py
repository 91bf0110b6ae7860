"""The agent of this surface: hosts the kiosks' receipt printers and their own lines.

`python -m kiosk.agent --config FILE`. Thin on purpose: everything is in `devices.host`.
"""

import sys

from devices.host.main import main

KINDS = ("printers", "standby")

if __name__ == "__main__":
    sys.exit(main(kinds=KINDS))
