"""What a file is by its first bytes, and what to say of those that are no photo. No Django here."""

from common.guarded.errors import Unreadable

DAMAGED = "照片不完整或已损坏，请重新拍一张或换一张。"
TOO_LARGE = "照片的像素太多，最多 4000 万，请换一张小一点的。"
EMPTY = "这个文件是空的，请重新选择照片。"
_HEIC = "这是苹果手机的 HEIC 格式，请在手机“设置—相机—格式”里选“兼容性最佳”，或截屏后再传。"
_OTHER = "这不是照片，请传手机拍的照片（JPEG 或 PNG）。"
_MOVING = "不收动图，请传手机拍的照片（JPEG 或 PNG）。"
_VIDEO = "这是视频，请传照片。"

# Brands of the ISO container that hold pictures in HEVC or AV1.
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}


def kind_of(head: bytes) -> str:
    """JPEG, PNG or WEBP, by the first bytes (at least 12 of them); raises Unreadable for others.

    Multi-picture files of phones (MPO) begin like a JPEG and are read as one.
    """
    if not head:
        raise Unreadable(EMPTY)
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        raise Unreadable(_HEIC if head[8:12] in _HEIC_BRANDS else _VIDEO)
    raise Unreadable(_MOVING if head.startswith(b"GIF8") else _OTHER)
