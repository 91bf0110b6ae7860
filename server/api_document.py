"""API document of the pages' build: `python -m server.api_document`.

The OpenAPI document of a demo hall, whose routes include all others, with the messages of live
feeds in addition. The pages' types are generated from it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from server.app import build
from server.core.config import Config
from server.hall.opening import open_hall
from server.web_api.export import models
from server.web_api.openapi import document


def api_document() -> dict[str, Any]:
    """Return the document of every operation and every message."""
    with tempfile.TemporaryDirectory() as folder:
        hall = open_hall(Config(data=Path(folder), demo=True))
        app = build(hall, start=lambda *_args, **_options: None)
        hall.ctx.store.close()
    return document(app.api.routes, models())


if __name__ == "__main__":
    json.dump(api_document(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")
