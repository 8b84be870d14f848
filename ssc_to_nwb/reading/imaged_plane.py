"""One imaging plane of an NWB file: its ROIs, images and traces, read when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.reading.nwb_table import SessionTable, processed, read_table

if TYPE_CHECKING:
    from pynwb import NWBFile
    from pynwb.ophys import ImagingPlane, PlaneSegmentation, RoiResponseSeries

ResponseKind = Literal["raw", "dff", "event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoiTraces:
    """Traces of a plane's ROIs.

    Attributes
    ----------
    roi_numbers : ndarray of int64, (R,)
        Number of each column.
    time_s : ndarray of float64, (F,)
        Time stamps in s after the session's start.
    values : ndarray of float64, (F, R)
        NaN where there is no frame.
    unit : str
        Of the values, as the file has it.
    """

    roi_numbers: np.ndarray
    time_s: np.ndarray
    values: np.ndarray
    unit: str

    def only(self, roi_numbers: np.ndarray) -> RoiTraces:
        """The traces of some ROIs, in the order of all; numbers that have no trace count for nothing.

        Parameters
        ----------
        roi_numbers : ndarray of int64, (N,)
            Their numbers.

        Returns
        -------
        RoiTraces
            Copies of their columns.
        """
        chosen = np.isin(self.roi_numbers, roi_numbers)
        return replace(self, roi_numbers=self.roi_numbers[chosen], values=self.values[:, chosen])

    def event_rates_hz(self, frame_interval_s: float) -> np.ndarray:
        """Of traces of calcium events: frames with an event, per second of the frames that exist.

        Parameters
        ----------
        frame_interval_s : float
            Time from frame to frame.

        Returns
        -------
        ndarray of float64, (R,)
            NaN for a ROI without frames.
        """
        seconds = np.isfinite(self.values).sum(axis=0) * frame_interval_s
        counts = (self.values > 0).sum(axis=0)
        rates: np.ndarray = np.divide(counts, seconds, out=np.full(seconds.size, np.nan), where=seconds > 0)
        return rates


@dataclass(frozen=True, kw_only=True)
class ImagedPlane:
    """A view of one plane of an open file.

    Attributes
    ----------
    name : str
        As in the names of its objects, `fov_01002`.
    nwbfile : NWBFile
        The open file.
    """

    name: str
    nwbfile: NWBFile

    @property
    def subvolume(self) -> str:
        """What the names of all planes of its subvolume begin with: `fov_01`; the name where it says nothing of it."""
        match = re.match(r"fov_\d+(?=\d{3}$)|subvolume_\d+(?=_plane_)", self.name)
        return self.name if match is None else match.group()

    @property
    def segmentation(self) -> PlaneSegmentation:
        """The plane's PlaneSegmentation."""
        return self.ophys[naming.IMAGE_SEGMENTATION][naming.plane_segmentation(self.name)]

    @property
    def ophys(self) -> Mapping[str, Any]:
        """What is in /processing/ophys, by name, as pynwb has it; empty where the file has no such module."""
        return processed(self.nwbfile, naming.OPHYS_MODULE)

    @property
    def imaging_plane(self) -> ImagingPlane:
        """The plane's ImagingPlane."""
        return self.segmentation.imaging_plane

    @property
    def frame_interval_s(self) -> float | None:
        """Time from frame to frame within a trial; None where no trial has two frames."""
        rate_hz = self.imaging_plane.imaging_rate
        return None if rate_hz is None else 1.0 / float(rate_hz)

    @cached_property
    def rois(self) -> SessionTable:
        """The ROIs: id is the number, ragged `pixel_mask` (structured x, y, weight) and `outline` (C, 2) x, y."""
        return read_table(self.segmentation)

    @cached_property
    def roi_numbers(self) -> np.ndarray:
        """Numbers of the ROIs, int64 (R,), in the order of the table."""
        return np.asarray(self.segmentation.id.data[:], dtype=np.int64)

    @property
    def image_names(self) -> tuple[str, ...]:
        """Names of the plane's images (`master_green`, `session_mean_red`, ...)."""
        container = self.ophys.get(naming.images(self.name))
        return () if container is None else tuple(container.images)

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """Rows and columns of its images; None where it has none."""
        if not self.image_names:
            return None
        columns, rows = self.ophys[naming.images(self.name)].images[self.image_names[0]].data.shape[:2]
        return int(rows), int(columns)

    @property
    def pixel_um(self) -> tuple[float, float] | None:
        """Width and height of a pixel in um; None where the file does not give them in meters."""
        spacing = self.imaging_plane.grid_spacing
        if spacing is None or self.imaging_plane.grid_spacing_unit != "meters":
            return None
        return float(spacing[0]) * 1e6, float(spacing[1]) * 1e6

    def image(self, name: str) -> np.ndarray:
        """An image as a picture: the file's data[x, y] with its axes exchanged.

        Parameters
        ----------
        name : str
            One of `image_names`.

        Returns
        -------
        ndarray, (rows, columns)
            The picture, in the file's dtype.

        Raises
        ------
        KeyError
            The plane has no image of this name.
        """
        return np.asarray(self.ophys[naming.images(self.name)].images[name].data[:]).swapaxes(0, 1)

    def mask(self, number: int) -> np.ndarray:
        """Which pixels of the plane's images are of a ROI, bool (rows, columns); the ROI must be one of the plane.

        Parameters
        ----------
        number : int
            Number of a ROI of this plane.

        Returns
        -------
        ndarray of bool, (rows, columns)
            True on the pixels of the mask.
        """
        pixels = self.rois.lists("pixel_mask")[int(np.flatnonzero(self.roi_numbers == number)[0])]
        mask = np.zeros(self.image(self.image_names[0]).shape, dtype=bool)
        if len(pixels):
            mask[pixels["y"], pixels["x"]] = True
        return mask

    def series(self, kind: ResponseKind) -> RoiResponseSeries | None:
        """The series of a kind of trace; None where the file has none of this plane.

        Parameters
        ----------
        kind : ResponseKind
            `raw`, `dff` or `event`.

        Returns
        -------
        RoiResponseSeries or None
            pynwb's own object, not yet read.
        """
        container = self.ophys.get(naming.RESPONSE_CONTAINERS[kind])
        return None if container is None else container.roi_response_series.get(naming.response_series(kind, self.name))

    def traces(self, kind: ResponseKind) -> RoiTraces | None:
        """The whole traces of a kind, read into memory.

        Parameters
        ----------
        kind : ResponseKind
            `raw`, `dff` or `event`.

        Returns
        -------
        RoiTraces or None
            None where the file has none of this plane.
        """
        series = self.series(kind)
        if series is None:
            return None
        return RoiTraces(
            roi_numbers=self.roi_numbers[np.asarray(series.rois.data[:], dtype=np.int64)],
            time_s=np.asarray(series.timestamps[:], dtype=np.float64),
            values=np.asarray(series.data[:], dtype=np.float64),
            unit=str(series.unit),
        )


