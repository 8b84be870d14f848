"""Writes a MATLAB file in the format that holds its variables; whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ssc_to_nwb.matlab.bounds import MatFormat
from ssc_to_nwb.matlab.tree import MatValue
from ssc_to_nwb.matlab.write_mat5 import LARGEST_VARIABLE_BYTES, TooLargeForFormat5Error, write_mat5
from ssc_to_nwb.matlab.write_mat73 import write_mat73
from ssc_to_nwb.output_files import whole_file
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error


def write_mat(
    path: Path,
    *,
    variables: Mapping[str, MatValue],
    file_format: MatFormat | None = None,
    overwrite: bool = False,
) -> MatFormat:
    """Write variables, by name, to a MATLAB file, which is whole or not there; returns the format.

    file_format: None for format 5, compressed, or 7.3 where a variable is too large for that; overwrite: replace a file
    that exists. Raises mat-too-large where format 5 is asked for and a variable is too large for it; output-exists,
    output-not-writable, disk-full; ValueError for a value that no MATLAB file can hold.
    """
    with whole_file(path, overwrite=overwrite) as building:
        if file_format != "7.3":
            try:
                write_mat5(building, variables=variables)
            except TooLargeForFormat5Error as failure:
                if file_format == "5":
                    expected = f"at most {LARGEST_VARIABLE_BYTES} bytes in a variable"
                    raise error(kinds.MAT_TOO_LARGE, file=path, expected=expected, found=failure) from failure
            else:
                return "5"
        write_mat73(building, variables=variables)
        return "7.3"
