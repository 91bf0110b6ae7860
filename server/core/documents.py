"""PDF documents from a typst template and plain data; fonts come only from a package."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc
import typst


@cache
def _fonts() -> typst.Fonts:
    """Load the fonts once: the file has 20 MB."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(Path(noto_cjk_sans_otc.__file__).parent)],
    )


def pdf(template: Path, data: Any) -> bytes:
    """Return the PDF of the file `template` filled with `data` (JSON values).

    The same data gives the same bytes: there is no creation date and no random name.
    """
    content = typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=0,
    )
    assert isinstance(content, bytes), "one PDF"
    return content
