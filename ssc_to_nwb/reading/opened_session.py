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
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.quantities import listed
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, ResponseKind
from ssc_to_nwb.reading.nwb_session import NwbSession, open_nwb_session
from ssc_to_nwb.reading.nwb_table import SessionTable
from ssc_to_nwb.reading.time_series import Frames

if TYPE_CHECKING:
    import pandas as pd
    from pynwb import NWBFile


@dataclass(kw_only=True)
class OpenedSession:
    """An open session. Close it, or use it in a `with`.

    Attributes
    ----------
    view : NwbSession
        The same file as plain tables and arrays, for programs.
    """

    view: NwbSession
    _open: ExitStack = field(default_factory=ExitStack, repr=False)

    def __enter__(self) -> OpenedSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        planes = ", ".join(plane.name for plane in self.view.planes) or "no planes"
        return f"<{self.view.title}: {self.view.trial_numbers.size} trials; {planes}>"

    def close(self) -> None:
        """Close the file; what was read stays good."""
        self._open.close()

    @property
    def nwbfile(self) -> NWBFile:
        """The file as pynwb has it."""
        return self.view.nwbfile

    # -- tables

    @cached_property
    def trials(self) -> pd.DataFrame:
        """A row per trial; `trial_number` is the source's number. Columns with several values per trial hold arrays."""
        return _frame(self.view.trials)

    @cached_property
    def touches(self) -> pd.DataFrame:
        """A row per touch: start_time, stop_time, direction, whisker, trial_number and properties."""
        return _frame(self.view.touches)

    @cached_property
    def licks(self) -> pd.DataFrame:
        """A row per lick: timestamp, side, trial_number."""
        return _frame(self.view.licks)

    @cached_property
    def pole_in_reach(self) -> pd.DataFrame:
        """A row per time the pole was in reach."""
        return _frame(self.view.pole_in_reach)

    @cached_property
    def rewards(self) -> pd.DataFrame:
        """A row per delivery of water: start_time, stop_time, side, trial_number."""
        return _frame(self.view.rewards)

    @cached_property
    def reward_cue(self) -> pd.DataFrame:
        """A row per auditory cue."""
        return _frame(self.view.reward_cue)

    @cached_property
    def rois(self) -> pd.DataFrame:
        """A row per ROI of all planes, by ROI number: plane, centroid in um, depth in um, cell."""
        import pandas as pd

        tables = [_frame(plane.rois, index=plane.roi_numbers, arrays=False) for plane in self.view.planes]
        return pd.concat(tables).rename_axis("roi") if tables else pd.DataFrame()

    # -- traces

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
        parts = [part for plane in self.view.planes if (part := self._of_plane(plane, kind, wanted, trial)) is not None]
        missing = set(wanted or ()) - {number for part in parts for number in part.columns}
        if missing:
            raise error(kinds.ROI_NOT_IN_FILE, file=self.view.path, found=f"{kind} of ROI {sorted(missing)[0]}")
        if not parts:
            return pd.DataFrame(index=pd.Index([], name="time_s"))
        table = pd.concat(parts, axis=1).sort_index().rename_axis("time_s")
        return table if wanted is None else table[wanted]

    def _of_plane(
        self, plane: ImagedPlane, kind: ResponseKind, wanted: list[int] | None, trial: int | None
    ) -> pd.DataFrame | None:
        import pandas as pd

        series = plane.series(kind)
        if series is None:
            return None
        numbers = plane.roi_numbers[np.asarray(series.rois.data[:], dtype=np.int64)]
        columns = np.arange(numbers.size) if wanted is None else np.flatnonzero(np.isin(numbers, wanted))
        if not columns.size:
            return None
        samples = None if trial is None else self.view.samples_of(series, trial)
        # One range of columns is one reading; the ROIs in between are left away afterwards.
        first, last = int(columns[0]), int(columns[-1])
        values = _read(series.data, samples, slice(first, last + 1))[:, columns - first]
        table = pd.DataFrame(values, index=_read(series.timestamps, samples), columns=numbers[columns])
        # Two samples of one time stamp cannot be joined with other planes' by time: the first is kept.
        return table[~table.index.duplicated()]

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
        for trace in self.view.whisker_traces:
            samples = None if trial is None else self.view.samples_of(trace.series, trial)
            columns[f"{trace.quantity}_{trace.whisker}"] = _read(trace.series.data, samples)
            index = pd.Index(_read(trace.series.timestamps, samples), name="time_s")
        return pd.DataFrame(columns, index=index)

    def _check_trial(self, trial: int | None) -> None:
        if trial is not None and trial not in self.view.trial_numbers:
            raise error(kinds.TRIAL_NOT_IN_FILE, file=self.view.path, found=trial)

    # -- images

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
        for plane in self.view.planes:
            if roi in plane.roi_numbers:
                return plane.mask(roi)
        raise error(kinds.ROI_NOT_IN_FILE, file=self.view.path, found=f"ROI {roi}")

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
        planes = {one.name: one for one in self.view.planes}
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


def _read(data: Any, places: np.ndarray | None, columns: slice | None = None) -> np.ndarray:
    """Samples of an array in the file, float64, at ascending places or all: one reading from the first to the last."""
    around = slice(None)
    if places is not None:
        around = slice(int(places[0]), int(places[-1]) + 1) if places.size else slice(0, 0)
    values = np.asarray(data[around] if columns is None else data[around, columns], dtype=np.float64)
    return values if places is None or not places.size else values[places - places[0]]


def opened_session(file: Path | str) -> OpenedSession:
    """See `ssc_to_nwb.open_session`."""
    stack = ExitStack()
    view = stack.enter_context(open_nwb_session(file))
    return OpenedSession(view=view, _open=stack)


def _check_known(what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise KeyError(f"No {what} {name!r}; there are {listed(list(known)) or 'none'}")


def _frame(table: SessionTable | None, *, index: np.ndarray | None = None, arrays: bool = True) -> pd.DataFrame:
    """A table as a DataFrame; columns with several values per row hold arrays, or are left out."""
    import pandas as pd

    if table is None:
        return pd.DataFrame()
    columns: dict[str, Any] = {}
    for name, values in table.columns.items():
        if isinstance(values, np.ndarray) and values.ndim == 1:
            columns[name] = values
        elif arrays:
            columns[name] = pd.Series(list(values), dtype=object).to_numpy()
    return pd.DataFrame(columns, index=pd.Index(table.ids if index is None else index, name="id"))
