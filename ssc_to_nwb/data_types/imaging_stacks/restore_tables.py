"""What an NWB file says of the imaging stacks of its source: names, pages, texts; and their frames, one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import h5py
import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

_SOURCE = f"processing/{naming.SOURCE_MODULE}"
_FILE_ROLE = "imaging stack"
_LISTED_ROOT = "imaging_data/"
_TEXT = re.compile(r"ImageDescription of the first tif, [^:]*: (?P<text>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStack:
    """A stack as the source lists it.

    plane_name: of which plane; file_number: its number there, from 1; source_path: where it was, relative to the folder
    of the session file, or the listed path where it was missing; reason: why it was not used, empty where it was.
    """

    plane_name: str
    file_number: int
    listed_path: str
    source_path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneInFile:
    """The frames of a plane.

    file_number, frame_number, series_frame: int64 (F,), of each time stamp the file, the frame in it, and the frame of
    the series, all from 1, 0 where there is none; series: paths of the series' data, green first; text: the
    ImageDescription of the first tif, None where it has none.
    """

    file_number: np.ndarray
    frame_number: np.ndarray
    series_frame: np.ndarray
    series: tuple[str, ...]
    text: str | None

    def rows_of(self, stack: ListedStack) -> np.ndarray:
        """Time stamps whose frame is in the file and of this stack."""
        return np.flatnonzero((self.file_number == stack.file_number) & (self.series_frame > 0))


class UnreadableFrameError(Exception):
    """A chunk of frames that cannot be read; the text is the path of its series."""


@contextmanager
def open_stacks(path: Path) -> Iterator[StacksInFile]:
    """The stacks of an NWB file. Raises restore-unreadable, restore-of-stub, restore-without-frames."""
    try:
        # Frames are read once, a chunk at a time: a cache of chunks would be of no use.
        with h5py.File(path, "r", rdcc_nbytes=0) as file:
            stacks = StacksInFile(file=file, path=path)
            stacks.check_has_all()
            yield stacks
    except UnreadableFrameError as failure:
        raise error(kinds.RESTORE_UNREADABLE, file=path, field=str(failure), found=failure.__cause__) from failure
    except (OSError, KeyError, ValueError) as failure:
        raise error(kinds.RESTORE_UNREADABLE, file=path, found=failure) from failure


@dataclass
class StacksInFile:
    """Reads one open file; what is read of a plane is kept, but for its frames."""

    file: h5py.File
    path: Path
    _planes: dict[str, PlaneInFile] = field(default_factory=dict)

    def check_has_all(self) -> None:
        """Raise restore-of-stub, or restore-without-frames."""
        if json.loads(self._provenance["options"]).get("stub"):
            raise error(kinds.RESTORE_OF_STUB, file=self.path)
        module = self.file[_SOURCE]
        indices = [name for name in module if name.startswith(naming.frame_index(""))]
        if not any(naming.TWO_PHOTON_FRAME in module[name] for name in indices):
            raise error(kinds.RESTORE_WITHOUT_FRAMES, file=self.path, found=f"{len(indices)} imaging planes, no frames")

    def listed(self) -> Iterator[ListedStack]:
        """All stacks that the source lists, plane by plane."""
        listed, files = self._table(naming.SOURCE_STACKS), self._table(naming.SOURCE_FILES)
        of_stacks = [row for row, role in enumerate(files["role"]) if role == _FILE_ROLE]
        if len(of_stacks) != len(listed["plane"]):
            table = f"/{_SOURCE}/{naming.SOURCE_FILES}"
            expected = f"{len(listed['plane'])} files with the role {_FILE_ROLE!r}"
            raise error(kinds.RESTORE_UNREADABLE, file=self.path, field=table, expected=expected, found=len(of_stacks))
        for place, row in enumerate(of_stacks):
            yield ListedStack(
                plane_name=listed["plane"][place],
                file_number=int(listed["file_number"][place]),
                listed_path=listed["listed_path"][place],
                source_path=files["path"][row],
                reason=files["reason"][row],
            )

    def place(self, stack: ListedStack) -> PurePosixPath:
        """Where a stack was, below the folder of the session file; as listed, of one that was elsewhere.

        Raises restore-path-outside.
        """
        text = stack.source_path
        if "/" not in text:
            text = stack.listed_path.replace("\\", "/").rpartition(_LISTED_ROOT)[2]
        place = PurePosixPath(text)
        if place.is_absolute() or not place.name or ".." in place.parts or any(":" in part for part in place.parts):
            raise error(kinds.RESTORE_PATH_OUTSIDE, file=self.path, found=text)
        return place

    def plane(self, name: str) -> PlaneInFile:
        """The frames of a plane."""
        if name not in self._planes:
            table = self._table(naming.frame_index(name))
            series = [f"acquisition/{naming.two_photon_series(name, channel)}" for channel in naming.CHANNELS]
            series = [path for path in series if path in self.file]
            found = _TEXT.search(self.file[series[0]].attrs["comments"]) if series else None
            self._planes[name] = PlaneInFile(
                file_number=table["file_number"],
                frame_number=table["frame_number"],
                series_frame=table[naming.TWO_PHOTON_FRAME],
                series=tuple(f"{path}/data" for path in series),
                text=None if found is None else found["text"],
            )
        return self._planes[name]

    @cached_property
    def red_first(self) -> bool:
        """Whether the first page of a frame is red, as the metadata of the conversion say."""
        return not json.loads(self._provenance["metadata"])["assumptions"]["green_page_first"]

    @cached_property
    def text_runs(self) -> Mapping[tuple[str, int], list[tuple[int, int, str]]]:
        """Runs of pages with one ImageDescription: first page from 1, number of pages, text or ''.

        By plane and file number; of planes whose pages differ in it alone.
        """
        runs: dict[tuple[str, int], list[tuple[int, int, str]]] = {}
        if naming.IMAGE_DESCRIPTIONS in self.file[_SOURCE]:
            table = self._table(naming.IMAGE_DESCRIPTIONS)
            names = ("plane", "file_number", "first_page", "page_count", "text")
            for plane, number, first, count, text in zip(*(table[name] for name in names), strict=True):
                runs.setdefault((plane, int(number)), []).append((int(first), int(count), text))
        return runs

    def frames(self, series: str) -> FrameReader:
        """The frames of a series, by the path of its data."""
        return FrameReader(self.file[series])

    @cached_property
    def _provenance(self) -> dict[str, str]:
        table = self._table(naming.PROVENANCE)
        return dict(zip(table["item"], table["value"], strict=True))

    def _table(self, name: str) -> dict[str, Any]:
        """The columns of a table of the module `source`, texts as str."""
        return {
            column: item.asstr()[:] if h5py.check_string_dtype(item.dtype) else item[:]
            for column, item in self.file[f"{_SOURCE}/{name}"].items()
        }


class FrameReader:
    """Frames of one series, those of a chunk read together.

    image_shape: (rows, columns) and dtype of a frame, as in the tif.
    """

    def __init__(self, dataset: h5py.Dataset) -> None:
        self._dataset = dataset
        self._step = dataset.chunks[0] if dataset.chunks else 1
        self._start, self._frames = -1, np.zeros(0)
        # The axes of a series are time, column, row.
        self.image_shape: tuple[int, int] = (dataset.shape[2], dataset.shape[1])
        self.dtype: np.dtype = dataset.dtype

    def frame(self, number: int) -> np.ndarray:
        """A frame (rows, columns) by its number, from 0. Raises UnreadableFrameError."""
        start = number - number % self._step
        if start != self._start:
            try:
                self._frames = self._dataset[start : start + self._step].swapaxes(1, 2)
            except OSError as failure:
                raise UnreadableFrameError(self._dataset.name) from failure
            self._start = start
        return np.ascontiguousarray(self._frames[number - start])
