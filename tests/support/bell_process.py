"""A worker's bell in a process of its own: `bell_process.py URL WORKER [HALL …]`.

Run as a program, never imported: gevent must patch the standard library before anything else is
loaded. It serves these halls and writes a line of JSON once their bell is heard, then one for each
thing that it hears. Each line that it reads is a hall and a number: that number is rung there.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import logging  # noqa: E402
import sys  # noqa: E402

from gevent.fileobject import FileObject  # noqa: E402

from server.bell import RedisWorkerBus  # noqa: E402
from server.services.bus import Event, TicketMoved  # noqa: E402


def say(**what: object) -> None:
    """One line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Whole(logging.Handler):
    """Says when the bell is heard, as its log does."""

    def emit(self, record: logging.LogRecord) -> None:
        say(log=record.getMessage())


def heard(hall: str, events: list[Event]) -> None:
    """Another worker did something."""
    say(hall=hall, numbers=[event.number for event in events if isinstance(event, TicketMoved)])


def main() -> None:
    """Ring what is asked for until there is nothing more to read."""
    url, worker, *halls = sys.argv[1:]
    logging.basicConfig(level=logging.INFO, handlers=[Whole()])
    bell = RedisWorkerBus(url, worker, heard)
    for hall in halls:
        bell.subscribe(hall)
    # Of the plain one the whole process would wait.
    for line in FileObject(0, "r", closefd=False):
        hall, number = line.split()
        bell.publish(hall, [TicketMoved(number, number, "", "issue", "q")])


if __name__ == "__main__":
    main()
