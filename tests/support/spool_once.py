"""Prints one slip through a link that is named on the command line, and says how it ended."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from devices.link import parse_link
from devices.printers.document import Cut, Document, Text
from devices.printers.driver import EscposPrinter

SLIP = Document((Text("A012 阿·提"), Cut()))


def main() -> None:
    """Probe, print, and tell what came of both."""
    printer = EscposPrinter(parse_link(sys.argv[1]), confirm="none")
    health = printer.probe()
    outcome, _ = printer.print_document(SLIP, lambda: None)
    left = sorted(path.name for path in Path(tempfile.gettempdir()).iterdir())
    print(json.dumps([health.code, outcome.state, outcome.reason, left]))  # noqa: T201


if __name__ == "__main__":
    main()
