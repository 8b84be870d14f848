"""What lies in a session's directory: stacks per plane, side images, registration files, videos, and the rest.

Every file is accounted for: it belongs to a plane, it is a video of a trial, or it is left out with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind, SscError
from ssc_to_nwb.source_files.disk_walk import DiskEntry, Obstacle, raw_files_below
from ssc_to_nwb.source_files.raw_files import (
    FolderListing,
    ListedFile,
    RawFileKind,
    kind_of_file,
    relative_listed_path,
    side_image_name,
)

# Step 4 of the registration puts this before the name of the file it took, beside which .imreg_out may have stayed.
_REGISTERED_PREFIX = re.compile(r"^Image_Registration_\d+_")


@dataclass(frozen=True, slots=True, kw_only=True)
class SideImageFile:
    """A side image of a plane. kind: such as `session_mean`; channel: 1 green, 2 red."""

    path: Path
    kind: str
    channel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneFiles:
    """The files of one plane.

    listed_files: in the order of the plane's list; registration: path of the .imreg_out by position in that list.
    """

    plane_name: str
    listed_files: tuple[ListedFile, ...]
    side_images: tuple[SideImageFile, ...]
    registration: Mapping[int, Path]

    @property
    def missing(self) -> tuple[ListedFile, ...]:
        """Listed files that are not there."""
        return tuple(file for file in self.listed_files if file.path is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFile:
    """A video.

    trial: None where none is known, for the reason `why_no_trial`; trial_from: what the trial is known from, its name,
    a list in the metadata, or the order of running numbers.
    """

    path: Path
    trial: int | None = None
    trial_from: Literal["name", "list", "order"] = "name"
    why_no_trial: str = "no trial number in its name"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLeftOut:
    """A file that has no place in the NWB file, and why.

    reason: in words that name no path of the machine; kind: of the problem that says so; link_to: where a link leads;
    is_file: whether it is a file that can be read; of_system: whether macOS or Windows left it there.
    """

    path: Path
    reason: str
    kind: ProblemKind = kinds.RAW_FILE_LEFT_OUT
    link_to: str | None = None
    is_file: bool = True
    of_system: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawInventory:
    """All files of a session's directory; of which trial the videos are, their data type finds out."""

    session_directory: Path
    planes: tuple[PlaneFiles, ...]
    videos: tuple[VideoFile, ...]
    left_out: tuple[FileLeftOut, ...]

    @property
    def besides_stacks(self) -> list[Path]:
        """Every file but the stacks."""
        paths: list[Path] = []
        for plane in self.planes:
            paths += [*(image.path for image in plane.side_images), *plane.registration.values()]
        paths += [video.path for video in self.videos]
        return paths + [file.path for file in self.left_out if file.is_file]


def take_inventory(
    session_directory: Path,
    *,
    listed_paths: Mapping[str, Sequence[str]],
    listed_in: Path | None = None,
) -> RawInventory:
    """Account for every file below a session's directory; `listed_paths` by plane name, as `listed_in` has them.

    Raises what `FolderListing.find` raises.
    """
    entries = tuple(raw_files_below(session_directory))
    on_disk = FolderListing.of_disk(session_directory, entries)
    planes = [
        _Plane(name, _find(on_disk, paths, plane_name=name, listed_in=listed_in))
        for name, paths in listed_paths.items()
    ]
    # Planes by the first folder of their listed paths (`fov_VVPPP`), or by their own name; folders in one case.
    by_folder = {plane.name.casefold(): plane for plane in planes}
    by_folder |= {folder: plane for plane in planes for folder in plane.listed_folders}
    stacks = {file.path for plane in planes for file in plane.listed_files}
    videos: list[VideoFile] = []
    left_out: list[FileLeftOut] = []
    for entry in entries:
        kind = kind_of_file(entry.path.name) if entry.obstacle is None else RawFileKind.OTHER
        if kind is RawFileKind.VIDEO:
            videos.append(VideoFile(path=entry.path))
        elif kind is not RawFileKind.STACK or entry.path not in stacks:
            reason = _place(entry, kind, by_folder.get(entry.below.split("/", 1)[0].casefold()))
            left_out += [] if reason is None else [_left_out(entry, reason)]
    return RawInventory(
        session_directory=session_directory,
        planes=tuple(plane.files() for plane in planes),
        videos=tuple(sorted(videos, key=lambda video: video.path)),
        left_out=tuple(left_out),
    )


