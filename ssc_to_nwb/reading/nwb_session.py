"""One converted session: a view of an open NWB file, HDF5 or Zarr."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.hdf5_files import hdf5_fault
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, imaged_planes
from ssc_to_nwb.reading.nwb_files import is_address, open_nwb
from ssc_to_nwb.reading.nwb_table import SessionTable, processed, read_table
from ssc_to_nwb.reading.provenance import Provenance, read_provenance
from ssc_to_nwb.reading.time_series import SampleTrials, WhiskerSeries, read_sample_trials, whisker_traces

if TYPE_CHECKING:
    from pynwb import NWBFile
    from pynwb.base import TimeSeries


@dataclass(frozen=True, kw_only=True)
class NwbSession:
    """What a file holds, read when it is asked for and then kept. Good as long as the file is open.

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

    @cached_property
    def trials(self) -> SessionTable | None:
        """The trials; None where the file has none."""
        return self.intervals(naming.TRIALS)

    @cached_property
    def trial_numbers(self) -> np.ndarray:
        """Numbers of the trials as the source has them, int64 (T,), in the order of the table."""
        return np.zeros(0, dtype=np.int64) if self.trials is None else self.trials.integers("trial_number")

    def intervals(self, name: str) -> SessionTable | None:
        """A table of /intervals; None where the file lacks it.

        Parameters
        ----------
        name : str
            Such as `trials` or `touches`.

        Returns
        -------
        SessionTable or None
            The table, read into memory.
        """
        intervals = self.nwbfile.intervals or {}
        return read_table(intervals[name]) if name in intervals else None

    @cached_property
    def touches(self) -> SessionTable | None:
        """Touches with start_time, stop_time, direction, whisker, trial_number."""
        return self.intervals(naming.TOUCHES)

    @cached_property
    def licks(self) -> SessionTable | None:
        """Licks with timestamp, side, trial_number."""
        tables = self.nwbfile.events or {}
        return read_table(tables[naming.LICKS]) if naming.LICKS in tables else None

    @cached_property
    def pole_in_reach(self) -> SessionTable | None:
        """Times the pole was in reach, with start_time, stop_time, trial_number."""
        return self.intervals(naming.POLE_IN_REACH)

    @cached_property
    def rewards(self) -> SessionTable | None:
        """Water deliveries with start_time, stop_time, side, trial_number."""
        return self.intervals(naming.REWARDS)

    @cached_property
    def reward_cue(self) -> SessionTable | None:
        """Cues with start_time, stop_time, trial_number."""
        return self.intervals(naming.REWARD_CUE)

    @cached_property
    def planes(self) -> tuple[ImagedPlane, ...]:
        """The imaging planes by name."""
        return imaged_planes(self.nwbfile)

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
    def sample_trials(self) -> tuple[SampleTrials, ...]:
        """The trial number of every time stamp, a view per clock."""
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
        labels = next((one.labels for one in self.sample_trials if one.shares_clock(series)), None)
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
        """
        if self.trials is None:
            raise ValueError("a file without trials")
        row = int(np.flatnonzero(self.trial_numbers == trial)[0])
        return float(self.trials.numbers("start_time")[row]), float(self.trials.numbers("stop_time")[row])

    @property
    def is_stub(self) -> bool:
        """Whether the file says that it holds a few trials of its session only."""
        return self.provenance is not None and self.provenance.is_stub

    @property
    def is_synthetic(self) -> bool:
        """Whether the source called its experiment SYNTHETIC, as made-up data do; the notes quote it."""
        return re.search(r"\bSYNTHETIC\b", str(self.nwbfile.notes or "")) is not None

    @cached_property
    def provenance(self) -> Provenance | None:
        """What the file says of its making; None where it says nothing."""
        return read_provenance(self.nwbfile)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata the conversion used, by section; empty where the file does not have them."""
        return {} if self.provenance is None else self.provenance.metadata


@contextmanager
def open_nwb_session(path: Path | str) -> Iterator[NwbSession]:
    """Open an NWB file for reading.

    Parameters
    ----------
    path : Path or str
        A `.nwb` file, a `.nwb.zarr` folder, or the http(s) address of a `.nwb` file.

    Yields
    ------
    NwbSession
        Good until the `with` block ends.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable, remote-support-missing; verify-values-elsewhere where values of the file
        lie in another; file-layout-older, file-layout-newer for a file of another version of this program.
    """
    remote = is_address(path)
    path = path if remote else Path(path)
    if not remote and not Path(path).exists():
        raise error(kinds.NWB_FILE_MISSING, file=path)
    # hdmf, h5py and zarr raise what they like at a file that is not NWB.
    try:
        # Arrays are read whole, so that no chunk is needed again.
        io = open_nwb(path, chunk_cache_bytes=0)
        try:
            nwbfile = io.read()
        except Exception:
            io.close()
            raise
    except SscError:
        raise
    except Exception as failure:
        found = hdf5_fault(failure) if isinstance(failure, OSError) else f"{type(failure).__name__}: {failure}"
        raise error(kinds.NWB_FILE_UNREADABLE, file=path, expected="an NWB file", found=found) from failure
    session = NwbSession(path=path, nwbfile=nwbfile)
    try:
        _check_layout(session)
        yield session
    finally:
        io.close()


def _check_layout(session: NwbSession) -> None:
    """A file of another layout has its contents elsewhere: read by this one's, they would be lacking, or wrong."""
    layout = naming.FILE_LAYOUT if session.provenance is None else session.provenance.layout
    if layout != naming.FILE_LAYOUT:
        kind = kinds.FILE_LAYOUT_OLDER if layout < naming.FILE_LAYOUT else kinds.FILE_LAYOUT_NEWER
        raise error(kind, file=session.path, expected=f"layout {naming.FILE_LAYOUT}", found=f"layout {layout}")
