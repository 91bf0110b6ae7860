"""Program that prints one slip through the link on the command line and reports the outcome."""

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
    """Probe the printer, print the slip, and print both results as JSON."""
    printer = EscposPrinter(parse_link(sys.argv[1]), confirm="none")
    health = printer.probe()
    outcome, _ = printer.print_document(SLIP, lambda: None)
    files = sorted(path.name for path in Path(tempfile.gettempdir()).iterdir())
    print(json.dumps([health.code, outcome.state, outcome.reason, files]))  # noqa: T201


if __name__ == "__main__":
    main()
