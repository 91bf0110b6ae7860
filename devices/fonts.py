"""Font loader: finds a font with Chinese characters for slips drawn as images.

Order: the path in the configuration, then the PyPI package `noto-cjk-sans-otc` (SIL OFL 1.1). A
font without Chinese is never a fallback: boxes on a slip are worse than a clear error.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from PIL import ImageFont

PACKAGE = "noto_cjk_sans_otc"
FILE_NAME = "NotoSansCJK-Regular.ttc"
# The collection's faces: 0 JP, 1 KR, 2 SC, 3 TC, 4 HK.
SIMPLIFIED_CHINESE = 2


class FontMissingError(Exception):
    """Error for a missing Chinese font; `zh` and `en` give the remedy."""

    def __init__(self, sought: str) -> None:
        self.zh = f"找不到中文字体（{sought}）；请安装 noto-cjk-sans-otc，或在配置中写明 font 路径"
        self.en = f"no Chinese font ({sought}); install noto-cjk-sans-otc or set `font` to a path"
        super().__init__(self.en)


def font_path(configured: str | None = None) -> Path:
    """Return the path of the font file; raises FontMissingError."""
    if configured:
        path = Path(configured)
        if not path.is_file():
            raise FontMissingError(configured)
        return path
    try:
        path = Path(str(resources.files(PACKAGE).joinpath(FILE_NAME)))
    except ModuleNotFoundError:
        raise FontMissingError(PACKAGE) from None
    if not path.is_file():
        raise FontMissingError(str(path))
    return path


@lru_cache(maxsize=32)
def load_font(size: int, configured: str | None = None) -> ImageFont.FreeTypeFont:
    """Load the font at `size` pixels; raises FontMissingError."""
    path = font_path(configured)
    try:
        index = SIMPLIFIED_CHINESE if path.name == FILE_NAME else 0
        return ImageFont.truetype(str(path), size, index=index)
    except OSError:
        raise FontMissingError(str(path)) from None
