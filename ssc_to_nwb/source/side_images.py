"""Side images of a plane: master images and projections per channel, one page each, or one page per trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ssc_to_nwb.naming import CHANNELS, Channel
from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.source.raw_inventory import SideImageFile
from ssc_to_nwb.source.tif import TifError, index_tif, read_all_pages


@dataclass(frozen=True, slots=True, kw_only=True)
class SideImage:
    """A side image as it stands in its tif.

    kind: `master_imreg_image`, `session_mean`, `session_pertrial_sd`...; pages: (pages, rows, columns), in the tif's
    type and this machine's byte order.
    """

    path: Path
    kind: str
    channel: Channel
    pages: np.ndarray


def read_side_image(file: SideImageFile, *, plane_name: str, image_shape: tuple[int, int] | None) -> SideImage:
    """Read one side image; `image_shape` is that of the plane's frames, None where it is not known.

    Raises SscError of kind SIDE_IMAGE_UNREADABLE.
    """
    place = f"plane {plane_name}"
    try:
        index = index_tif(file.path)
        if image_shape is not None and index.image_shape != image_shape:
            raise error(
                kinds.SIDE_IMAGE_UNREADABLE,
                file=file.path,
                field=place,
                expected=f"{image_shape[0]} x {image_shape[1]} as the plane's frames",
                found=f"{index.image_shape[0]} x {index.image_shape[1]}",
            )
        pages = read_all_pages(index)
    except TifError as failure:
        problem = failure.problem
        raise error(
            kinds.SIDE_IMAGE_UNREADABLE,
            file=file.path,
            field=", ".join(part for part in (place, problem.field) if part),
            expected=problem.expected,
            found=problem.found,
            detail=f"{problem.kind.title}: {problem.detail}" if problem.detail else problem.kind.title,
        ) from failure
    return SideImage(path=file.path, kind=file.name.kind, channel=CHANNELS[file.name.channel - 1], pages=pages)
