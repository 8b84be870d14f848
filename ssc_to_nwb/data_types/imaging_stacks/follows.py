"""What the series of frames and the table of gaps say of time stamps, stacks and trials that the file has elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.clocks import ImagedPlane, clock_of, imaged_planes, usual_interval_ms
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows, at, rounding

_GAPS = f"/intervals/{naming.IMAGING_GAPS}"
_SOURCE = f"/processing/{naming.SOURCE_MODULE}"
_STACKS = f"{_SOURCE}/{naming.SOURCE_STACKS}"
_TEXTS = f"{_SOURCE}/{naming.IMAGE_DESCRIPTIONS}"
_UM = 1e-6
_UNKNOWN_FRAME_S = 1e-3
_LISTED_ROOT = "imaging_data"
_COLUMNS = (
    "start_time", "stop_time", "plane_name", "listed_file", "frame_count", "first_time_index", "trial_numbers",
)  # fmt: skip


def series(file: FileView) -> Iterator[Followed]:
    """Time stamps of the frames that are there, size of the images, field of view."""
    for plane in imaged_planes(file):
        table = file.table(plane.frame_index)
        for channel in naming.CHANNELS:
            path = f"/acquisition/{naming.two_photon_series(plane.name, channel)}"
            if not file.reader.has(path) or plane.clock is None:
                continue
            expected = clock_of(file, plane.clock).seconds[table.column(naming.TWO_PHOTON_FRAME) > 0]
            stamps = file.stamps(path)
            yield Followed(f"{path}/timestamps", expected, stamps, tolerance=rounding(expected))
            shape = np.array(file.reader.dataset(f"{path}/data").shape[1:], dtype=np.int64)
            view = np.array(file.metadata["imaging"]["field_of_view_um"], dtype=np.float64) * _UM
            yield from at(file, {f"{path}/dimension": shape, f"{path}/field_of_view": view})


def gaps(file: FileView) -> Iterator[Followed]:
    """The runs of time stamps without a frame: where they are, when, of which stack and which trials."""
    planes = [plane for plane in imaged_planes(file) if file.table(plane.frame_index).has(naming.TWO_PHOTON_FRAME)]
    rows = sorted((row for plane in planes for row in _gaps(file, plane)), key=lambda row: row[:2])
    if not file.reader.has(_GAPS):
        # Without a gap there is no table.
        yield Followed(_GAPS, len(rows), 0, covers=())
        return
    columns = dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_COLUMNS, ())
    trials = list(columns.pop("trial_numbers"))
    for name, values in columns.items():
        is_text = name in ("plane_name", "listed_file")
        yield from at(file, {f"{_GAPS}/{name}": list(values) if is_text else np.array(values)}, near=not is_text)
    place = f"{_GAPS}/trial_numbers"
    found = [part.tolist() for part in file.table(_GAPS).parts("trial_numbers")]
    yield Followed(place, trials, found, covers=(place, f"{place}_index"))


def _gaps(file: FileView, plane: ImagedPlane) -> Iterator[tuple[Any, ...]]:
    """A row for each run of time stamps that have no frame in the file, all of one listed stack or of none."""
    table = file.table(plane.frame_index)
    missing, files = np.flatnonzero(table.column(naming.TWO_PHOTON_FRAME) == 0), table.column("file_number")
    if not missing.size:
        return
    if plane.clock is None:
        raise ValueError(f"{plane.name} has no time stamps")
    clock = clock_of(file, plane.clock)
    interval_ms = usual_interval_ms(clock.milliseconds(file), clock.labels)
    frame_s = _UNKNOWN_FRAME_S if interval_ms is None else interval_ms / 1000
    edges = np.flatnonzero((np.diff(missing) != 1) | (np.diff(files[missing]) != 0)) + 1
    for run in np.split(missing, edges):
        labels, first = clock.labels[run], int(run[0])
        trials = [int(number) for number in np.unique(labels[~np.isnan(labels)]).tolist()]
        times = (float(clock.seconds[first]), float(clock.seconds[run[-1]]) + frame_s)
        yield (*times, plane.name, _listed(file, plane, int(files[first])), run.size, first, trials)


def _listed(file: FileView, plane: ImagedPlane, number: int) -> str:
    """The listed path of a stack behind the folder of the rig, with forward slashes; empty for the number 0."""
    if not number:
        return ""
    paths = file.once("listed paths", lambda: _paths(file))
    parts = paths[plane.name, number].replace("\\", "/").split("/")
    while _LISTED_ROOT in parts:
        parts = parts[parts.index(_LISTED_ROOT) + 1 :]
    return "/".join(part for part in parts if part not in ("", "."))


def _paths(file: FileView) -> dict[tuple[str, int], str]:
    table = file.table(_STACKS)
    rows = zip(table.texts("plane"), table.column("file_number").tolist(), table.texts("listed_path"), strict=True)
    return {(name, number): path for name, number, path in rows}


def image_texts(file: FileView) -> Iterator[Followed]:
    """The runs of pages with one text follow each other within a stack, from page 1 on."""
    if not file.reader.has(_TEXTS):
        return
    table = file.table(_TEXTS)
    stacks = list(zip(table.texts("plane"), table.column("file_number").tolist(), strict=True))
    counts = table.column("page_count").tolist()
    expected, following = [], 1
    for place, stack in enumerate(stacks):
        following = following if place and stack == stacks[place - 1] else 1
        expected.append(following)
        following += counts[place]
    yield from at(file, {f"{_TEXTS}/first_page": np.array(expected, dtype=np.int64)})


FOLLOWS: Follows = {"/acquisition": series, _GAPS: gaps, f"{_TEXTS}/first_page": image_texts}