def _find(
    on_disk: FolderListing, paths: Sequence[str], *, plane_name: str, listed_in: Path | None
) -> tuple[ListedFile, ...]:
    try:
        return on_disk.find(paths)
    except SscError as failure:
        problem = failure.problem
        file = problem.file if problem.file is not None or listed_in is None else str(listed_in)
        raise SscError(replace(problem, file=file, field=f"plane {plane_name}, {problem.field}")) from failure


class _Plane:
    """A plane and what was found of it so far."""

    def __init__(self, name: str, listed_files: tuple[ListedFile, ...]) -> None:
        self.name = name
        self.listed_files = listed_files
        listed = [relative_listed_path(file.listed_path) for file in listed_files]
        self.listed_folders = {path.parts[0].casefold() for path in listed if len(path.parts) > 1}
        # Positions in the list by what stacks and registration files have in common; the first of a name counts.
        self._positions = {_stem(path.name): position for position, path in reversed([*enumerate(listed)])}
        self._side_images: list[SideImageFile] = []
        self._registration: dict[int, Path] = {}

    def files(self) -> PlaneFiles:
        """What was found."""
        return PlaneFiles(
            plane_name=self.name,
            listed_files=self.listed_files,
            side_images=tuple(self._side_images),
            registration=dict(sorted(self._registration.items())),
        )

    def take(self, path: Path) -> str | None:
        """Take a side image or a registration file; the reason where it has no place."""
        image = side_image_name(path.name)
        if image is not None:
            self._side_images.append(SideImageFile(path=path, kind=image[0], channel=image[1]))
            return None
        position = self._positions.get(_stem(path.name))
        if position is None:
            return "no listed stack of its name is beside it"
        taken = self._registration.setdefault(position, path)
        return None if taken is path else f"{taken.name} already holds the shifts of that stack"


def _place(entry: DiskEntry, kind: RawFileKind, plane: _Plane | None) -> str | None:
    """Give a file its place among those of its plane; the reason where it has none."""
    if entry.obstacle is not None:
        return entry.reason
    if kind in _NEVER_TAKEN:
        return _NEVER_TAKEN[kind]
    return "its folder belongs to no plane of the session file" if plane is None else plane.take(entry.path)


_NEVER_TAKEN = {
    RawFileKind.STACK: "no file list of the session file names this tif",
    RawFileKind.REGISTRATION_STATISTICS: (
        "summary of the registration in a layout that is not published; the shifts per frame are kept"
    ),
    RawFileKind.OTHER: "not a kind of file the data set is known to have",
}


def _left_out(entry: DiskEntry, reason: str) -> FileLeftOut:
    kind = kinds.RAW_LINK_LEFT_OUT if entry.leads_out else kinds.RAW_FILE_LEFT_OUT
    return FileLeftOut(
        path=entry.path,
        reason=reason,
        kind=kind if entry.obstacle is None else entry.obstacle.value,
        link_to=entry.link_to,
        is_file=entry.obstacle is None,
        of_system=entry.obstacle is Obstacle.SYSTEM_FILE,
    )


def _stem(name: str) -> str:
    """The part of a stack's or a registration file's name that both share, in one case."""
    lower = name.lower()
    for ending in (".imreg_out", ".tif", ".tiff"):
        if lower.endswith(ending):
            name, lower = name[: -len(ending)], lower[: -len(ending)]
    return _REGISTERED_PREFIX.sub("", name).casefold()
