"""Worker bus of one worker in a process of its own: `bell_process.py URL WORKER [HALL …]`.

Run as a program, never imported: gevent must patch the standard library before anything else is
loaded. It serves these halls. It writes a line of JSON once the subscription is complete, then one
line for each event that it receives. Each line that it reads has a hall and a number; it publishes
a ticket move with that number in that hall.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import logging  # noqa: E402
import sys  # noqa: E402

from gevent.fileobject import FileObject  # noqa: E402

from server.core.events import Event  # noqa: E402
from server.queue.events import TicketMoved  # noqa: E402
from server.runtime.worker_bus import RedisWorkerBus  # noqa: E402


def say(**fields: object) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


class JsonLogHandler(logging.Handler):
    """Log handler that writes each log message as a line of JSON.

    The log says when the bus is subscribed.
    """

    def emit(self, record: logging.LogRecord) -> None:
        say(log=record.getMessage())


def on_events(hall: str, events: list[Event]) -> None:
    """Write the ticket numbers of events that another worker published."""
    say(hall=hall, numbers=[event.number for event in events if isinstance(event, TicketMoved)])


def main() -> None:
    """Publish what standard input asks for, until it ends."""
    url, worker, *halls = sys.argv[1:]
    logging.basicConfig(level=logging.INFO, handlers=[JsonLogHandler()])
    bell = RedisWorkerBus(url, worker, on_events)
    for hall in halls:
        bell.subscribe(hall)
    # With a plain file the read would block the whole process.
    for line in FileObject(0, "r", closefd=False):
        hall, number = line.split()
        bell.publish(hall, [TicketMoved(number, number, "", "issue", "q")])


if __name__ == "__main__":
    main()
