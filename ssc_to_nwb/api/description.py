"""Describe a MATLAB file without its data, for a report by somebody who has the real files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssc_to_nwb.describe.description import Description


def describe(*, file: Path | str) -> Description:
    """Describe a MATLAB file: its tree of names, classes and sizes, and the differences from the known layout.

    The description has no data and no names of people, machines or folders. It works on files that a conversion
    refuses.

    Parameters
    ----------
    file : path or str
        The MATLAB file.

    Returns
    -------
    Description
        The tree. What cannot be read is named with its error.

    Raises
    ------
    SscError
        mat-unreadable if the file cannot be opened, source-not-readable if it does not exist.
    """
    from ssc_to_nwb.describe.description import describe_file

    return describe_file(Path(file))
