"""A converted session for work at a prompt: tables as DataFrames, traces by ROI number, frames as pictures.

Nothing is read before it is asked for, so that a file of many gigabytes, or one at a web address, opens at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.hdf5_files import hdf5_fault
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.quantities import listed, plural
from ssc_to_nwb.reading.imaged_plane import ResponseKind
from ssc_to_nwb.reading.nwb_files import is_address, open_nwb
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import read_table
from ssc_to_nwb.reading.time_series import Frames, read_samples

if TYPE_CHECKING:
    import pandas as pd
    from hdmf.backends.io import HDMFIO


@dataclass(frozen=True, kw_only=True)
class OpenedSession(NwbSession):
    """An open session. Close it, or use it in a `with`."""

    _io: HDMFIO = field(repr=False)

    def __enter__(self) -> OpenedSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        planes = ", ".join(plane.name for plane in self.planes) or "no planes"
        return f"<{self.title}: {plural(self.trial_numbers.size, 'trial')}; {planes}>"

    def close(self) -> None:
        """Close the file; what was read stays good."""
        self._io.close()

    @cached_property
    def rois(self) -> pd.DataFrame:
        """A row per ROI of all planes, by ROI number: plane, centroid in um, depth in um, cell."""
        import pandas as pd

        tables = [read_table(plane.segmentation, ragged=False) for plane in self.planes]
        return pd.concat(tables).rename_axis("roi") if tables else pd.DataFrame()

    def traces(
        self, kind: ResponseKind = "dff", *, rois: Iterable[int] | None = None, trial: int | None = None
    ) -> pd.DataFrame:
        """Traces of ROIs, a column per ROI number, by time in s.

        Parameters
        ----------
        kind : {"dff", "raw", "event"}
            dF/F, raw fluorescence or calcium events.
        rois : iterable of int, optional
            ROI numbers, in the order wanted; all ROIs where None. They may be of several subvolumes: a ROI is NaN
            where its subvolume was not imaged.
        trial : int, optional
            Only the samples of this trial, by the source's number.

        Raises
        ------
        SscError
            roi-not-in-file for a ROI without such a trace; trial-not-in-file.
        KeyError
            There is no such kind of trace.

        Returns
        -------
        pandas.DataFrame, (samples, ROIs)
            Indexed by time in s after the session's start; NaN where there is no frame.
        """
        import pandas as pd

        _check_known("kind of trace", kind, naming.RESPONSE_CONTAINERS)
        wanted = None if rois is None else [int(roi) for roi in rois]
        self._check_trial(trial)
        parts = []
        for plane in self.planes:
            series = plane.series(kind)
            if series is not None and (wanted is None or np.isin(plane.roi_numbers, wanted).any()):
                samples = None if trial is None else self.samples_of(series, trial)
                table = plane.traces(kind, rois=wanted, samples=samples)
                # Two samples of one time stamp cannot be joined with other planes' by time: the first is kept.
                parts += [] if table is None or table.columns.empty else [table[~table.index.duplicated()]]
        missing = set(wanted or ()) - {number for part in parts for number in part.columns}
        if missing:
            raise error(kinds.ROI_NOT_IN_FILE, file=self.path, found=f"{kind} of ROI {sorted(missing)[0]}")
        if not parts:
            return pd.DataFrame(index=pd.Index([], name="time_s"))
        table = pd.concat(parts, axis=1).sort_index().rename_axis("time_s")
        return table if wanted is None else table[wanted]

    def whisker(self, *, trial: int | None = None) -> pd.DataFrame:
        """Whisker traces by time in s.

        Parameters
        ----------
        trial : int or None, optional
            Only the samples of this trial, by the source's number.

        Returns
        -------
        pandas.DataFrame, (samples, traces)
            Columns `angle_c2` in degrees, `curvature_change_c2` in 1/mm; NaN where tracking failed.

        Raises
        ------
        SscError
            trial-not-in-file.
        """
        import pandas as pd

        self._check_trial(trial)
        columns = {}
        index = pd.Index([], name="time_s")
        for trace in self.whisker_traces:
            samples = None if trial is None else self.samples_of(trace.series, trial)
            columns[f"{trace.quantity}_{trace.whisker}"] = read_samples(trace.series.data, samples)
            index = pd.Index(read_samples(trace.series.timestamps, samples), name="time_s")
        return pd.DataFrame(columns, index=index)

    def _check_trial(self, trial: int | None) -> None:
        """Also in a file without a trace of the kind asked for."""
        if trial is not None:
            self.span_s(trial)

    def mask(self, roi: int) -> np.ndarray:
        """Which pixels are of a ROI.

        Parameters
        ----------
        roi : int
            ROI number.

        Returns
        -------
        ndarray of bool, (rows, columns)
            True on the pixels of the mask.

        Raises
        ------
        SscError
            roi-not-in-file.
        """
        for plane in self.planes:
            if roi in plane.roi_numbers:
                return plane.mask(roi)
        raise error(kinds.ROI_NOT_IN_FILE, file=self.path, found=f"ROI {roi}")

    def image(self, plane: str, name: str = "master_green") -> np.ndarray:
        """An image of a plane as a picture.

        Parameters
        ----------
        plane : str
            Name of the plane, `fov_01002`.
        name : str, default 'master_green'
            Such as `master_green` or `session_mean_red`.

        Returns
        -------
        ndarray, (rows, columns)
            The picture, in the file's dtype.

        Raises
        ------
        KeyError
            The file has no such plane or image.
        """
        planes = {one.name: one for one in self.planes}
        _check_known("plane", plane, planes)
        _check_known("image", name, planes[plane].image_names)
        return planes[plane].image(name)

    def frames(self, plane: str, channel: naming.Channel = "green") -> Frames:
        """The frames of a plane and channel, not yet read.

        Parameters
        ----------
        plane : str
            Name of the plane, `fov_01002`.
        channel : naming.Channel, default 'green'
            `green` or `red`.

        Returns
        -------
        Frames
            A view; `frames[3]` reads one frame.

        Raises
        ------
        KeyError
            The file has no frames of them.
        """
        name = naming.two_photon_series(plane, channel)
        _check_known("frames", name, [one for one in self.nwbfile.acquisition if one.startswith("two_photon_series_")])
        return Frames(series=self.nwbfile.acquisition[name])


def _check_known(what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise KeyError(f"No {what} {name!r}; there are {listed(list(known)) or 'none'}")


def open_nwb_session(path: Path | str) -> OpenedSession:
    """Open a `.nwb` file, a `.nwb.zarr` folder, or the http(s) address of a `.nwb` file for reading.

    Raises nwb-file-missing, nwb-file-unreadable, remote-support-missing, zarr-support-missing; verify-values-elsewhere
    where values of the file lie in another; file-layout-older, file-layout-newer for a file of another version of this
    program.
    """
    path = path if is_address(path) else Path(path)
    if isinstance(path, Path) and not path.exists():
        raise error(kinds.NWB_FILE_MISSING, file=path)
    with ExitStack() as stack:
        # hdmf, h5py and zarr raise what they like at a file that is not NWB.
        try:
            # Arrays are read whole, so that no chunk is needed again.
            io = open_nwb(path, chunk_cache_bytes=0)
            stack.callback(io.close)
            nwbfile = io.read()
        except SscError:
            raise
        except Exception as failure:
            found = hdf5_fault(failure) if isinstance(failure, OSError) else f"{type(failure).__name__}: {failure}"
            raise error(kinds.NWB_FILE_UNREADABLE, file=path, expected="an NWB file", found=found) from failure
        # The reader is kept: where a program ends with the session open, the file's own reference goes first.
        session = OpenedSession(path=path, nwbfile=nwbfile, _io=io)
        _check_layout(session)
        stack.pop_all()
    return session


def _check_layout(session: NwbSession) -> None:
    """A file of another layout has its contents elsewhere: read by this one's, they would be lacking, or wrong."""
    # Files from before the layout was written are of the first; files of other programs have none.
    default = 1 if session.provenance else naming.FILE_LAYOUT
    layout = int(session.provenance.get(naming.FILE_LAYOUT_ITEM, default))
    if layout != naming.FILE_LAYOUT:
        kind = kinds.FILE_LAYOUT_OLDER if layout < naming.FILE_LAYOUT else kinds.FILE_LAYOUT_NEWER
        raise error(kind, file=session.path, expected=f"layout {naming.FILE_LAYOUT}", found=f"layout {layout}")
