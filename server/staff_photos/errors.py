"""Error codes of staff photos, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal

LEAST = 180, 240
"""Width and height in pixels that a photo needs for a face to be known by."""


class StaffPhotoCode(ErrorCode):
    """Error codes of staff photos."""

    STAFF_UNKNOWN = "staff_unknown"
    PORTRAIT_INVALID = "portrait_invalid"
    PORTRAIT_UNKNOWN = "portrait_unknown"


REFUSALS: dict[ErrorCode, Refusal] = {
    StaffPhotoCode.STAFF_UNKNOWN: Refusal(
        404, "人员表里没有工号 {number}。", "The staff list has no number {number}."
    ),
    StaffPhotoCode.PORTRAIT_INVALID: Refusal(
        400,
        (
            "照片无法使用：请选 JPEG 或 PNG 照片，"
            f"宽不少于 {LEAST[0]} 像素，高不少于 {LEAST[1]} 像素。"
        ),
        (
            "The photo cannot be used: choose a JPEG or PNG "
            f"of at least {LEAST[0]} by {LEAST[1]} pixels."
        ),
    ),
    StaffPhotoCode.PORTRAIT_UNKNOWN: Refusal(404, "没有这张照片。", "There is no such photo."),
}
