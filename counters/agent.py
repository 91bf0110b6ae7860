"""Device agent for caller keypads and rating pads on the clerks' desks, and for polled time clocks.

`python -m counters.agent --config FILE`. The implementation is in `devices.host`.
"""

import sys

from devices.host.main import main

KINDS = ("keypads", "ratingpads", "fingerprint")

if __name__ == "__main__":
    sys.exit(main(kinds=KINDS))
