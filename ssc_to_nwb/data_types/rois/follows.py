"""What tables of ROIs say a second time, and ImagingPlanes say as the kept metadata and the time stamps have it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rois.restore import IN_PLANE, IN_RECORD, IN_ROIS
from ssc_to_nwb.restoring.clocks import (
    OPHYS,
    ImagedPlane,
    clock_of,
    imaged_planes,
    is_whole,
    unit_of,
    usual_interval_ms,
)
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows, at
from ssc_to_nwb.restoring.nwb_reader import NwbTable

_PLANES = "/general/optophysiology"
_UM = 1e-6
_MS_PER_S = 1000.0
_MOST_DECIMALS = 12
_SEGMENTATION = f"{OPHYS}/{naming.IMAGE_SEGMENTATION}"
_LISTS = {IN_PLANE: "plane-rois", IN_RECORD: "plane-recorded-rois", IN_ROIS: "roi-number"}
_MASK_FIELDS = ("pixel_mask.x", "pixel_mask.y", "pixel_mask.weight")
# Sums of thousands of pixels, in whatever order they were added.
_ROUNDING = 1e-12


def microscope(file: FileView) -> Iterator[Followed]:
    """Label, wave lengths, place and size of a pixel: written once in the metadata and once in every plane."""
    imaging = file.metadata["imaging"]
    for plane in imaged_planes(file):
        width_um, height_um = imaging["field_of_view_um"]
        columns, rows = image_size(file, plane.name)
        spacing = np.array([width_um / columns * _UM, height_um / rows * _UM, imaging["plane_spacing_um"] * _UM])
        for channel, path in _channels(file, plane):
            detected = imaging["channels"][channel]
            expected = {
                "excitation_lambda": np.asarray(imaging["excitation_lambda_nm"], dtype=np.float64),
                f"{channel}/emission_lambda": np.asarray(detected["emission_lambda_nm"], dtype=np.float64),
                "grid_spacing": spacing,
                "indicator": detected["indicator"],
                "location": imaging["location"],
                f"{channel}/description": detected["description"],
            }
            yield from at(file, {f"{path}/{name}": value for name, value in expected.items()})
            yield _description(file, plane, path, channel)


def _description(file: FileView, plane: ImagedPlane, path: str, channel: str) -> Followed:
    place = f"{path}/description"
    found = file.reader.text(place)
    parts = [
        f"Plane {plane.position} of {plane.count} ",
        plane.name,
        str(file.metadata["imaging"]["location_description"]),
        f"{channel} channel",
    ]
    return Followed(place, parts, [part for part in parts if part in found])


def rates(file: FileView) -> Iterator[Followed]:
    """Frames per second within trials; no rate where no trial has two frames."""
    for plane in imaged_planes(file):
        expected = [None] if plane.clock is None else _rates(file, plane, plane.clock)
        for _, path in _channels(file, plane):
            place = f"{path}/imaging_rate"
            found = float(file.reader.values(place)) if file.reader.has(place) else None
            nearest = found if found in expected else expected[0]
            yield Followed(place, nearest, found, covers=() if found is None else None)


def _rates(file: FileView, plane: ImagedPlane, labels: str) -> list[float | None]:
    """The shortest decimal number that has the same usual interval on the clock.

    Times of another unit than ms may have been whole ms or not before they were scaled: then there are two answers.
    """
    clock = clock_of(file, labels)
    time_ms = clock.milliseconds(file)
    interval_ms = usual_interval_ms(time_ms, clock.labels)
    if interval_ms is None:
        return [None]
    exact = unit_of(file, f"{plane.entry}.timeUnit").per_second == _MS_PER_S
    ticks = ([1.0] if is_whole(time_ms) else []) + ([1e-3] if not (is_whole(time_ms) and exact) else [])
    return [_shortest(interval_ms, tick) for tick in ticks]


def _shortest(interval_ms: float, tick_ms: float) -> float:
    rate = _MS_PER_S / interval_ms
    rounded = (float(f"{rate:.{decimals}f}") for decimals in range(_MOST_DECIMALS))
    return next((one for one in rounded if one and abs(_MS_PER_S / one - interval_ms) <= tick_ms / 2), rate)


def image_size(file: FileView, plane_name: str) -> tuple[int, int]:
    """Columns and rows of a plane's images. Raises ObjectError."""
    place = f"{OPHYS}/{naming.images(plane_name)}/{naming.image('master', 'green')}"
    columns, rows = file.reader.dataset(place).shape
    return int(columns), int(rows)


