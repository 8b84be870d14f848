"""Images as addresses that hold them, `data:image/...`, small enough for a page with many of them."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

# What is shown of the range of grey values: the brightest few pixels would darken all the rest.
PERCENTILES = (1.0, 99.7)
GAMMA = 0.7
# An image of so few pixels is enlarged, so that what compression changes would show.
_SMALL_PIXELS = 40_000
_MOST_COLOURS, _OPAQUE = 256, 255


def grey_address(image: np.ndarray, *, most: int | None = None) -> str:
    """A grey image (rows, columns), from the 1st to the 99.7th percentile of its values; NaN is black.

    most: of pixels either way; a larger one is made smaller.
    """
    from PIL import Image, features

    values = image.astype(np.float64)
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, PERCENTILES) if known.size else (0.0, 1.0)
    grey = np.clip((values - low) / (high - low if high > low else 1.0), 0, 1) ** GAMMA * 255
    picture = Image.fromarray(np.nan_to_num(grey).round().astype(np.uint8))
    if most is not None:
        picture.thumbnail((most, most))
    if features.check("webp"):
        return _address(picture, "webp", lossless=picture.width * picture.height < _SMALL_PIXELS, quality=50, method=4)
    return _address(picture, "jpeg", quality=80)


def png_address(image: Image) -> str:
    """`data:image/png;base64,...`, with a palette where there are at most 256 colours: nothing is lost."""
    from PIL import Image as Images

    image = image.convert("RGBA")
    few = image.getcolors(_MOST_COLOURS)
    if few is not None:
        pixels = np.ascontiguousarray(np.asarray(image))
        colours = np.sort(np.array([colour for _, colour in few], dtype=np.uint8).view(np.uint32)[:, 0])
        places = np.searchsorted(colours, pixels.view(np.uint32)[..., 0])
        opaque = (pixels[..., 3] == _OPAQUE).all()
        image = Images.fromarray(places.astype(np.uint8))
        table = colours.view(np.uint8).reshape(-1, 4)
        image.putpalette((table[:, :3] if opaque else table).tobytes(), rawmode="RGB" if opaque else "RGBA")
    return _address(image, "png", compress_level=7)


def _address(image: Image, kind: str, **options: Any) -> str:
    out = io.BytesIO()
    image.save(out, format=kind.upper(), **options)
    return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode('ascii')}"
