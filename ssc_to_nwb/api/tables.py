"""Tables for a spreadsheet, and texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, UTF-8, without row numbers.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.
    path : Path
        The file to write; one that exists is replaced.

    Raises
    ------
    SscError
        output-not-writable, disk-full.
    """
    from ssc_to_nwb.problems.system_errors import system_errors_named

    with system_errors_named(path):
        table.to_csv(path, index=False)


def write_text_file(path: Path, text: str) -> None:
    """Write a text, UTF-8.

    Parameters
    ----------
    path : Path
        The file.
    text : str
        All that is to be in it.

    Raises
    ------
    SscError
        output-not-writable, disk-full.
    """
    from ssc_to_nwb.problems.system_errors import system_errors_named

    with system_errors_named(path):
        path.write_text(text, encoding="utf-8")
