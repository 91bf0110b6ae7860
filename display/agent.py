"""Device agent for window strips, loudspeakers and polled time clocks.

`python -m display.agent --config FILE`. The implementation is in `devices.host`.
"""

import sys

from devices.host.main import main

KINDS = ("led", "voice", "fingerprint")

if __name__ == "__main__":
    sys.exit(main(kinds=KINDS))
