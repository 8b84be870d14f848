"""Where the raw files lie: listed paths looked up below the session's directory, and what else lies there.

The layout is that of the data set: <session>/fov_VVPPP/fluo_batch_out/*.tif, and mp4 videos anywhere below <session>.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.source_files.disk_walk import DiskEntry

# The rig's listed paths are absolute; what follows this directory is the path below the session's directory.
LISTED_ROOT = "imaging_data"
# The directory that some listed paths leave out although the file lies in it.
BATCH_DIRECTORY = "fluo_batch_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """An imaging stack as the session file lists it, and where it lies; `path` is None where it is missing.

    other_case: whether it lies there under a name that differs from the listed one in upper and lower case; note: what
    lies in the place of a missing file, in words.
    """

    listed_path: str
    path: Path | None
    other_case: bool = False
    note: str = ""


class FolderListing:
    """What lies below a session's folder, on a disk or in packed files, to look listed paths up in.

    They are found with and without `fluo_batch_out/`, and in another case where one file alone fits: disks that ignore
    upper and lower case change it. Links are followed, as they are put there by who keeps the data; listed paths are
    not trusted.
    """

    def __init__(self, folder: Path, paths: Iterable[str], *, unusable: Mapping[str, str] | None = None) -> None:
        """Take in paths below the folder, with forward slashes; unusable: why what lies at another one is no file."""
        self._folder = folder
        self._paths = frozenset(paths)
        self._unusable = unusable or {}
        self._by_folded = grouped(sorted(self._paths), str.casefold)

    @classmethod
    def of_disk(cls, folder: Path, entries: Iterable[DiskEntry]) -> FolderListing:
        """A session's folder after a walk over it."""
        found = {entry.below: entry for entry in entries}
        unusable = {
            below: entry.reason if entry.link_to is None else f"{entry.reason}, {entry.link_to}"
            for below, entry in found.items()
            if entry.obstacle is not None
        }
        return cls(folder, found.keys() - unusable.keys(), unusable=unusable)

    def find(self, listed_paths: Iterable[str]) -> tuple[ListedFile, ...]:
        """Where listed paths lie, in their order.

        Raises SscError of kind RAW_PATH_OUTSIDE where a path would leave the folder, RAW_PATH_EMPTY where there is
        none.
        """
        return tuple(self._find(listed, number) for number, listed in enumerate(listed_paths, start=1))

    def _find(self, listed: str, number: int) -> ListedFile:
        if not listed.strip():
            raise error(
                kinds.RAW_PATH_EMPTY, field=f"sourceFileList{{{number}}}", expected="a path", found="an empty text"
            )
        relative = relative_listed_path(listed)
        # Where a path leaves the directory out, the file in it comes first all the same.
        without = "/".join(part for part in relative.parts if part != BATCH_DIRECTORY)
        inside = (relative.parent / BATCH_DIRECTORY / relative.name).as_posix()
        candidates = [relative.as_posix(), without] if BATCH_DIRECTORY in relative.parts else [inside, without]
        exact = [path for path in candidates if path in self._paths]
        fitting = exact[:1] or [fits for path in candidates for fits in self._by_folded.get(path.casefold(), ())]
        if len(fitting) == 1:
            return ListedFile(listed_path=listed, path=self._folder / fitting[0], other_case=not exact)
        note = next((self._unusable[path] for path in candidates if path in self._unusable), "")
        if fitting:
            note = f"{' and '.join(fitting)} fit but for upper and lower case"
        return ListedFile(listed_path=listed, path=None, note=note)


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


class RawFileKind(StrEnum):
    """What a file of a session's directory is, by its name."""

    STACK = "stack"
    SIDE_IMAGE = "side image"
    REGISTRATION = "registration file"
    REGISTRATION_STATISTICS = "registration statistics"
    VIDEO = "video"
    OTHER = "other"


_SIDE_IMAGE = re.compile(
    r"(?P<kind>master_imreg_image|session_(?:mean|maxproj|sdmean|sdmax|pertrial_mean|pertrial_sd))"
    r"_chan_(?P<channel>0[12])\.tiff?",
    re.IGNORECASE,
)
# The first that fits counts.
_KINDS = {
    RawFileKind.SIDE_IMAGE: _SIDE_IMAGE,
    RawFileKind.STACK: re.compile(r".*\.tiff?", re.IGNORECASE | re.DOTALL),
    RawFileKind.REGISTRATION: re.compile(r".*\.imreg_out", re.IGNORECASE | re.DOTALL),
    RawFileKind.REGISTRATION_STATISTICS: re.compile(r"imreg_(session_stats|err_file)\.mat", re.IGNORECASE),
    RawFileKind.VIDEO: re.compile(r".*\.mp4", re.IGNORECASE | re.DOTALL),
}


def side_image_name(name: str) -> tuple[str, int] | None:
    """Kind (`master_imreg_image`, `session_pertrial_sd`...) and channel, 1 green, 2 red, by a side image's name."""
    match = _SIDE_IMAGE.fullmatch(name)
    return None if match is None else (match["kind"].lower(), int(match["channel"]))


def is_side_file(name: str) -> bool:
    """Whether a file is one that the registration keeps beside the stacks, by its name."""
    return kind_of_file(name) in (RawFileKind.REGISTRATION, RawFileKind.REGISTRATION_STATISTICS)


def kind_of_file(name: str) -> RawFileKind:
    """What a file is by its name alone."""
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(name)), RawFileKind.OTHER)
