"""What HDF5 found wrong with a file that it cannot open, in words."""

from __future__ import annotations

import re

from ssc_to_nwb.quantities import bytes_text


def hdf5_fault(failure: BaseException) -> str:
    """HDF5's own words, but for the two usual faults: a file of another kind, and one that was cut short."""
    said = str(failure)
    if "file signature not found" in said:
        return "a file of another kind: it has no HDF5 signature"
    cut = re.search(r"truncated file: eof = (\d+), .*stored_eof = (\d+)", said)
    if cut is not None:
        return f"only the first {bytes_text(int(cut[1]))} of {bytes_text(int(cut[2]))}"
    return said
