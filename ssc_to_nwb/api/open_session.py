"""Open a converted session at a prompt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssc_to_nwb.reading.opened_session import OpenedSession


def open_session(file: Path | str) -> OpenedSession:
    """Open a converted session, on this machine or at a web address.

    Parameters
    ----------
    file : path or str
        An NWB file, a `.nwb.zarr` folder, or the http(s) address of an NWB file (extra `ssc-to-nwb[remote]`).

    Returns
    -------
    OpenedSession
        `trials`, `touches`, `licks`, `rois` are DataFrames; `traces()`, `mask()`, `frames()`, `image()`.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable, remote-support-missing, file-layout-older.

    Examples
    --------
    >>> import ssc_to_nwb
    >>> opened = ssc_to_nwb.open_session("sub-an197522_ses-20130308_behavior+image+ophys.nwb")
    >>> hits = opened.trials.query("response == 'hit'")
    >>> opened.traces("dff", rois=[1001, 1002], trial=int(hits.trial_number.iloc[0])).plot()
    """
    from ssc_to_nwb.reading.opened_session import opened_session

    return opened_session(file)
