"""The agent of this surface: hosts the caller keypads on the clerks' desks.

`python -m counters.agent --config FILE`. Thin on purpose: everything is in `devices.host`.
"""

import sys

from devices.host.main import main

KINDS = ("keypads", "fingerprint")

if __name__ == "__main__":
    sys.exit(main(kinds=KINDS))
