"""Writes a finished NWB file as a Zarr store, with hdmf-zarr's own export; the store is whole or absent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ssc_to_nwb.output_files import built_beside, flush_file, flush_folder, remove, replace_whole
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

_MARK_OF_A_STORE = ".zgroup"


@contextmanager
def store_in_progress(final: Path, *, overwrite: bool) -> Iterator[Path]:
    """A path beside `final` to write a store to; at the end of the block it gets that name, else it is removed.

    Raises output-exists, export-place-taken, output-not-writable, disk-full.
    """
    if os.path.lexists(final):
        if not is_store(final):
            raise error(kinds.EXPORT_PLACE_TAKEN, file=final)
        if not overwrite:
            raise error(kinds.OUTPUT_EXISTS, file=final)
    with built_beside(final) as building:
        # Zarr turns what the system says to this into an error of its own.
        building.mkdir()
        yield building
        for path in building.rglob("*"):
            if path.is_file():
                flush_file(path)
        older = replace_whole(building, final)
        flush_folder(final.parent)
        remove(older)


def is_store(path: Path) -> bool:
    """Whether a path is a folder of Zarr's, and no link to one."""
    return path.is_dir() and not path.is_symlink() and (path / _MARK_OF_A_STORE).is_file()


def write_store(nwb_path: Path, store: Path) -> None:
    """Export an HDF5 file to a store that does not exist. Raises extra-not-installed, OSError of the disk.

    Links stay links. Videos stay where they are, with the relative paths that the file has for them.
    """
    from pynwb import NWBHDF5IO

    try:
        from hdmf_zarr.nwb import NWBZarrIO
    except ImportError as failure:
        expected = "pip install 'ssc-to-nwb[zarr]'"
        raise error(kinds.EXTRA_NOT_INSTALLED, expected=expected, found=failure) from failure
    with NWBHDF5IO(nwb_path, "r") as source, NWBZarrIO(str(store), mode="w") as target:
        target.export(src_io=source, write_args={"link_data": False})


def byte_size(store: Path) -> int:
    """Bytes of all files of a store."""
    return sum(file.stat().st_size for file in store.rglob("*") if file.is_file())
