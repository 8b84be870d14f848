"""One imaging plane of an NWB file: its ROIs, images and traces, read when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.reading.nwb_table import arrays_of, processed, read_table
from ssc_to_nwb.reading.time_series import read_samples

if TYPE_CHECKING:
    import pandas as pd
    from pynwb import NWBFile
    from pynwb.ophys import ImagingPlane, PlaneSegmentation, RoiResponseSeries

ResponseKind = Literal["raw", "dff", "event"]


def event_rates_hz(events: pd.DataFrame, *, interval_s: float) -> pd.Series:
    """Of traces of calcium events: frames with an event, per second of the frames that exist; NaN without frames."""
    return (events > 0).sum() / (events.notna().sum() * interval_s)


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
    def rois(self) -> pd.DataFrame:
        """The ROIs by number; cells of `pixel_mask` (structured x, y, weight) and `outline` (C, 2) x, y are arrays."""
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
        pixels = arrays_of(self.rois, "pixel_mask")[int(np.flatnonzero(self.roi_numbers == number)[0])]
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

    def traces(
        self, kind: ResponseKind, *, rois: Sequence[int] | np.ndarray | None = None, samples: np.ndarray | None = None
    ) -> pd.DataFrame | None:
        """The traces of a kind, read into memory.

        Parameters
        ----------
        kind : ResponseKind
            `raw`, `dff` or `event`.
        rois : sequence of int or None, optional
            Only these ROIs, in the order of the file; all where None.
        samples : ndarray of int64, (N,) or None, optional
            Only these samples, by their places, ascending; all where None.

        Returns
        -------
        pandas.DataFrame, (samples, ROIs), or None
            Columns are ROI numbers, the index time in s; NaN where there is no frame. None where the file has no traces
            of this kind of this plane.
        """
        import pandas as pd

        series = self.series(kind)
        if series is None:
            return None
        numbers = self.roi_numbers[np.asarray(series.rois.data[:], dtype=np.int64)]
        columns = np.arange(numbers.size) if rois is None else np.flatnonzero(np.isin(numbers, rois))
        # One range of columns is one reading; the ROIs in between are left away afterwards.
        first, end = (int(columns[0]), int(columns[-1]) + 1) if columns.size else (0, 0)
        values = read_samples(series.data, samples, slice(first, end))
        if columns.size < end - first:
            values = values[:, columns - first]
        time_s = pd.Index(read_samples(series.timestamps, samples), name="time_s")
        return pd.DataFrame(values, index=time_s, columns=numbers[columns], copy=False)


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
) -> Iterator[tuple[ImagedPlane, tuple[pd.DataFrame | None, ...]]]:
    """The traces of one plane after the other, as `ImagedPlane.traces` has them.

    HDF5 unpacks without Python's lock, so that a second processor reads the next plane meanwhile. Two planes are in
    memory at a time.

    Gives each plane with its traces of each kind, None where the file has none of the kind.
    """

    def read(plane: ImagedPlane) -> tuple[pd.DataFrame | None, ...]:
        return tuple(plane.traces(kind) for kind in kinds)

    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = [reader.submit(read, plane) for plane in planes[:1]]
        for number, plane in enumerate(planes):
            read_now = coming.pop().result()
            coming += [reader.submit(read, one) for one in planes[number + 1 : number + 2]]
            yield plane, read_now
            del read_now
