"""PDF from a typst template beside this file and plain data; fonts come from a package only."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc
import typst

TEMPLATES = Path(__file__).parent


@cache
def _fonts() -> typst.Fonts:
    """Read once: the file has 20 MB."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(Path(noto_cjk_sans_otc.__file__).parent)],
    )


def pdf(template: str, data: Any) -> bytes:
    """The PDF of `template` (a file name) filled with `data` (JSON values).

    The same data gives the same bytes: no date of making, no random names.
    """
    made = typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=0,
    )
    assert isinstance(made, bytes), "one PDF"
    return made
