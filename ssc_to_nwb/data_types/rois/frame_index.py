"""Which frame of which file each time stamp of a plane belongs to, and what the paths of the files say."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.problems import kinds

NO_FRAME = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameIndex:
    """For each of the F time stamps of a subvolume, the frame of one plane: 0-based, -1 where there is none.

    file_number: int64 (F,), position in the plane's `listed_paths`; frame_number: int64 (F,), plane frame within that
    file; a plane frame is a green and a red page.
    """

    file_number: np.ndarray
    frame_number: np.ndarray

    @property
    def present(self) -> np.ndarray:
        """bool (F,): where the plane has a frame."""
        present: np.ndarray = self.file_number != NO_FRAME
        return present


def frames_listed_twice(paths: tuple[str, ...], index: FrameIndex) -> int:
    """How many time stamps have a frame that an earlier one has; a path that is listed twice is one file."""
    _, files = np.unique(np.array([*paths, ""]), return_inverse=True)
    present = index.present
    frames = np.stack([files[index.file_number[present]], index.frame_number[present]])
    return int(present.sum()) - int(np.unique(frames, axis=1).shape[1])


def read_frame_index(field: Field, *, length: int) -> tuple[tuple[str, ...], FrameIndex]:
    """The listed files of a plane, as the source has them, and a frame for each of `length` time stamps.

    field: its entry of imagingPlane. Raises field-*, frame-index-outside.
    """
    index_field = field.child("sourceFileFrameIdx")
    paths = field.child("sourceFileList").texts(count=_highest_file(index_field), per="file of sourceFileFrameIdx")
    if index_field.is_empty and not paths:
        # A plane without any file: no time stamp has a frame.
        nothing = np.full(length, NO_FRAME, dtype=np.int64)
        return paths, FrameIndex(file_number=nothing, frame_number=nothing)
    index = index_field.integer_matrix(rows=2, columns=length, nan_as=0)
    missing = np.isnan(index_field.array())
    if (missing[0] != missing[1]).any():
        position = int(np.flatnonzero(missing[0] != missing[1])[0]) + 1
        raise index_field.problem(
            kinds.FRAME_INDEX_OUTSIDE, expected="NaN in both rows or in none", found=f"column {position}"
        )
    files, frames = index
    outside = ~missing[0] & ((files < 1) | (files > len(paths)) | (frames < 1))
    if outside.any():
        position = int(np.flatnonzero(outside)[0])
        expected = f"file 1 to {len(paths)}, frame 1 or later"
        found = f"file {files[position]}, frame {frames[position]} in column {position + 1}"
        raise index_field.problem(kinds.FRAME_INDEX_OUTSIDE, expected=expected, found=found)
    return paths, FrameIndex(file_number=files - 1, frame_number=frames - 1)


def _highest_file(index: Field) -> int:
    """The highest number of a file in a frame index, 0 where it names none or is no index."""
    numbers = index.value if isinstance(index.value, np.ndarray) else np.zeros((0, 0))
    files = numbers[0] if numbers.ndim == 2 and numbers.size and numbers.dtype.kind in "iuf" else np.zeros(0)
    files = files[np.isfinite(files)]
    return int(files.max()) if files.size else 0


def plane_numbers_from_paths(paths: tuple[str, ...], *, fov_pattern: str, field: Field) -> tuple[int, int] | None:
    """Numbers of subvolume and plane, (VV, PPP), from the folder `fov_VVPPP` in the listed paths; None without.

    fov_pattern: with the groups `subvolume` and `plane`. Raises field-value where the paths contradict each other, or
    the groups are no numbers.
    """
    found = set()
    for path in paths:
        matches = list(re.finditer(fov_pattern, path.replace("\\", "/")))
        if not matches:
            continue
        texts = (matches[-1]["subvolume"], matches[-1]["plane"])
        if not all(one is not None and re.fullmatch("[0-9]+", one) for one in texts):
            raise field.problem(
                kinds.FIELD_VALUE,
                expected="numbers of subvolume and plane",
                found=f"{texts[0]!r} and {texts[1]!r}",
                detail="metadata key source.fov_pattern",
            )
        found.add((int(texts[0]), int(texts[1])))
    if len(found) > 1:
        raise field.problem(kinds.FIELD_VALUE, expected="the files of one plane in one fov folder", found=sorted(found))
    return found.pop() if found else None
