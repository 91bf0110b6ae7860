"""Log formatter of agents and server: one JSON object per line, never the text of an error."""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable, Mapping, Sequence

MOST_PLACES = 12


class JsonLines(logging.Formatter):
    """Formatter that writes a record as one line of JSON; of an error its type and code places.

    `fields`: attributes of a record that are written if it has them. `added` returns further
    values, for example the id of the request in progress.
    """

    def __init__(
        self, fields: Sequence[str], added: Callable[[], Mapping[str, object]] = dict
    ) -> None:
        super().__init__()
        self._fields = fields
        self._added = added

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line: dict[str, object] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": record.getMessage(),
        }
        line |= self._added()
        line |= {name: getattr(record, name) for name in self._fields if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            # Code places only: the text of an exception or of its causes may quote data.
            line["trace"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-MOST_PLACES:]
            ]
        return json.dumps(line, ensure_ascii=False)
