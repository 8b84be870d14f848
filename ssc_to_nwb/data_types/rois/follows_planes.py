"""What the ImagingPlanes say of the microscope, as the kept metadata have it, and their rate, from the time stamps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.clocks import OPHYS, ImagedPlane, clock_of, imaged_planes, is_whole, usual_interval_ms
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows

_PLANES = "/general/optophysiology"
_UM = 1e-6
_MS_PER_S = 1000.0
_MOST_DECIMALS = 12


def microscope(file: FileView) -> Iterator[Followed]:
    """Label, wave lengths, place and size of a pixel: written once in the metadata and once in every plane."""
    imaging = file.metadata["imaging"]
    for plane in imaged_planes(file):
        width_um, height_um = imaging["field_of_view_um"]
        columns, rows = image_size(file, plane.name)
        spacing = np.array([width_um / columns * _UM, height_um / rows * _UM, imaging["plane_spacing_um"] * _UM])
        for channel, path in _channels(file, plane):
            detected = imaging["channels"][channel]
            yield from _numbers(file, f"{path}/excitation_lambda", imaging["excitation_lambda_nm"])
            yield from _numbers(file, f"{path}/{channel}/emission_lambda", detected["emission_lambda_nm"])
            yield from _numbers(file, f"{path}/grid_spacing", spacing)
            texts = {
                f"{path}/indicator": detected["indicator"],
                f"{path}/location": imaging["location"],
                f"{path}/{channel}/description": detected["description"],
            }
            for place, text in texts.items():
                yield Followed(place=place, expected=text, found=file.reader.text(place))
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
    return Followed(place=place, expected=parts, found=[part for part in parts if part in found])


def _numbers(file: FileView, place: str, expected: float | np.ndarray) -> Iterator[Followed]:
    yield Followed(place=place, expected=np.asarray(expected, dtype=np.float64), found=file.reader.values(place))


def rates(file: FileView) -> Iterator[Followed]:
    """Frames per second within trials; no rate where no trial has two frames."""
    for plane in imaged_planes(file):
        expected = [None] if plane.clock is None else _rates(file, plane, plane.clock)
        for _, path in _channels(file, plane):
            place = f"{path}/imaging_rate"
            found = float(file.reader.values(place)) if file.reader.has(place) else None
            nearest = found if found in expected else expected[0]
            yield Followed(place=place, expected=nearest, found=found, covers=() if found is None else None)


def _rates(file: FileView, plane: ImagedPlane, labels: str) -> list[float | None]:
    """The shortest decimal number that has the same usual interval on the clock.

    Times of another unit than ms may have been whole ms or not before they were scaled: then there are two answers.
    """
    clock = clock_of(file, labels)
    time_ms = clock.milliseconds(file)
    interval_ms = usual_interval_ms(time_ms, clock.labels)
    if interval_ms is None:
        return [None]
    exact = file.unit(f"{plane.entry}.timeUnit").per_second == _MS_PER_S
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


FOLLOWS_PLANES: Follows = {f"{_PLANES}/imaging_rate": rates, _PLANES: microscope}