def imaged_planes(nwbfile: NWBFile) -> tuple[ImagedPlane, ...]:
    """Every plane that has a PlaneSegmentation, sorted by name."""
    segmentation = processed(nwbfile, naming.OPHYS_MODULE).get(naming.IMAGE_SEGMENTATION)
    prefix = naming.plane_segmentation("")
    names = () if segmentation is None else sorted(segmentation.plane_segmentations)
    return tuple(
        ImagedPlane(name=name.removeprefix(prefix), nwbfile=nwbfile) for name in names if name.startswith(prefix)
    )


def traces_ahead(
    planes: Sequence[ImagedPlane], *kinds: ResponseKind
) -> Iterator[tuple[ImagedPlane, tuple[RoiTraces | None, ...]]]:
    """The traces of one plane after the other, as `ImagedPlane.traces` has them.

    HDF5 unpacks without Python's lock, so that a second processor reads the next plane meanwhile. Two planes are in
    memory at a time.

    Gives each plane with its traces of each kind, None where the file has none of the kind.
    """

    def read(plane: ImagedPlane) -> tuple[RoiTraces | None, ...]:
        return tuple(plane.traces(kind) for kind in kinds)

    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = [reader.submit(read, plane) for plane in planes[:1]]
        for number, plane in enumerate(planes):
            read_now = coming.pop().result()
            coming += [reader.submit(read, one) for one in planes[number + 1 : number + 2]]
            yield plane, read_now
            del read_now
