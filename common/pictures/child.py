"""What the guarded process does that decodes a photo (python -m common.guarded.nursery)."""

import io
import warnings
from typing import Any, BinaryIO

from PIL import (
    ExifTags,
    Image,
    # What a photo may be. Imported here, where children find them, or each would on its own.
    JpegImagePlugin,  # noqa: F401
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401 -- reads EXIF
    WebPImagePlugin,  # noqa: F401
)

from common.guarded.child import Frames
from common.guarded.errors import Unreadable
from common.pictures.kinds import DAMAGED, TOO_LARGE, kind_of

__all__ = ["DAMAGED", "serve"]

LONGEST_SIDE = 1600
MOST_PIXELS = 40_000_000
QUALITY = 82
# EXIF orientation → what sets it upright (as in ImageOps.exif_transpose, of a small image).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def serve(file: BinaryIO, _request: dict[str, Any], frames: Frames) -> None:
    """Answer with the picture: its bytes and its size."""
    file.seek(0)  # the descriptor is shared with the parent, and so is its place
    kind = kind_of(file.read(64))
    file.seek(0)
    # Our own limit is asked right below, before anything is decoded.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        image = Image.open(file, formats=(kind,))
    except Image.DecompressionBombError as error:
        raise Unreadable(TOO_LARGE) from error
    if image.width * image.height > MOST_PIXELS:
        raise Unreadable(TOO_LARGE)
    # A JPEG is decoded at half or quarter size where that is enough for both sides.
    shrink = min(1, LONGEST_SIDE / max(image.size))
    image.draft("RGB", (max(1, int(image.width * shrink)), max(1, int(image.height * shrink))))
    plain = _plain(image)
    target = io.BytesIO()
    plain.save(target, "JPEG", quality=QUALITY)
    frames.send(
        "picture", {"data": target.getvalue(), "width": plain.width, "height": plain.height}
    )


def _plain(image: Image.Image) -> Image.Image:
    """The first frame, upright, on white, small; a new image, so that nothing else comes along:
    neither EXIF with the place, nor profiles, comments or further frames."""
    image.load()
    turn = image.getexif().get(ExifTags.Base.Orientation)
    image = _rgb(image)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.HAMMING)
    if turn in _TURNS:
        image = image.transpose(_TURNS[turn])
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    return bare


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        # 16 bits a channel: the upper eight.
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image if image.mode == "RGB" else image.convert("RGB")
