"""One converted session: a view of an open NWB file, HDF5 or Zarr."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, imaged_planes
from ssc_to_nwb.reading.nwb_table import integers_of, numbers_of, processed, provenance_of, read_table
from ssc_to_nwb.reading.time_series import Samples, WhiskerSeries, read_sample_trials, whisker_traces

if TYPE_CHECKING:
    import pandas as pd
    from pynwb import NWBFile
    from pynwb.base import TimeSeries


@dataclass(frozen=True, kw_only=True)
class NwbSession:
    """What a file holds, read when it is asked for and then kept. Good as long as the file is open.

    A table that the file lacks has no columns.

    Attributes
    ----------
    path : Path or str
        The file, or its address.
    nwbfile : NWBFile
        pynwb's view of the open file.
    """

    path: Path | str
    nwbfile: NWBFile

    @property
    def file_name(self) -> str:
        """Name of the file, without its folder or address."""
        return Path(self.path).name

    @property
    def subject_id(self) -> str:
        """Name of the animal; `unknown` in a file without a subject."""
        subject = self.nwbfile.subject
        return str(subject.subject_id) if subject is not None and subject.subject_id else "unknown"

    @property
    def date(self) -> str:
        """Date of the session, `2013-03-08`."""
        return f"{self.nwbfile.session_start_time:%Y-%m-%d}"

    @property
    def name(self) -> str:
        """The session's name in its source, `an229716_2013_12_02b`."""
        return f"{self.subject_id}_{self.date.replace('-', '_')}{self.letter}"

    @property
    def letter(self) -> str:
        """The letter of a second session of the day; empty for most."""
        return re.sub(r"^\d+", "", self.nwbfile.session_id or "")

    @property
    def title(self) -> str:
        """Animal, date, the letter of a second session of the day, and that the file is a stub where it is one."""
        return f"{self.subject_id}, {self.date}{self.letter}{', stub' if self.is_stub else ''}"

    @property
    def nwb_version(self) -> str:
        """Version of the NWB schema the file was written with, as the file has it; empty where it has none."""
        version = self.nwbfile.read_io.manager.get_builder(self.nwbfile).attributes.get("nwb_version", "")
        return version.decode() if isinstance(version, bytes) else str(version)

    # -- tables

    @cached_property
    def trials(self) -> pd.DataFrame:
        """A row per trial; `trial_number` is the source's number. Columns with several values per trial hold arrays."""
        return self.intervals(naming.TRIALS)

    @cached_property
    def trial_numbers(self) -> np.ndarray:
        """Numbers of the trials as the source has them, int64 (T,), in the order of the table."""
        return integers_of(self.trials, naming.TRIAL_NUMBER)

    def intervals(self, name: str) -> pd.DataFrame:
        """A table of /intervals.

        Parameters
        ----------
        name : str
            Such as `trials` or `touches`.

        Returns
        -------
        pandas.DataFrame
            The table, read into memory.
        """
        return read_table((self.nwbfile.intervals or {}).get(name))

    @cached_property
    def touches(self) -> pd.DataFrame:
        """A row per touch: start_time, stop_time, direction, whisker, trial_number and properties."""
        return self.intervals(naming.TOUCHES)

    @cached_property
    def licks(self) -> pd.DataFrame:
        """A row per lick: timestamp, side, trial_number."""
        return read_table((self.nwbfile.events or {}).get(naming.LICKS))

    @cached_property
    def pole_in_reach(self) -> pd.DataFrame:
        """A row per time the pole was in reach: start_time, stop_time, trial_number."""
        return self.intervals(naming.POLE_IN_REACH)

    @cached_property
    def rewards(self) -> pd.DataFrame:
        """A row per delivery of water: start_time, stop_time, side, trial_number."""
        return self.intervals(naming.REWARDS)

    @cached_property
    def reward_cue(self) -> pd.DataFrame:
        """A row per auditory cue: start_time, stop_time, trial_number."""
        return self.intervals(naming.REWARD_CUE)

    # -- planes and series

    @cached_property
    def planes(self) -> tuple[ImagedPlane, ...]:
        """The imaging planes by name."""
        return imaged_planes(self.nwbfile)

    @property
    def roi_count(self) -> int:
        """ROIs of all planes."""
        return sum(plane.roi_numbers.size for plane in self.planes)

    @cached_property
    def whisker_traces(self) -> tuple[WhiskerSeries, ...]:
        """The whisker traces, angles first."""
        return whisker_traces(self.nwbfile)

    @property
    def angles(self) -> tuple[WhiskerSeries, ...]:
        """The traces of angles among them."""
        return tuple(trace for trace in self.whisker_traces if trace.quantity == "angle")

    @cached_property
    def further_series(self) -> tuple[TimeSeries, ...]:
        """Time series of behavior that are neither whisker traces nor trial numbers."""
        known = {one.series.name for one in self.whisker_traces} | {one.series.name for one in self.sample_trials}
        found = processed(self.nwbfile, naming.BEHAVIOR_MODULE).values()
        return tuple(one for one in found if hasattr(one, "timestamps") and one.name not in known)

    @cached_property
    def sample_trials(self) -> tuple[Samples, ...]:
        """The trial number of every time stamp, a view per clock; NaN where the source has no number."""
        return read_sample_trials(self.nwbfile)

    def samples_of(self, series: TimeSeries, trial: int) -> np.ndarray:
        """Which samples of a series are of a trial: those that the file labels with it.

        Parameters
        ----------
        series : TimeSeries
            A whisker trace or ROI trace.
        trial : int
            The source's number of a trial of the file.

        Returns
        -------
        ndarray of int64, (N,)
            Their places, ascending; in a file without labels of the series, start <= time <= stop of the trial.
        """
        labels = next((one.values for one in self.sample_trials if one.shares_clock(series)), None)
        if labels is not None:
            return np.flatnonzero(labels == trial)
        start, stop = self.span_s(trial)
        time_s = np.asarray(series.timestamps[:])
        return np.flatnonzero((time_s >= start) & (time_s <= (stop if np.isfinite(stop) else start)))

    def span_s(self, trial: int) -> tuple[float, float]:
        """Start and stop of a trial.

        Parameters
        ----------
        trial : int
            The source's number of a trial of the file.

        Returns
        -------
        tuple of two float
            In s after the session's start; NaN where the file has no stop.

        Raises
        ------
        SscError
            trial-not-in-file.
        """
        numbers = self.trial_numbers
        if trial not in numbers:
            expected = ranges_text(np.sort(numbers)) if numbers.size else "no trials"
            place = f"intervals/{naming.TRIALS}"
            raise error(kinds.TRIAL_NOT_IN_FILE, file=self.path, field=place, expected=expected, found=trial)
        start_s, stop_s = (numbers_of(self.trials, name)[numbers == trial][0] for name in ("start_time", "stop_time"))
        return float(start_s), float(stop_s)

    # -- where the file comes from, as it says itself

    @cached_property
    def provenance(self) -> Mapping[str, str]:
        """Texts by item: `tool`, `tool_version`, `options`, `metadata_sha256` and others; none in other files."""
        return provenance_of(self.nwbfile)

    @cached_property
    def source_files(self) -> pd.DataFrame:
        """The files it was made from, with sizes and SHA-256."""
        return read_table(processed(self.nwbfile, naming.SOURCE_MODULE).get(naming.SOURCE_FILES))

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata the conversion used, by section; empty where the file does not have them."""
        return self._item("metadata")

    @property
    def ledger(self) -> Mapping[str, Mapping[str, int]]:
        """By what became of the source's fields and files: counts `leaves`, `bytes`, `files`, `file_bytes`."""
        return self._item("ledger")

    @property
    def is_stub(self) -> bool:
        """Whether the file says that it holds a few trials of its session only."""
        return bool(self._item("options").get("stub", False))

    @property
    def is_synthetic(self) -> bool:
        """Whether the source called its experiment SYNTHETIC, as made-up data do; the notes quote it."""
        return re.search(r"\bSYNTHETIC\b", str(self.nwbfile.notes or "")) is not None

    def _item(self, name: str) -> Mapping[str, Any]:
        value = json.loads(self.provenance.get(name, "{}"))
        return value if isinstance(value, dict) else {}


def ranges_text(numbers: np.ndarray) -> str:
    """`2 to 5, 7, 9 to 12` of increasing whole numbers."""
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1)
    return ", ".join(f"{run[0]}" if run.size == 1 else f"{run[0]} to {run[-1]}" for run in runs)
