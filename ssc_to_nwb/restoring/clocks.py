"""The clocks of a file: the source's unit of time, time stamps with the trial number of each, and the imaged planes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.restoring.file_view import FileView

BEHAVIOR = f"/processing/{naming.BEHAVIOR_MODULE}"
OPHYS = f"/processing/{naming.OPHYS_MODULE}"
BEHAVIOR_CLOCK = f"{BEHAVIOR}/{naming.TRIAL_NUMBER}"
_PLANES = ".imagingPlane"
_FRAME_INDEX = naming.frame_index("")
_DECIMALS_OF_MS = 3
# fov_01002 is plane 2 of subvolume 1; other names count the planes.
_NUMBER = re.compile(r"fov_(\d+)\d{3}|subvolume_(\d+)_plane_\d+")
UNITS_PER_SECOND = {"millisecond": 1000.0, "second": 1.0, "minute": 1 / 60, "hour": 1 / 3600, "day": 1 / 86400}
# Times are scaled and shifted on the way into the file, and again on the way back.
_TOLERANCE_ULP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceUnit:
    """The source's unit of time, and the seconds from the session's start to the zero of its clock."""

    per_second: float
    zero_offset_s: float

    def from_seconds(self, seconds: np.ndarray) -> np.ndarray:
        """Times in the source's unit, float64, same shape."""
        return (np.asarray(seconds, dtype=np.float64) - self.zero_offset_s) * self.per_second

    def rounding(self, seconds: np.ndarray) -> np.ndarray:
        """How far times may differ, in the source's unit, after the way into the file and back.

        4 units in the last place of the seconds, as they are in the file and as they are without the shift.
        """
        largest = np.maximum(np.abs(np.nan_to_num(seconds)), abs(self.zero_offset_s))
        tolerance: np.ndarray = _TOLERANCE_ULP * np.spacing(largest) * self.per_second
        return tolerance

    def restored(
        self, seconds: np.ndarray, *, whole: bool, later: float = 0.0
    ) -> tuple[np.ndarray, np.ndarray | float]:
        """Times in the source's unit, and how far they may be from the source's.

        whole: whether all times of the source are whole. They come back exactly then: what is within the rounding of a
        whole number is that number. later: how much later, in the source's unit, the file has these times.
        """
        found, rounding = self.from_seconds(seconds) - later, self.rounding(seconds)
        if not whole:
            return found, rounding
        nearest = np.rint(found)
        return np.where(np.abs(found - nearest) <= rounding, nearest, found), 0.0


def unit_of(file: FileView, path: str) -> SourceUnit:
    """The unit that a leaf with the id of a unit of time names."""
    ids, names = file.row(f"{file.variable}.timeUnitIds"), file.texts(f"{file.variable}.timeUnitNames")
    name = dict(zip(ids.tolist(), names, strict=True))[file.row(path)[0]]
    return SourceUnit(per_second=UNITS_PER_SECOND[name], zero_offset_s=float(file.assumptions["clock_zero_offset_s"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time stamps in s, float64 (N,), and their trial numbers (N,), NaN for none."""

    seconds: np.ndarray
    labels: np.ndarray

    def milliseconds(self, file: FileView) -> np.ndarray:
        """The time stamps in ms of the source's clock; whole where they are within the rounding of a whole number."""
        unit = SourceUnit(per_second=1000.0, zero_offset_s=float(file.assumptions["clock_zero_offset_s"]))
        return unit.restored(self.seconds, whole=True)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagedPlane:
    """An imaged plane, as the struct of the source has it.

    name: such as fov_01002; position: its place among the `count` planes of its subvolume, from 1; entry: path of the
    array of the source that lists it; clock: path of the trial numbers of its subvolume, None where it has no sample.
    """

    name: str
    position: int
    count: int
    entry: str
    clock: str | None

    @property
    def subvolume(self) -> int:
        """Number of the subvolume, as its name has it."""
        match = _NUMBER.fullmatch(self.name)
        if match is None:
            raise ValueError(f"{self.name} is no name of a plane")
        return int(match[1] or match[2])

    @property
    def frame_index(self) -> str:
        """Path of the table of its frames."""
        return f"/processing/{naming.SOURCE_MODULE}/{_FRAME_INDEX}{self.name}"


def clock_of(file: FileView, labels: str) -> Clock:
    """The clock of a series of trial numbers, read once. Raises ObjectError."""
    return file.once(
        f"clock {labels}", lambda: Clock(seconds=file.stamps(labels), labels=file.reader.values(f"{labels}/data"))
    )


def all_clocks(file: FileView) -> Iterator[Clock]:
    """The clock of the samples of behavior and those of the subvolumes, as far as the file has them."""
    for module in (BEHAVIOR, OPHYS):
        for name in file.reader.members(module) if file.reader.has(module) else ():
            if naming.TRIAL_NUMBER_SERIES.fullmatch(name):
                yield clock_of(file, f"{module}/{name}")


def imaged_planes(file: FileView) -> list[ImagedPlane]:
    """The planes in the order of the source. Raises ObjectError without the table of the source struct."""
    return file.once("imaged planes", lambda: list(_find_planes(file)))


def _find_planes(file: FileView) -> Iterator[ImagedPlane]:
    entries = grouped(file.claimed("plane-frames"), lambda node: node.path[: node.path.rindex(_PLANES)])
    known: set[str] = set()
    for entry, indices in entries.items():
        trial = file.struct.node(f"{entry}.trial")
        labels = trial.objects[0].removesuffix("/data") if trial is not None and trial.objects else None
        for position, index in enumerate((node.column for node in indices), start=1):
            name = index.removeprefix(_FRAME_INDEX)
            if name not in known:
                known.add(name)
                yield ImagedPlane(name=name, position=position, count=len(indices), entry=entry, clock=labels)


def is_whole(time_ms: np.ndarray) -> bool:
    """Whether a clock is one of whole ms."""
    return bool((time_ms == np.rint(time_ms)).all())


def usual_interval_ms(time_ms: np.ndarray, labels: np.ndarray) -> float | None:
    """The middle one of the intervals between neighbours of one trial; None where no interval is positive.

    time_ms, labels: (N,); whole where the clock is one of whole ms, else to 1 us.
    """
    steps = np.sort(np.diff(time_ms)[labels[1:] == labels[:-1]])
    if not steps.size:
        return None
    middle = (steps[(steps.size - 1) // 2] + steps[steps.size // 2]) / 2
    interval = float(np.round(middle, 0 if is_whole(time_ms) else _DECIMALS_OF_MS))
    return interval if interval > 0 else None


def nearest(times: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Places in rising times (N,), at least one, of those that are next to the wanted ones, int64 (n,)."""
    after = np.minimum(np.searchsorted(times, wanted), times.size - 1)
    before = np.maximum(after - 1, 0)
    is_before = np.abs(times[before] - wanted) < np.abs(times[after] - wanted)
    return np.where(is_before, before, after)
