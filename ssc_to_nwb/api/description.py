"""Describe a MATLAB file without its data, for a report by somebody who has the real files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssc_to_nwb.describe.description import Description


def describe(*, file: Path | str) -> Description:
    """What a MATLAB file is like: its tree of names, classes and sizes, and what differs from the known layout.

    Neither data nor names of people, machines or folders are in it. It works on files that a conversion refuses; what
    cannot be read is named with its error. Raises mat-unreadable where the file cannot be opened,
    source-not-readable where none is there.
    """
    from ssc_to_nwb.describe.description import describe_file

    return describe_file(Path(file))
