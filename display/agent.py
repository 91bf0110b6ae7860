"""The agent of this surface: hosts the window strips and the loudspeakers.

`python -m display.agent --config FILE`. Thin on purpose: everything is in `devices.host`.
"""

import sys

from devices.host.main import main

KINDS = ("led", "voice", "fingerprint")

if __name__ == "__main__":
    sys.exit(main(kinds=KINDS))
