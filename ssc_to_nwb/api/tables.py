"""Tables for a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, UTF-8, without row numbers. Raises output-not-writable or disk-full of the system."""
    from ssc_to_nwb.problems.system_errors import system_errors_named

    with system_errors_named(path):
        table.to_csv(path, index=False)
