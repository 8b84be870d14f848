"""Where the raw files lie: listed paths looked up below the session's directory, and what else lies there.

The layout is that of the data set: <session>/fov_VVPPP/fluo_batch_out/*.tif, and mp4 videos anywhere below <session>.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import error

# The rig's listed paths are absolute; what follows this directory is the path below the session's directory.
LISTED_ROOT = "imaging_data"
# The directory that some listed paths leave out although the file lies in it.
BATCH_DIRECTORY = "fluo_batch_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """An imaging stack as the session file lists it, and where it lies; `path` is None where it is missing."""

    listed_path: str
    path: Path | None
    byte_size: int


def resolve_listed_paths(session_directory: Path, listed_paths: Sequence[str]) -> tuple[ListedFile, ...]:
    """Look up listed paths below the session's directory, with and without `fluo_batch_out/`, in their order.

    Raises SscError of kind RAW_PATH_OUTSIDE where a path would leave the directory.
    """
    root = session_directory.resolve()
    return tuple(_resolve(root, listed) for listed in listed_paths)


def _resolve(root: Path, listed: str) -> ListedFile:
    for relative in _candidates(relative_listed_path(listed)):
        path = root.joinpath(*relative.parts)
        if not path.is_file():
            continue
        real = path.resolve()
        if not real.is_relative_to(root):
            raise error(
                kinds.RAW_PATH_OUTSIDE,
                file=path,
                field="sourceFileList",
                expected=f"a file below {root}",
                found=f"a link to {real}",
            )
        return ListedFile(listed_path=listed, path=path, byte_size=path.stat().st_size)
    return ListedFile(listed_path=listed, path=None, byte_size=0)


def sizes_in_listing(listed_paths: Sequence[str], sizes: Mapping[str, int]) -> tuple[int | None, ...]:
    """Bytes of listed files that are known by a listing alone; None for those that are missing.

    sizes: by path below the session's directory. Raises SscError of kind RAW_PATH_OUTSIDE.
    """
    found = []
    for listed in listed_paths:
        candidates = (path.as_posix() for path in _candidates(relative_listed_path(listed)))
        found.append(next((sizes[path] for path in candidates if path in sizes), None))
    return tuple(found)


def relative_listed_path(listed: str) -> PurePosixPath:
    """What follows `imaging_data/` in a listed path, or the whole of it where that directory does not occur.

    Raises SscError of kind RAW_PATH_OUTSIDE for `..`, a drive letter, an empty rest, or an absolute rest.
    """
    text = listed.replace("\\", "/")
    parts = text.split("/")
    if LISTED_ROOT in parts:
        last = len(parts) - 1 - parts[::-1].index(LISTED_ROOT)
        text = "/".join(parts[last + 1 :])
    relative = PurePosixPath(text)
    unsafe = (
        not text
        or relative.is_absolute()
        or ".." in relative.parts
        or any(":" in part or "\0" in part for part in relative.parts)
    )
    if unsafe:
        raise error(
            kinds.RAW_PATH_OUTSIDE,
            field="sourceFileList",
            expected=f"a path with {LISTED_ROOT}/ in it, or one relative to the session's directory, without `..`",
            found=listed,
        )
    return relative


def _candidates(relative: PurePosixPath) -> tuple[PurePosixPath, ...]:
    if BATCH_DIRECTORY in relative.parts:
        without = PurePosixPath(*[part for part in relative.parts if part != BATCH_DIRECTORY])
        return (relative, without)
    return (relative.parent / BATCH_DIRECTORY / relative.name, relative)


class RawFileKind(str, Enum):
    """What a file of a session's directory is, by its name."""

    STACK = "stack"
    SIDE_IMAGE = "side image"
    REGISTRATION = "registration"
    REGISTRATION_STATISTICS = "registration statistics"
    VIDEO = "video"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideImageName:
    """A side image's kind (`master_imreg_image`, `session_pertrial_sd`...) and channel, 1 green, 2 red."""

    kind: str
    channel: int


_SIDE_IMAGE = re.compile(
    r"(?P<kind>master_imreg_image|session_(?:mean|maxproj|sdmean|sdmax|pertrial_mean|pertrial_sd))"
    r"_chan_(?P<channel>0[12])\.tiff?",
    re.IGNORECASE,
)
_STATISTICS = ("imreg_session_stats.mat", "imreg_err_file.mat")


def side_image_name(name: str) -> SideImageName | None:
    """The kind and channel a file name tells, or None where it is no side image's name."""
    match = _SIDE_IMAGE.fullmatch(name)
    if match is None:
        return None
    return SideImageName(kind=match["kind"].lower(), channel=int(match["channel"]))


def is_side_file(name: str) -> bool:
    """Whether a file is one that the registration keeps beside the stacks, by its name."""
    return kind_of_file(name) in (RawFileKind.REGISTRATION, RawFileKind.REGISTRATION_STATISTICS)


def kind_of_file(name: str) -> RawFileKind:
    """What a file is by its name alone."""
    lower = name.lower()
    if side_image_name(name) is not None:
        return RawFileKind.SIDE_IMAGE
    if lower.endswith((".tif", ".tiff")):
        return RawFileKind.STACK
    if lower.endswith(".imreg_out"):
        return RawFileKind.REGISTRATION
    if lower in _STATISTICS:
        return RawFileKind.REGISTRATION_STATISTICS
    if lower.endswith(".mp4"):
        return RawFileKind.VIDEO
    return RawFileKind.OTHER