def _channels(file: FileView, plane: ImagedPlane) -> Iterator[tuple[str, str]]:
    """Channels that the plane has an ImagingPlane of, with its path."""
    for channel in naming.CHANNELS:
        path = f"{_PLANES}/{naming.imaging_plane(plane.name, channel)}"
        if channel == naming.CHANNELS[0] or file.reader.has(path):
            yield channel, path


def identity(file: FileView) -> Iterator[Followed]:
    """Number, plane and cell of every ROI."""
    animal = file.reader.text("/general/subject/subject_id")
    for plane, table in _tables(file):
        cells = [f"{animal}/{number}" for number in table.ids.tolist()]
        expected = {"roi_number": table.ids, "plane": [plane.name] * table.rows, "cell": cells}
        yield from at(file, {f"{table.path}/{name}": values for name, values in expected.items()})


def positions(file: FileView) -> Iterator[Followed]:
    """The mean of a mask's pixels, and how far the plane lies below the first one, in um."""
    imaging = file.metadata["imaging"]
    view_um = imaging["field_of_view_um"]
    for plane, table in _tables(file):
        for axis, length, extent_um in zip("xy", image_size(file, plane.name), view_um, strict=True):
            name = f"centroid_{axis}_um"
            means = _means(table.field_of("pixel_mask", axis), table.ends("pixel_mask"))
            expected = means * (float(extent_um) / length)
            tolerance = np.abs(np.nan_to_num(expected)) * _ROUNDING
            yield Followed(f"{table.path}/{name}", expected, table.column(name), tolerance=tolerance)
        depth_um = np.full(table.rows, (plane.position - 1) * float(imaging["plane_spacing_um"]))
        yield from at(file, {f"{table.path}/depth_from_first_plane_um": depth_um})


def _means(values: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Mean of each stretch, float64 (n,); NaN of an empty one."""
    sums = np.append(0.0, np.cumsum(values, dtype=np.float64))[np.append(0, ends)]
    counts = np.diff(ends, prepend=0)
    means = np.full(counts.size, np.nan)
    np.divide(np.diff(sums), counts, out=means, where=counts > 0)
    return means


def lists(file: FileView) -> Iterator[Followed]:
    """Which lists of the source a ROI is in: as many as these have, written in their order."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for name, rule in _LISTS.items():
        for node in file.claimed(rule):
            # Each array of a subvolume has lists of its own, of the same ROIs.
            counts[node.table, name][node.path.partition(".rois")[0]] += int(np.prod(node.size))
    for _, table in _tables(file):
        place = f"{table.path}/source_lists"
        texts = table.texts("source_lists")
        named = [set(text.split(", ")) for text in texts]
        expected = [", ".join(name for name in _LISTS if name in names) for names in named]
        yield Followed(place, expected, texts)
        for name in _LISTS:
            sizes = counts[table.path, name].values()
            yield Followed(place, max(sizes, default=0), sum(name in names for names in named))
        yield from _rows(table, named)


def _rows(table: NwbTable, named: list[set[str]]) -> Iterator[Followed]:
    """First the rows of imagingPlane.ids, then the others in rising order; without a record a row has no mask."""
    listed = np.array([IN_PLANE in names for names in named], dtype=bool)
    others = table.ids[~listed]
    expected = np.concatenate([table.ids[listed], np.sort(others)])
    yield Followed(f"{table.path}/id", expected, table.ids, covers=())
    recorded = np.array([IN_ROIS in names for names in named], dtype=bool)
    for column, fields in (("pixel_mask", _MASK_FIELDS), ("outline", ("outline",))):
        if table.has(column):
            found = np.diff(table.ends(column), prepend=0)
            place = f"{table.path}/{column}_index"
            # Without any record all is said of the column; with some, it is restored.
            covers = () if recorded.any() else (place, *(f"{table.path}/{field}" for field in fields))
            yield Followed(place, np.where(recorded, found, 0), found, covers=covers)


def _tables(file: FileView) -> Iterator[tuple[ImagedPlane, NwbTable]]:
    for plane in imaged_planes(file):
        yield plane, file.table(f"{_SEGMENTATION}/{naming.plane_segmentation(plane.name)}")


FOLLOWS: Follows = {
    f"{_SEGMENTATION}/cell": identity,
    f"{_SEGMENTATION}/centroid": positions,
    f"{_SEGMENTATION}/source_lists": lists,
    f"{_PLANES}/imaging_rate": rates,
    _PLANES: microscope,
}
