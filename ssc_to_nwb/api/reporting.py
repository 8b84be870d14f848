"""Look at converted sessions: report pages, the picture of a trial, a methods paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportResult:
    """The pages written.

    Attributes
    ----------
    index : Path
        The page that lists the others.
    pages : tuple of Path
        One per NWB file, in the order given.
    """

    index: Path
    pages: tuple[Path, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {"index": str(self.index), "pages": [str(page) for page in self.pages]}


def report(*, files: Sequence[Path | str], output: Path | str) -> ReportResult:
    """Write one self-contained HTML page per NWB file, and an index page.

    Parameters
    ----------
    files : sequence of path or str
        NWB files, or folders with NWB files in them.
    output : path or str
        Folder for the pages. Pages of an earlier run are replaced.

    Returns
    -------
    ReportResult
        The pages that were written.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable, report-name-taken, output-not-writable, disk-full.
    """
    from ssc_to_nwb.problems.system_errors import system_errors_named
    from ssc_to_nwb.report.build import build_pages, nwb_files

    with system_errors_named(Path(output)):
        index, *pages = build_pages(nwb_files(Path(file) for file in files), output=Path(output))
    return ReportResult(index=index, pages=tuple(pages))


def plot_trial(
    *, file: Path | str, trial: int, output: Path | str | None = None, rois: Sequence[int] = ()
) -> Path | None:
    """Draw a trial: whiskers, pole, touches, licks, water, cue and dF/F on one time axis.

    Parameters
    ----------
    file : path or str
        The NWB file.
    trial : int
        Number of the trial (column `trial_number` of the trials table).
    output : path or str, optional
        Picture to write, .png, .svg or .pdf. None: open a window.
    rois : sequence of int
        ROIs whose dF/F to draw. Empty: the most active ones of the trial.

    Returns
    -------
    Path or None
        The picture.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable, trial-not-in-file, roi-not-in-file, picture-format-unknown, no-window,
        output-not-writable, disk-full.
    """
    from ssc_to_nwb.problems.system_errors import system_errors_named
    from ssc_to_nwb.reading.nwb_session import open_nwb_session
    from ssc_to_nwb.reading.trial import read_trial
    from ssc_to_nwb.report.trial_figure import save_trial, show_trial

    with open_nwb_session(file) as session:
        title, data = session.title, read_trial(session, trial, rois=rois)
    if output is None:
        show_trial(data, title=title)
        return None
    with system_errors_named(Path(output)):
        save_trial(data, Path(output), title=title)
    return Path(output)


def methods(*, file: Path | str) -> str:
    """Write a methods paragraph from what the NWB file says.

    Parameters
    ----------
    file : path or str
        The NWB file.

    Returns
    -------
    str
        The paragraph.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable.
    """
    from ssc_to_nwb.reading.nwb_session import open_nwb_session
    from ssc_to_nwb.report.methods import methods_text

    with open_nwb_session(file) as session:
        return methods_text(session)
